# make audit RUN=kaiming EPOCH=7: replays that epoch of the run, of each track and seed asked for, and
# says whether its log is true. STEPS=3..5 goes only so far and prints the states' hashes. Like trace and verify, it
# trains nothing, but takes from the record what PROFILE=recorded lacks.

ifneq ($(filter audit,$(MAKECMDGOALS)),)
ifeq ($(call one_of,$(RUN),$(RUNS)),)
$(error RUN=$(RUN) must be one of $(RUNS))
endif
ifeq ($(EPOCH),)
$(error EPOCH is missing: which epoch of $(RUN) is to be replayed)
endif
# Before any data are fetched for it. Of the tracks asked for, those that have the run.
AUDITED := $(foreach t,$(TRACKS),$(if $(filter $(RUN),$(call runs_of,$(t))),$(SEEDS:%=$(RUN_ROOT)/$(t)/$(RUN)/seed-%)))
ifneq ($(PROFILE),recorded)
$(foreach r,$(AUDITED),$(if $(wildcard $(r)/log.tsv),,$(error \
	$(r)/log.tsv is missing: make train-$(RUN) with these settings makes it; PROFILE=recorded takes the record's)))
endif
endif

.PHONY: audit
audit: $(BIN)/audit-run $(if $(filter recorded,$(PROFILE)),$(AUDITED:%=%/final.safetensors)) | $(DATA_READY)
	@$(foreach r,$(AUDITED),$(BIN)/audit-run --run $(r) --data $(DATA) --epoch $(EPOCH) \
		$(if $(STEPS),--steps $(STEPS)) --numerics $(NUMERICS) --threads $(THREADS) &&) :
