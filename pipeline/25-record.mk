# The record of finished runs, data/recorded: make record puts there what PROFILE=full has made, and
# PROFILE=recorded takes weights and logs from there instead of training, after checking all that can be
# checked in seconds (recorded.sh).

# link_settings EXPERIMENT: what links.sh wants of make.
link_settings = BIN='$(BIN)' DATA='$(DATA)' EXAMPLES='$(TRAIN_EXAMPLES)' TEST_EXAMPLES='$(TEST_EXAMPLES)' \
	EPOCHS='$(EPOCHS_$(call column,3,$(1)))' LEARNING_RATE='$(LEARNING_RATE)' GEMM='$(GEMM)' \
	NUMERICS='$(NUMERICS)' THREADS='$(THREADS)' ACCURACY_HEAD='$(ACCURACY_HEAD)'
# recorded_one ACTION,EXPERIMENT,SEED,FOLDER
recorded_one = $(call link_settings,$(2)) pipeline/recorded.sh $(1) '$(RECORD)' '$(4)' $(3) '$(2)'

# recorded_rules EXPERIMENT,SEED,FOLDER: what trained_rules makes (30-train.mk), from the record.
define recorded_rules
$(3)/final.safetensors: $(call stale,$(3)/final.safetensors,$(train_key)) $(RECORD)/checksums.sha256 \
		$(call recorded_folder,$(1),$(2))/log.tsv $(call recorded_folder,$(1),$(2))/final.safetensors \
		$(if $(wildcard $(3)/log.tsv),,FORCE) | $(3)/init.safetensors $(DATA_READY) $(TOOLS)
	$$(call say,TAKE    $(call name_in_root,$(3)))
	@$(call forget,$(3)/final.safetensors)
	$(call recorded_one,take,$(1),$(2),$(3))
	@$(call note,$(3)/final.safetensors,$(train_key))

$(3)/accuracy.tsv: $(call stale,$(3)/accuracy.tsv,$(evaluate_key)) $(3)/final.safetensors \
		$(if $(wildcard $(3)/answers.tsv),,FORCE) \
		$(foreach f,accuracy.tsv answers.tsv checked.tsv,$(call recorded_folder,$(1),$(2))/$(f))
	$$(call say,EVAL    $(call name_in_root,$(3)))
	@$(call forget,$(3)/accuracy.tsv)
	$(call recorded_one,recount,$(1),$(2),$(3))
	@$(call note,$(3)/accuracy.tsv,$(evaluate_key))
	@$$(call summary,$(3),$(call name_in_root,$(3)): as recorded)
endef

$(RECORD)/checksums.sha256:
	@echo 'recorded: there is no $@; train with PROFILE=full, then make record' >&2; exit 1
$(RECORD)/%/log.tsv $(RECORD)/%/final.safetensors $(RECORD)/%/accuracy.tsv $(RECORD)/%/answers.tsv \
$(RECORD)/%/checked.tsv:
	@echo 'recorded: $(RECORD) has no $*; train it with PROFILE=full, then make record' >&2; exit 1

ifneq ($(filter record,$(MAKECMDGOALS)),)
ifeq ($(and $(filter exact,$(GEMM)),$(or $(filter-out $(abspath data/recorded),$(abspath $(RECORD))),$(if \
	$(PROFILE_OVERRIDES),,$(filter full,$(PROFILE))))),)
$(error data/recorded is of PROFILE=full as it is and of GEMM=exact)
endif
endif

# Of the tracks and seeds asked for, all runs that are finished: whose accuracies are there, of these
# settings.
.PHONY: record
is_finished = $(if $(call stale,$(3)/accuracy.tsv,$(evaluate_key)),,yes)
keep_finished = $(if $(is_finished),$(call recorded_one,keep,$(1),$(2),$(3)) &&)
record: $(TOOLS)
	@[ -n '$(strip $(call for_each_training,is_finished))' ] || { echo 'record: no run is finished' >&2; exit 1; }
	@pipeline/machine.sh '$(CC)' >$(OBJ)/machine.tsv
	@export MACHINE=$(OBJ)/machine.tsv COMMIT='$(PAPER_COMMIT)'; $(call for_each_training,keep_finished) :
