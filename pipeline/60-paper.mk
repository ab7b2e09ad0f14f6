# Tables, macros and the report. What is no file (tracks, seeds, overridden settings, commit) stands
# in a stamp's name, as in 50-figures.mk. The report is a function of its input: no time stamp but the
# commit's, no path.

PAPER := paper/build/$(LABEL)
# The time of the commit, and what is known of it, in words.
COMMIT := $(shell pipeline/commit.sh)
PAPER_TIME := $(firstword $(COMMIT))
PAPER_COMMIT := $(or $(wordlist 2,99,$(COMMIT)),$(error pipeline/commit.sh says nothing))
OTHER_RECORD := $(if $(filter recorded,$(PROFILE)),$(filter-out data/recorded,$(RECORD)))
PAPER_STAMP := $(PAPER)/settings/$(subst /,-,$(subst $(SPACE),-,$(strip $(TRACKS) seeds $(SEEDS) zeros $(ZEROS_SEEDS) \
	$(subst =,-,$(PROFILE_OVERRIDES)) $(OTHER_RECORD:%=record %) commit $(PAPER_COMMIT))))
PAPER_VERSION = $(shell sed -n 's/.*REINIT_VERSION "\(.*\)"/\1/p' src/base/version.h)
DATA_CHECKSUMS ?= pipeline/checksums/$(if $(filter data/sample,$(DATA)),sample,cifar10).sha256
# What to type for this report: the choices, and whatever else differs from the profile.
PAPER_SETTINGS = PROFILE=$(PROFILE) TRACKS=\"$(strip $(TRACKS))\" SEEDS=\"$(strip $(SEEDS))\"$(if \
	$(call same,$(ZEROS_SEEDS),$(DEFAULT_ZEROS_SEEDS)),, ZEROS_SEEDS=\"$(strip $(ZEROS_SEEDS))\")$(if \
	$(filter-out $(PROFILE),$(LABEL)), GEMM=$(GEMM))$(if \
	$(OTHER_RECORD), RECORD=$(OTHER_RECORD))$(if \
	$(strip $(PROFILE_OVERRIDES)), $(strip $(PROFILE_OVERRIDES)))

$(PAPER_STAMP):
	@rm -rf $(@D) && mkdir -p $(@D) && touch $@

# The manifest: the SHA-256 of every input, weight file, loss, accuracy and figure's data of this
# report, in the format of sha256sum --check. Losses are the log without its rates, which are no
# result. The report carries it, so it names no file that differs when all is made again.
RUNS_1 := all-ones all-zeros kaiming xavier
RUNS_2 := carlini-bs300 carlini-bs10 resnet56-bs300 resnet56-bs10
$(if $(call same,$(RUNS),$(RUNS_1) $(RUNS_2)),,$(error pipeline/experiments.tsv has other runs than Tables 1 and 2))
# rows_of TRACK,TABLE: of its runs, those of this table; tables_of TRACK: those that have a row.
rows_of = $(filter $(call runs_of,$(1)),$(RUNS_$(2)))
tables_of = $(foreach n,1 2,$(if $(call rows_of,$(1),$(n)),table-$(n)))
MANIFEST := $(PAPER)/manifest.sha256
# The recorded benchmark, and what says how long the recorded runs took.
SPEED := data/recorded/speed
SPEED_FILES := $(addprefix $(SPEED)/,rounds.tsv ceilings.tsv settings.tsv about.tsv)
RECORDED_MACHINES := $(RUNS:%=data/recorded/as-run/%/seed-1/machine.tsv)
MANIFEST_DATA = $(shell awk '{ print "$(DATA)/" $$2 }' $(DATA_CHECKSUMS))
MANIFEST_FILES := pipeline/experiments.tsv paper/claims.txt $(SPEED_FILES) $(RECORDED_MACHINES) \
	data/published/accuracies.tsv \
	$(RUNS:%=data/published/curves/%.dat) \
	$(foreach t,$(TRACKS),$(foreach r,$(call runs_of,$(t)),$(foreach s,$(call seeds_of,$(t):$(r):), \
	$(addprefix $(RUN_ROOT)/$(t)/$(r)/seed-$(s)/,init.safetensors final.safetensors losses.tsv accuracy.tsv \
	answers.tsv)))) \
	$(foreach t,$(TRACKS),$(patsubst %,$(FIGURES)/$(t)/%.dat,$(call runs_of,$(t)))) \
	$(foreach t,$(TRACKS),$(foreach r,$(call runs_of,$(t)),$(call more_curves,$(t),$(r)))) \
	$(DEMO_DATA) $(FIGURES)/bounds.tsv

$(MANIFEST): $(MANIFEST_FILES) $(PAPER_STAMP) | $(DATA_READY)
	$(call say,SHA256  $(@F))
	@mkdir -p $(@D)
	sha256sum $(MANIFEST_DATA) $(MANIFEST_FILES) $(into)

$(PAPER)/manifest.tex: $(MANIFEST)
	$(call say,TEX     $(@:$(PAPER)/%=%))
	{ printf '\\newcommand*{\\manifesthash}{%s}\n' $$(sha256sum <$< | cut -d' ' -f1) && \
		printf '\\newcommand*{\\manifestfiles}{%d}\n' $$(wc -l <$<); } $(into)

