# Initial weights, training, evaluation: for each run of each track asked for, and each seed,
#     data/runs/LABEL/TRACK/RUN/seed-N/{init.safetensors,final.safetensors,log.tsv,losses.tsv,accuracy.tsv,answers.tsv,loss.dat}
# and, as KEEP says, checkpoints/epoch-NNNN.safetensors, which `make audit` replays from.

KEEP ?= last
ifeq ($(or $(filter all last,$(KEEP)),$(shell printf '%s\n' '$(KEEP)' | grep -xE 'every:[1-9][0-9]{0,8}')),)
$(error KEEP=$(KEEP) must be all, every:N or last)
endif

# Columns of the table: 1 track 2 run 3 net 4 scheme 5 bias 6 batch 7 loss 8 plotted 9 order.
init_key = net $(call column,3,$(1)) scheme $(call column,4,$(1)) bias $(call column,5,$(1)) \
	track $(call column,1,$(1)) seed $(2) numerics $(NUMERICS)
train_key = $(init_key) data $(SHA256_$(DATA)) examples $(TRAIN_EXAMPLES) \
	epochs $(EPOCHS_$(call column,3,$(1))) batch $(call column,6,$(1)) lr $(LEARNING_RATE) \
	loss $(call column,7,$(1)) plotted $(call column,8,$(1)) order $(call column,9,$(1)) gemm $(GEMM)$(if \
	$(filter recorded,$(PROFILE)), record $(RECORD))
evaluate_key = $(train_key) test $(TEST_EXAMPLES)

# What accuracy.tsv begins with.
ACCURACY_HEAD := split\tcorrect\texamples\tfraction\n

# untrained, uncounted EXPERIMENT,SEED,FOLDER: FORCE if the weights and log, the accuracies and answers, are missing or
# not of these settings.
untrained = $(if $(wildcard $(3)/log.tsv),$(call stale,$(3)/final.safetensors,$(train_key)),FORCE)
uncounted = $(or $(untrained),$(if $(wildcard $(3)/answers.tsv),$(call stale,$(3)/accuracy.tsv,$(evaluate_key)),FORCE))

# elsewhere FOLDER,FILE,PARTNER,KEY: a folder of the same run that has both files, of the same key: another label's,
# whose overridden settings do not concern this run, or one that was put aside (begin.sh).
name_in_root = $(patsubst $(RUN_ROOT)/%,%,$(1))
elsewhere = $(if $(filter command,$(firstword $(origin stale))),,$(firstword $(foreach d,$(filter-out $(1),$(wildcard \
	data/runs/*/$(name_in_root) data/runs/*/$(name_in_root)/earlier-*)),$(if $(and $(wildcard $(d)/$(2)),$(wildcard \
	$(d)/$(3)),$(call same,$(MADE_BY_$(d)/$(2)),$(4))),$(d)))))

# summary FOLDER,NAME: how the run ended.
summary = $(AWK_TABLE) pipeline/summary.awk -v name='$(over_progress)$(2)' $(1)/accuracy.tsv $(1)/log.tsv

# The list of what this make has to train, for the time left for all of it: for the eye alone (src/run/backlog.h). Made
# once, before the first training, of the trainings that make -n names.
BACKLOG := $(OBJ)/backlog/$(shell echo '$(RUN_ROOT) $(MAKECMDGOALS)' | cksum | cut -d' ' -f1)
BACKLOG_TODAY := $(if $(findstring n,$(MAKE_LETTERS)),,$(BACKLOG))
export REINIT_BACKLOG := $(BACKLOG)
epochs_done = $(if $(call same,$(shell cat $(3)/begun 2>/dev/null),$(train_key)),$(shell grep -c '^[0-9]' $(3)/log.tsv))
backlog_one = '$(3)/log.tsv' $(call column,3,$(1)) $(call column,6,$(1)) $(GEMM) $(TRAIN_EXAMPLES) \
	$(EPOCHS_$(call column,3,$(1))) $(or $(epochs_done),0)
jobs_of_make = $(if $(filter -j%,$(MAKEFLAGS)),$(or $(patsubst -j%,%,$(filter -j%,$(MAKEFLAGS))),256),1)
.PHONY: $(BACKLOG)
$(BACKLOG): | $(BIN)/backlog
	@mkdir -p $(@D)
	@+{ { $(MAKE) --no-print-directory -ns $(MAKECMDGOALS) 2>/dev/null | \
			sed -n 's/.* --log \([^ ]*\) --checkpoint .*/wanted\t\1/p'; \
			printf 'run\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n' $(call for_each_training,backlog_one); } | \
			awk -F '\t' '$$1 == "wanted" { wanted[$$2] } $$1 == "run" && $$2 in wanted'; \
		find data/runs -path data/runs/recorded -prune -o -name log.tsv -printf 'log\t%p\n' 2>/dev/null; \
		printf 'record\t%s\n' $(or $(wildcard $(RECORD)/*/*/seed-*/log.tsv),none); \
		printf 'jobs\t%d\n' $(jobs_of_make); } $(into)
	@$(BIN)/backlog --list $@

