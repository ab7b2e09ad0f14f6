# make bench: how fast the engine is here, beside PyTorch and OpenBLAS; see tests/bench/README.md.

BATCHES ?= 10 128 300
SECONDS ?= 1
ROUNDS ?= 3

BENCH_RESULTS := tests/bench/results
BENCH_OBJECTS := $(patsubst tests/bench/%.c,$(OBJ)/tests/bench/%.o,\
	$(filter-out tests/bench/probe.c,$(wildcard tests/bench/*.c))) \
	$(ISAS:%=$(OBJ)/tests/bench/probe.%.o)

$(BIN)/bench: $(BENCH_OBJECTS) $(OBJ)/libreinit.a
	$(call say,LD      $(@F))
	$(LINK) -o $@ $^ $(LIBRARIES)

$(OBJ)/tests/bench/%.o: tests/bench/%.c $(FLAGS_STAMP)
	$(call say,CC      $(@:$(OBJ)/%=%))
	@mkdir -p $(@D)
	$(CC) $(CFLAGS_ALL) -DBENCH_PROBES='$(patsubst %,PROBE(%),$(ISAS))' -c -o $@ $<

# The probe makes no result, so it may fuse; and its copy is to stay a loop.
$(OBJ)/tests/bench/probe.%.o: tests/bench/probe.c $(FLAGS_STAMP)
	$(call say,CC      $(@:$(OBJ)/%=%))
	@mkdir -p $(@D)
	$(CC) $(CFLAGS_ALL) -ffp-contract=fast -fno-tree-loop-distribute-patterns $(ISA_FLAGS_$*) \
		-DREINIT_ISA_NAME=$* -c -o $@ $<

.PHONY: bench
bench: $(BIN)/bench
	tests/bench/bench.sh $(BIN)/bench '$(PYTHON)' $(BENCH_RESULTS) $(THREADS) $(SECONDS) $(ROUNDS) \
		$(BATCHES)

# The figures that the report gives: the last benchmark's, if it has PyTorch's too.
RECORDED_SPEED := ceilings.tsv rounds.tsv settings.tsv about.tsv report.txt
.PHONY: record-speed
record-speed:
	@cd $(BENCH_RESULTS) 2>/dev/null && ls $(RECORDED_SPEED) >/dev/null 2>&1 || \
		{ echo 'record-speed: make bench has not been run to its end' >&2; exit 1; }
	@grep -q '^PyTorch	' $(BENCH_RESULTS)/about.tsv || \
		{ echo 'record-speed: the last make bench was without PyTorch' >&2; exit 1; }
	@mkdir -p $(SPEED)
	@cp $(addprefix $(BENCH_RESULTS)/,$(RECORDED_SPEED)) $(SPEED)
