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

# make trace NUMBER=kaiming/val: for each track and seed asked for.
.PHONY: trace
TRACED_RUN = $(firstword $(subst /, ,$(NUMBER)))
trace_one = BIN='$(BIN)' PAPER='$(PAPER)' FIGURES='$(FIGURES)' DATA='$(DATA)' \
	SUMS='$(DATA_CHECKSUMS)' EXAMPLES='$(TRAIN_EXAMPLES)' EPOCHS='$(EPOCHS_$(call column,3,$(1)))' \
	LEARNING_RATE='$(LEARNING_RATE)' GEMM='$(GEMM)' THREADS='$(THREADS)' SEEDS='$(SEEDS)' \
	ARCHIVE='$(ARCHIVE)' pipeline/trace.sh '$(NUMBER)' \
	table-$(if $(filter $(TRACED_RUN),$(RUNS_1)),1,2) '$(RUN_ROOT)/$(call column,1,$(1))' $(2) '$(1)'
trace: $(TOOLS)
	@case '$(filter $(TRACED_RUN),$(RUNS))' in '') echo "trace: '$(NUMBER)': say NUMBER=RUN/train," \
		"RUN/val or RUN/loss/EPOCH; runs: $(RUNS)" >&2; exit 2;; esac
	@status=0; $(foreach t,$(TRACKS),$(foreach e,$(filter $(t):$(TRACED_RUN):%,$(CHOSEN)),$(foreach \
		s,$(SEEDS),$(call trace_one,$(e),$(s)) || status=1;))) exit $$status
