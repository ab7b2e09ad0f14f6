# Where a result comes from: make why, trace and crate.

.PHONY: why
# Make's own account of a rerun, in the words of the settings. -n makes nothing.
why:
	@[ -n '$(TARGET)' ] || { echo 'why: say what of: make why TARGET=train-kaiming' >&2; exit 2; }
	@$(MAKE) --no-print-directory -n --trace $(TARGET) >$(OBJ)/plan 2>$(OBJ)/plan.errors || \
		{ sed -n 's/.*\*\*\* /why: /p' $(OBJ)/plan.errors >&2; exit 1; }
	@awk -f pipeline/plan.awk -f pipeline/why.awk -v target='$(TARGET)' \
		-v logs="$$(find data/runs -name log.tsv | sort | tr '\n' ' ')" \
		-v several_tracks=$(if $(word 2,$(TRACKS)),1,0) -v several_seeds=$(if $(word 2,$(SEEDS)),1,0) \
		$(OBJ)/plan