# table_rule TRACK,TABLE
define table_rule
$(PAPER)/$(1)/table-$(2).tex: $(AWK_SHARED) paper/accuracy.awk data/published/accuracies.tsv $(PAPER_STAMP) \
		$(foreach r,$(call rows_of,$(1),$(2)),$(call run_files,$(1),$(r),accuracy.tsv))
	$$(call say,TEX     $$(@:$(PAPER)/%=%))
	@mkdir -p $$(@D)
	$(AWK_TABLE) paper/accuracy.awk -v runs="$(call rows_of,$(1),$(2))" -v seeds="$(SEEDS)" \
		-v folder=$(RUN_ROOT)/$(1) -v published=data/published/accuracies.tsv \
		$$(into)
endef
$(foreach t,$(TRACKS),$(foreach n,1 2,$(eval $(call table_rule,$(t),$(n)))))

# Tables of one track.
define track_rules
$(PAPER)/$(1)/runs.tex: $(AWK_SHARED) paper/runs.awk pipeline/experiments.tsv \
		$(foreach r,$(call runs_of,$(1)),$(call run_files,$(1),$(r),log.tsv)) $(PAPER_STAMP)
	$$(call say,TEX     $$(@:$(PAPER)/%=%))
	@mkdir -p $$(@D)
	$(AWK_TABLE) paper/runs.awk -v runs="$(call runs_of,$(1))" -v seeds="$(SEEDS)" -v track=$(1) \
		-v folder=$(RUN_ROOT)/$(1) -v experiments=pipeline/experiments.tsv \
		$$(into)

$(PAPER)/$(1)/checksums.tex: $(AWK_SHARED) paper/checksums.awk $(MANIFEST)
	$$(call say,TEX     $$(@:$(PAPER)/%=%))
	@mkdir -p $$(@D)
	$(AWK_TABLE) paper/checksums.awk -v kind=weights -v track=$(1) $(MANIFEST) \
		$$(into)
endef
$(foreach t,$(TRACKS),$(eval $(call track_rules,$(t))))

$(PAPER)/data.tex: $(DATA_CHECKSUMS) $(AWK_SHARED) paper/checksums.awk $(PAPER_STAMP)
	$(call say,TEX     $(@:$(PAPER)/%=%))
	@mkdir -p $(@D)
	$(AWK_TABLE) paper/checksums.awk -v kind=files $< $(into)

# What either network's weight files hold; every run, seed and track of a network has the same.
first_init = $(firstword $(call run_files,$(firstword $(TRACKS)),$(1),init.safetensors))
PAPER_NETWORKS := $(call first_init,kaiming) $(call first_init,resnet56-bs10)
$(PAPER)/networks.txt: $(PAPER_NETWORKS) $(BIN)/show-weights $(PAPER_STAMP)
	$(call say,TEX     $(@:$(PAPER)/%=%))
	@mkdir -p $(@D)
	{ $(PAPER_NETWORKS:%=$(BIN)/show-weights --weights % &&) :; } $(into)

# Trained as the published runs were: then, and only then, the numbers can be compared.
WHOLE := $(if $(and $(filter full recorded,$(PROFILE)),$(if $(PROFILE_OVERRIDES),,yes)),1,0)

# The figures and tables of each track, TRACK/FLOAT.
FLOATS := $(foreach t,$(TRACKS),$(patsubst %,$(t)/%,$(call loss_figures_of,$(t)) $(call tables_of,$(t)) \
	table-B table-F2))

# What all runs gave, and their names, TRACK/RUN.
TRACK_RUNS := $(foreach t,$(TRACKS),$(patsubst %,$(t)/%,$(call runs_of,$(t))))
RESULT_FILES := $(foreach t,$(TRACKS),$(foreach r,$(call runs_of,$(t)),$(foreach f,log.tsv accuracy.tsv answers.tsv,\
	$(call run_files,$(t),$(r),$(f)))))
$(PAPER)/facts.tex: $(AWK_SHARED) paper/facts.awk $(FIGURES)/chain.dat \
		$(PAPER)/networks.txt data/published/accuracies.tsv $(RUNS:%=data/published/curves/%.dat) \
		src/base/version.h $(PAPER_STAMP) $(RESULT_FILES)
	$(call say,TEX     $(@:$(PAPER)/%=%))
	@mkdir -p $(@D)
	$(AWK_TABLE) paper/facts.awk -v profile=$(LABEL) -v tracks="$(strip $(TRACKS))" \
		-v seeds="$(strip $(SEEDS))" -v runs="$(TRACK_RUNS)" -v folder=$(RUN_ROOT) \
		-v floats="$(FLOATS)" \
		-v command="make paper $(PAPER_SETTINGS)" -v overrides="$(strip $(PROFILE_OVERRIDES))" \
		-v commit='$(PAPER_COMMIT)' -v version=$(PAPER_VERSION) -v chain=$(FIGURES)/chain.dat \
		-v networks=$(PAPER)/networks.txt -v published=data/published/accuracies.tsv \
		-v curves=data/published/curves -v whole=$(WHOLE) \
		$(into)

