# Where a result comes from: make why, trace and crate.

.PHONY: why
# -n makes nothing. Keys of other profiles are of other trainings.
why:
	@[ -n '$(TARGET)' ] || { echo 'why: say what of: make why TARGET=train-kaiming' >&2; exit 2; }
	@$(MAKE) --no-print-directory -ns $(TARGET) >$(OBJ)/plan 2>$(OBJ)/plan.errors || \
		{ sed -n 's/.*\*\*\* /why: /p' $(OBJ)/plan.errors >&2; exit 1; }
	@awk -f pipeline/why.awk -v target='$(TARGET)' -v data=$(DATA) -v sums=$(DATA_CHECKSUMS) \
		-v keys="$(filter data/runs/$(PROFILE)/% data/runs/$(PROFILE)-%,$(KEY_FILES))" \
		-v logs="$$(find data/runs -path data/runs/recorded -prune -o -name log.tsv -print 2>/dev/null | sort | tr '\n' ' ')" \
		-v several_tracks=$(if $(word 2,$(TRACKS)),1,0) \
		-v several_seeds="$(if $(word 2,$(SEEDS)),$(RUNS),$(if $(call more_seeds,$(CHOSEN)),all-zeros))" \
		$(OBJ)/plan

# make trace NUMBER=kaiming/val: for each track and seed asked for.
.PHONY: trace
TRACED_RUN = $(firstword $(subst /, ,$(NUMBER)))
trace_one = $(call link_settings,$(1)) PAPER='$(PAPER)' FIGURES='$(FIGURES)' \
	SUMS='$(DATA_CHECKSUMS)' SEEDS='$(SEEDS)' ARCHIVE='$(ARCHIVE)' \
	AWK_TABLE='$(AWK_TABLE)' pipeline/trace.sh '$(NUMBER)' \
	table-$(if $(filter $(TRACED_RUN),$(RUNS_1)),1,2) '$(RUN_ROOT)/$(call column,1,$(1))' $(2) '$(1)'
traced_one = $(if $(filter %/$(TRACED_RUN)/seed-$(2),$(3)),$(3)/measured)
trace: $(TOOLS) $(if $(filter recorded,$(PROFILE)),$(call for_each_training,traced_one))
	@case '$(filter $(TRACED_RUN),$(RUNS))' in '') echo "trace: '$(NUMBER)': say NUMBER=RUN/train," \
		"RUN/val or RUN/loss/EPOCH; runs: $(RUNS)" >&2; exit 2;; esac
	@status=0; $(foreach t,$(TRACKS),$(foreach e,$(filter $(t):$(TRACED_RUN):%,$(CHOSEN)),$(foreach \
		s,$(call seeds_of,$(e)),$(call trace_one,$(e),$(s)) || status=1;))) exit $$status

# make crate: a Workflow Run RO-Crate of this profile. The runs of tools are told from make's account of
# making everything anew, which it gives when told that all that has a key is stale (00-settings.mk) and
# that what the rest depends on is new.
.PHONY: crate
ifeq ($(filter crate,$(MAKECMDGOALS))$(filter recorded,$(PROFILE)),craterecorded)
ifneq ($(filter /% ../%,$(RECORD)),)
$(error RECORD=$(RECORD): a crate holds files of this folder alone)
endif
endif
CRATE := $(PAPER)/crate
log_of = $(3)/log.tsv
kept_of = $(call recorded_folder,$(1),$(2))
CRATE_FILES = Makefile README.md LICENSE $(wildcard pipeline/*.mk) $(MANIFEST_FILES) \
	$(if $(filter data/sample,$(DATA)),$(MANIFEST_DATA)) \
	$(call for_each_training,log_of) \
	$(foreach k,$(if $(filter recorded,$(PROFILE)),$(call for_each_training,kept_of)), \
	$(addprefix $(k)/,final.safetensors log.tsv accuracy.tsv answers.tsv checked.tsv)) \
	$(PAPER_FIGURES) $(foreach t,$(TRACKS),$(addprefix $(PAPER)/$(t)/,$(addsuffix .tex,$(call tables_of,$(t))))) \
	$(MANIFEST) $(PAPER)/paper.pdf
CRATE_ANEW = stale=FORCE $(patsubst %,-W %,$(FIGURE_STAMP) $(PAPER_STAMP) $(BIN)/sgd-demo)
AGENT ?= $(or $(shell git config user.name 2>/dev/null),$(shell id -un))

# By the environment: it may have any character.
crate: export AGENT := $(AGENT)
crate: $(PAPER)/paper.pdf
	@printf '%s\n' $(CRATE_FILES) >$(OBJ)/crate.files
	@$(MAKE) --no-print-directory -ns --trace $(CRATE_ANEW) $(PAPER)/paper.pdf >$(OBJ)/plan
	@awk -f pipeline/actions.awk -f pipeline/plan.awk -v bin=$(BIN) $(OBJ)/crate.files $(OBJ)/plan \
		>$(OBJ)/crate.actions
	@{ $(foreach v,PROFILE TRACKS SEEDS ZEROS_SEEDS GEMM $(OVERRIDABLE),printf '%s\t%s\n' $(v) '$($(v))';) } \
		>$(OBJ)/crate.settings
	@COMMIT='$(PAPER_COMMIT)' VERSION='$(PAPER_VERSION)' DATA='$(DATA)' \
		SUMS='$(DATA_CHECKSUMS)' CC='$(CC)' COMMAND="make paper $(PAPER_SETTINGS)" \
		pipeline/crate.sh $(CRATE) $(OBJ)/crate
	@echo "crate: $(CRATE)/ro-crate-metadata.json"
