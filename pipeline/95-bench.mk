# make bench: how fast the engine is here, beside PyTorch and OpenBLAS; see tests/bench/README.md.

BATCHES ?= 10 128 300
SECONDS ?= 2
ROUNDS ?= 5

BENCH_RESULTS := tests/bench/results
BENCH_OBJECTS := $(patsubst tests/bench/%.c,$(OBJ)/tests/bench/%.o,\
	$(filter-out tests/bench/probe.c,$(wildcard tests/bench/*.c))) \
	$(ISAS:%=$(OBJ)/tests/bench/probe.%.o)

$(BIN)/bench: $(BENCH_OBJECTS) $(OBJ)/libreinit.a
	$(LINK) -o $@ $^ $(LIBRARIES)

$(OBJ)/tests/bench/%.o: tests/bench/%.c $(FLAGS_STAMP)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS_ALL) -DBENCH_PROBES='$(patsubst %,PROBE(%),$(ISAS))' -c -o $@ $<

# The probe makes no result, so it may fuse; and its copy is to stay a loop.
$(OBJ)/tests/bench/probe.%.o: tests/bench/probe.c $(FLAGS_STAMP)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS_ALL) -ffp-contract=fast -fno-tree-loop-distribute-patterns $(ISA_FLAGS_$*) \
		-DREINIT_ISA_NAME=$* -c -o $@ $<

.PHONY: bench
bench: $(BIN)/bench
	tests/bench/bench.sh $(BIN)/bench '$(PYTHON)' $(BENCH_RESULTS) $(THREADS) $(SECONDS) $(ROUNDS) \
		$(BATCHES)

# The figures that the report gives: the last benchmark's.
.PHONY: record-speed
record-speed:
	@mkdir -p data/recorded/speed
	@cp $(addprefix $(BENCH_RESULTS)/,ceilings.tsv rounds.tsv report.txt) data/recorded/speed
