# make audit RUN=kaiming EPOCH=7: replays that epoch of the run, of each track and seed asked for, and
# says whether its transcript is true. STEPS=3..5 goes only so far and prints the states' hashes.

ifneq ($(filter audit,$(MAKECMDGOALS)),)
ifeq ($(call one_of,$(RUN),$(RUNS)),)
$(error RUN=$(RUN) is none of $(RUNS))
endif
ifeq ($(EPOCH),)
$(error EPOCH is missing: which epoch of $(RUN) is to be replayed)
endif
endif

.PHONY: audit
audit: $(BIN)/audit-run | $(DATA_READY)
	@$(foreach t,$(TRACKS),$(foreach s,$(SEEDS),$(BIN)/audit-run \
		--run $(RUN_ROOT)/$(t)/$(RUN)/seed-$(s) --data $(DATA) --epoch $(EPOCH) \
		$(if $(STEPS),--steps $(STEPS)) --numerics $(NUMERICS) --threads $(THREADS) &&)) :
