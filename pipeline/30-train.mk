# Initial weights, training, evaluation: for each run of each track asked for, and each seed,
#     data/runs/PROFILE/TRACK/RUN/seed-N/{init.safetensors,final.safetensors,log.tsv,losses.tsv,accuracy.tsv,answers.tsv,loss.dat}
# and, as KEEP says, checkpoints/epoch-NNNN.safetensors, which `make audit` replays from.

KEEP ?= last
ifeq ($(or $(filter all last,$(KEEP)),$(shell printf '%s\n' '$(KEEP)' | grep -xE 'every:[1-9][0-9]{0,8}')),)
$(error KEEP=$(KEEP) is none of all, every:N, last)
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

# trained_rules EXPERIMENT,SEED,FOLDER: weights and accuracies by training. A training that is begun anew,
# because what it is made of changed, leaves no checkpoint of the old one; one that was only interrupted
# goes on.
define trained_rules
$(3)/final.safetensors: $(call stale,$(3)/final.safetensors,$(train_key)) \
		$(if $(wildcard $(3)/log.tsv),,FORCE) \
		| $(3)/init.safetensors $(DATA_READY) $(BIN)/train
	@if [ "$$$$(cat $(3)/begun 2>/dev/null)" != '$(train_key)' ] || \
		{ [ -f $$@ ] && [ ! -f $(3)/log.tsv ]; }; then \
		flock -n $(3)/checkpoint.safetensors.lock \
		rm -rf $(3)/checkpoint.safetensors $(3)/checkpoint.safetensors.previous \
			$(3)/checkpoints $(3)/final.safetensors $(3)/log.tsv || \
		{ echo '$(3): another process is training this run, or see above' >&2; exit 1; } && \
		echo '$(train_key)' >$(3)/begun; fi
	@$(call forget,$(3)/final.safetensors)
	$(BIN)/train --weights $(3)/init.safetensors --data $(DATA) --examples $(TRAIN_EXAMPLES) \
		--epochs $(EPOCHS_$(call column,3,$(1))) --batch-size $(call column,6,$(1)) \
		--lr $(LEARNING_RATE) --order $(call column,9,$(1)) --loss $(call column,7,$(1)) \
		--plotted $(call column,8,$(1)) --seed $(2) --threads $(THREADS) --gemm $(GEMM) \
		--numerics $(NUMERICS) --keep $(KEEP) \
		--out $$@ --log $(3)/log.tsv --checkpoint $(3)/checkpoint.safetensors
	@$(call note,$(3)/final.safetensors,$(train_key))

$(3)/accuracy.tsv: $(call stale,$(3)/accuracy.tsv,$(evaluate_key)) $(3)/final.safetensors \
		$(if $(wildcard $(3)/answers.tsv),,FORCE) | $(DATA_READY) $(BIN)/evaluate
	@$(call forget,$(3)/accuracy.tsv)
	@{ printf '$(ACCURACY_HEAD)' && \
	$(BIN)/evaluate --weights $(3)/final.safetensors --data $(DATA) --split train \
		--examples $(TRAIN_EXAMPLES) --threads $(THREADS) --gemm $(GEMM) && \
	$(BIN)/evaluate --weights $(3)/final.safetensors --data $(DATA) --split test \
		--examples $(TEST_EXAMPLES) --threads $(THREADS) --gemm $(GEMM) \
		--answers $(3)/answers.tsv; } $$(into)
	@$(call note,$(3)/accuracy.tsv,$(evaluate_key))
	@echo "$(3): train $$$$(awk '/^train/ { print $$$$4 }' $$@) test $$$$(awk '/^test/ { print $$$$4 }' $$@)"
endef

# run_rules EXPERIMENT,SEED,FOLDER: all else of a run.
define run_rules
$(3)/init.safetensors: $(call stale,$(3)/init.safetensors,$(init_key)) | $(BIN)/init-weights
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
	@awk -f pipeline/losses.awk $$< $$(into)

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

all_rules = $(foreach r,run_rules $(if $(filter recorded,$(PROFILE)),recorded_rules,trained_rules),$(eval $(call \
	$(r),$(1),$(2),$(3))))
$(call for_each_training,all_rules)

.PHONY: init train evaluate $(foreach r,$(RUNS),init-$(r) train-$(r) evaluate-$(r))
init: $(RUNS:%=init-%)
train: $(RUNS:%=train-%)
evaluate: $(RUNS:%=evaluate-%)
