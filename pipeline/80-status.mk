# make status: how far each run is.

.PHONY: status
status_of = pipeline/status.sh $(call column,1,$(1)) $(call column,2,$(1)) $(2) $(3) \
	$(EPOCHS_$(call column,3,$(1))) '$(call stale,$(3)/final.safetensors,$(train_key))' \
	'$(call stale,$(3)/accuracy.tsv,$(evaluate_key))' &&
status:
	@printf '%-12s %-15s %-6s %-8s %-12s %s\n' track run seed init epochs accuracy
	@$(call for_each_training,status_of) :
