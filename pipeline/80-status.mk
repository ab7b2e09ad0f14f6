# make status: how far each run is.

.PHONY: status
status:
	@printf '%-12s %-15s %-6s %-8s %-12s %s\n' track run seed init epochs accuracy
	@$(foreach e,$(CHOSEN),$(foreach s,$(SEEDS),pipeline/status.sh $(call column,1,$(e)) \
		$(call column,2,$(e)) $(s) $(call folder,$(e),$(s)) $(EPOCHS_$(call column,3,$(e))) \
		'$(call stale,$(call folder,$(e),$(s))/final.safetensors,$(call train_key,$(e),$(s)))' &&)) :