# trained_rules EXPERIMENT,SEED,FOLDER,FOUND,COUNTED: weights and accuracies by training, or from the folders FOUND and
# COUNTED, which have them already. An interrupted training resumes. One whose key changed starts from scratch, and begin.sh
# puts the finished result aside first.
define trained_rules
$(3)/final.safetensors: $(untrained) | $(if $(4),,$(3)/init.safetensors $(DATA_READY) $(BIN)/train $(if $(untrained),$(BACKLOG_TODAY)))
	$$(call say,$(if $(4),COPY ,TRAIN)   $(call name_in_root,$(3)))
	@pipeline/begin.sh $(3) '$(train_key)'
	@$(call forget,$(3)/final.safetensors)
	@$(call forget,$(3)/accuracy.tsv)
	$(if $(4),pipeline/copy.sh $(4) $(3) log.tsv final.safetensors,$(BIN)/train \
		--weights $(3)/init.safetensors --data $(DATA) --examples $(TRAIN_EXAMPLES) \
		--epochs $(EPOCHS_$(call column,3,$(1))) --batch-size $(call column,6,$(1)) \
		--lr $(LEARNING_RATE) --order $(call column,9,$(1)) --loss $(call column,7,$(1)) \
		--plotted $(call column,8,$(1)) --seed $(2) --threads $(THREADS) --gemm $(GEMM) \
		--numerics $(NUMERICS) --keep $(KEEP) \
		--out $$@ --log $(3)/log.tsv --checkpoint $(3)/checkpoint.safetensors \
		--label $(call name_in_root,$(3)))
	@$(call note,$(3)/final.safetensors,$(train_key))

$(3)/accuracy.tsv: $(uncounted) | $(3)/final.safetensors $(if $(5),,$(DATA_READY) $(BIN)/evaluate)
	$$(call say,$(if $(5),COPY,EVAL)    $(call name_in_root,$(3)))
	@$(call forget,$(3)/accuracy.tsv)
	$(if $(5),pipeline/copy.sh $(5) $(3) answers.tsv accuracy.tsv,{ printf '$(ACCURACY_HEAD)' && \
	$(BIN)/evaluate --weights $(3)/final.safetensors --data $(DATA) --split train \
		--examples $(TRAIN_EXAMPLES) --threads $(THREADS) --gemm $(GEMM) && \
	$(BIN)/evaluate --weights $(3)/final.safetensors --data $(DATA) --split test \
		--examples $(TEST_EXAMPLES) --threads $(THREADS) --gemm $(GEMM) \
		--answers $(3)/answers.tsv; } $$(into))
	@$(call note,$(3)/accuracy.tsv,$(evaluate_key))
	@$$(call summary,$(3),$(call name_in_root,$(3)))
endef

# run_rules EXPERIMENT,SEED,FOLDER: all else of a run.
define run_rules
$(3)/init.safetensors: $(call stale,$(3)/init.safetensors,$(init_key)) | $(BIN)/init-weights
	$$(call say,INIT    $(call name_in_root,$(3)))
	@mkdir -p $$(@D) && $(call forget,$(3)/init.safetensors)
	$(BIN)/init-weights --net $(call column,3,$(1)) --scheme $(call column,4,$(1)) \
		--bias $(call column,5,$(1)) --track $(call column,1,$(1)) --seed $(2) --out $$@
	@$(call note,$(3)/init.safetensors,$(init_key))

# Made with the files they are named after, and no older.
$(3)/log.tsv: $(3)/final.safetensors
	@test -f $$@ && touch $$@
$(3)/answers.tsv: $(3)/accuracy.tsv
	@test -f $$@ && touch $$@

$(3)/losses.tsv: $(3)/log.tsv pipeline/losses.awk
	awk -f pipeline/losses.awk $$< $$(into)

$(3)/loss.dat: $(3)/log.tsv data/published/curves/$(call column,2,$(1)).dat $(BIN)/loss-to-dat
	$(BIN)/loss-to-dat --log $$< --published data/published/curves/$(call column,2,$(1)).dat --out $$@

$(3)/measured: $(3)/accuracy.tsv $(3)/answers.tsv $(3)/losses.tsv $(3)/loss.dat
.PHONY: $(3)/measured
# Each gets its name only when whole: a make that fails or is stopped must not remove what another has
# put there.
.PRECIOUS: $(foreach f,init.safetensors final.safetensors log.tsv losses.tsv accuracy.tsv answers.tsv loss.dat,$(3)/$(f))

init-$(call column,2,$(1)): $(3)/init.safetensors
train-$(call column,2,$(1)): $(3)/final.safetensors
evaluate-$(call column,2,$(1)): $(3)/measured
endef

all_rules = $(eval $(run_rules))$(eval $(if $(filter recorded,$(PROFILE)),$(recorded_rules),$(call trained_rules,$(1),$(2),$(3),$(if \
	$(untrained),$(call elsewhere,$(3),final.safetensors,log.tsv,$(train_key))),$(if \
	$(uncounted),$(call elsewhere,$(3),accuracy.tsv,answers.tsv,$(evaluate_key))))))
$(call for_each_training,all_rules)

.PHONY: init train evaluate $(foreach r,$(RUNS),init-$(r) train-$(r) evaluate-$(r))
init: $(RUNS:%=init-%)
train: $(RUNS:%=train-%)
evaluate: $(RUNS:%=evaluate-%)