# All zeros with several seeds.
ALL_ZEROS := $(if $(filter as-run,$(TRACKS)),$(call seeds_of,as-run:all-zeros:))
ZEROS_FOLDERS := $(ALL_ZEROS:%=$(RUN_ROOT)/as-run/all-zeros/seed-%)
ZEROS_FILES := $(foreach f,log.tsv accuracy.tsv answers.tsv,$(ZEROS_FOLDERS:%=%/$(f)))
$(PAPER)/zeros.tex: $(AWK_SHARED) paper/zeros.awk data/published/accuracies.tsv \
		data/published/curves/all-zeros.dat $(ZEROS_FILES) $(PAPER_STAMP)
	$(call say,TEX     $(@:$(PAPER)/%=%))
	$(AWK_TABLE) paper/zeros.awk -v folders="$(ZEROS_FOLDERS)" -v published=data/published \
		$(into)

# The verdicts on the paper's claims.
$(PAPER)/formulas.awk: paper/formulas.awk paper/claims.txt
	@mkdir -p $(@D)
	awk -f paper/formulas.awk paper/claims.txt $(into)
$(PAPER)/verdicts.tsv: $(AWK_SHARED) paper/verdicts.awk $(PAPER)/formulas.awk paper/claims.txt \
		data/published/accuracies.tsv $(RUNS:%=data/published/curves/%.dat) $(RESULT_FILES) \
		$(FIGURES)/bounds.tsv $(ZEROS_FILES) $(PAPER_STAMP)
	$(call say,JUDGE   $(@F))
	$(AWK_TABLE) paper/verdicts.awk -f $(PAPER)/formulas.awk -v claims=paper/claims.txt \
		-v runs="$(TRACK_RUNS)" -v seeds="$(strip $(SEEDS))" -v folder=$(RUN_ROOT) \
		-v published=data/published -v zeros="$(ALL_ZEROS)" \
		-v bounds=$(FIGURES)/bounds.tsv -v whole=$(WHOLE) \
		$(into)
$(PAPER)/verdicts.tex: $(PAPER)/verdicts.tsv $(AWK_SHARED) paper/verdict-forms.awk
	$(call say,TEX     $(@:$(PAPER)/%=%))
	$(AWK_TABLE) paper/verdict-forms.awk $< $(into)

# What training costs, by the recorded benchmark and by what the recorded runs took.
$(PAPER)/speed.tex: $(RECORDED_MACHINES) $(AWK_SHARED) figures/rounds.awk paper/speed.awk pipeline/experiments.tsv \
		$(SPEED_FILES) $(PAPER_STAMP)
	$(call say,TEX     $(@:$(PAPER)/%=%))
	@mkdir -p $(@D)
	$(AWK_TABLE) figures/rounds.awk -f paper/speed.awk \
		-v best=$$(tail -n 1 $(SPEED)/ceilings.tsv | cut -f2) \
		-v threads=$$(tail -n 1 $(SPEED)/ceilings.tsv | cut -f1) \
		-v experiments=pipeline/experiments.tsv -v machines="$(RECORDED_MACHINES)" -v folder=$(SPEED) \
		$(SPEED)/rounds.tsv $(into)

$(PAPER)/bounds.tex: $(AWK_SHARED) paper/bounds.awk $(FIGURES)/bounds.dat $(FIGURES)/bounds.tsv
	$(call say,TEX     $(@:$(PAPER)/%=%))
	@mkdir -p $(@D)
	$(AWK_TABLE) paper/bounds.awk $(FIGURES)/bounds.dat $(FIGURES)/bounds.tsv \
		$(into)

PAPER_FIGURES := $(DEMO_FIGURES:%=$(FIGURES)/%.pdf) \
	$(foreach t,$(TRACKS),$(patsubst %,$(FIGURES)/$(t)/%.pdf,$(call loss_figures_of,$(t))))
PAPER_TABLES := $(addprefix $(PAPER)/,facts.tex bounds.tex data.tex manifest.tex verdicts.tex speed.tex \
	zeros.tex) \
	$(foreach t,$(TRACKS),$(addprefix $(PAPER)/$(t)/,$(addsuffix .tex,$(call tables_of,$(t)) runs checksums)))

$(PAPER)/paper.pdf: paper/build.sh $(wildcard paper/*.tex) paper/refs.bib $(PAPER_FIGURES) \
		$(PAPER_TABLES)
	$(call say,LATEX   $(@F))
	paper/build.sh $@ $(PAPER) $(PAPER_TIME)

.PHONY: table-1 table-2
$(foreach t,$(TRACKS),$(foreach n,$(call tables_of,$(t)),$(eval $(n): $(PAPER)/$(t)/$(n).tex)))

# make verdicts: the same for the terminal.
.PHONY: verdicts
verdicts: $(PAPER)/verdicts.tsv
	$(AWK_TABLE) paper/verdict-forms.awk -v form=text $<
