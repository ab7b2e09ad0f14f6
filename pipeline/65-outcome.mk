# make outcome PROFILE=recorded: README.md's part between its two markers, and the figure there, from the record.
# tests/cli/outcome.sh fails when they are not those of the record.

ifneq ($(filter outcome,$(MAKECMDGOALS)),)
ifneq ($(PROFILE)/$(WHOLE)/$(RECORD)/$(strip $(TRACKS)/$(SEEDS)/$(ZEROS_SEEDS)),recorded/1/data/recorded/$(strip \
	$(DEFAULT_TRACKS)/1/$(DEFAULT_ZEROS_SEEDS)))
$(error the outcome is that of PROFILE=recorded, with no other setting)
endif
endif

$(PAPER)/outcome.md: $(PAPER)/verdicts.tsv $(AWK_SHARED) paper/outcome.awk data/published/accuracies.tsv $(PAPER_STAMP)
	$(AWK_TABLE) paper/outcome.awk -v runs="$(RUNS_1) $(RUNS_2)" -v tracks="$(strip $(TRACKS))" \
		-v seed="$(strip $(SEEDS))" -v zeros="$(ALL_ZEROS)" -v folder=$(RUN_ROOT) \
		-v published=data/published/accuracies.tsv $< $(into)

.PHONY: outcome
outcome: README.md $(PAPER)/outcome.md $(FIGURES)/as-run/figure-5.svg
	@cp $(FIGURES)/as-run/figure-5.svg figures/outcome.svg
	awk -f paper/splice.awk $(PAPER)/outcome.md README.md >README.md.$$PPID.partial && \
		mv README.md.$$PPID.partial README.md || { rm -f README.md.$$PPID.partial; exit 1; }
	@echo "outcome: README.md figures/outcome.svg"
