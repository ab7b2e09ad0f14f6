# Tests. `make check` needs no network beyond the packages; `make check-deep` repeats it with the
# address and undefined-behaviour sanitizers, after the static analysers, some fuzzing, other builds'
# bits and every fault.

UNIT_SOURCES := $(wildcard tests/unit/test_*.c)
UNIT_TESTS := $(UNIT_SOURCES:tests/unit/%.c=$(BIN)/tests/%)
CLI_TESTS := $(wildcard tests/cli/*.sh)
PIPELINE_TESTS := $(wildcard tests/pipeline/*.sh)

$(UNIT_TESTS): $(BIN)/tests/%: tests/unit/%.c $(OBJ)/libreinit.a $(FLAGS_STAMP)
	$(call say,CC      $(@:$(BIN)/%=%))
	@mkdir -p $(@D) $(OBJ)/tests/unit
	$(CC) $(CFLAGS_ALL) -Itests -Wno-conversion -MF $(OBJ)/tests/unit/$*.d -Wl,--as-needed -o $@ $< \
		$(OBJ)/libreinit.a $(LIBRARIES) -lcmocka

# What the tests of faults, kills and surroundings need: shims that make calls fail or set another
# floating-point environment, and a fetch-cifar10 to which data/sample is official.
FAULT_TOOLS := $(BIN)/tests/inject.so $(BIN)/tests/foreign.so $(BIN)/tests/fetch-cifar10
$(BIN)/tests/%.so: tests/faults/%.c $(FLAGS_STAMP)
	$(call say,CC      $(@:$(BIN)/%=%))
	@mkdir -p $(@D)
	$(CC) -std=c11 -D_GNU_SOURCE -Wall -Wextra -O2 -g -fPIC -shared -o $@ $< -lm

$(BIN)/tests/fetch-cifar10: tests/faults/fetch_sample.c $(OBJ)/tools/fetch-cifar10.o $(OBJ)/libreinit.a
	$(call say,CC      $(@:$(BIN)/%=%))
	@mkdir -p $(@D) $(OBJ)/tests/faults
	@while read -r sum file; do size=$$(stat -c %s data/sample/$$file) && \
		echo "{\"$$file\", $$size, \"$$sum\"},"; done <pipeline/checksums/sample.sha256 \
		>$(OBJ)/tests/faults/sample_files.h
	$(CC) $(CFLAGS_ALL) -I$(OBJ)/tests/faults -MF $(OBJ)/tests/faults/fetch_sample.d \
		-Wl,--as-needed -o $@ $(filter %fetch_sample.c %.o %.a,$^) $(LIBRARIES)

FAULT_TESTS := $(wildcard tests/faults/*.sh tests/chaos/*.sh)

$(BIN)/tests/steps: tests/oracle/steps.c $(OBJ)/libreinit.a $(FLAGS_STAMP)
	$(call say,CC      $(@:$(BIN)/%=%))
	@mkdir -p $(@D) $(OBJ)/tests/unit
	$(CC) $(CFLAGS_ALL) -MF $(OBJ)/tests/unit/steps.d -Wl,--as-needed -o $@ $< $(OBJ)/libreinit.a \
		$(LIBRARIES)

.PHONY: check check-deep check-bits check-faults check-pytorch check-pytorch-files
check: $(TOOLS) $(UNIT_TESTS) $(FAULT_TOOLS)
	tests/run.sh $(BIN) tests/lint.sh $(UNIT_TESTS) $(CLI_TESTS) $(FAULT_TESTS) $(PIPELINE_TESTS)

# Every call in turn fails, and hundreds of kills, where `make check` takes samples.
check-faults: $(TOOLS) $(FAULT_TOOLS)
	DEPTH=whole tests/run.sh $(BIN) $(FAULT_TESTS)

# Other compilers, processors and surroundings give the golden bits; CELLS="aarch64 umask" takes some.
check-bits:
	tests/bits/bits.sh $(CELLS)

# The quickest first.
check-deep: check
	tests/analyse.sh
	BITFLIPS=1000 tests/run.sh $(BIN) tests/cli/bitflips.sh
	$(if $(FUZZ_POSSIBLE),$(MAKE) fuzz FUZZ_SECONDS=10,@echo "fuzz: $(FUZZ_NEEDS): skipped")
	$(MAKE) check-faults
	$(MAKE) check-bits
	$(MAKE) check SANITIZE=1

# The examples of docs/pytorch.md, and weight files that PyTorch saved. Skipped, with a line, without
# python3-torch and python3-safetensors.
check-pytorch-files: $(TOOLS)
	$(PYTHON) tests/oracle/round-trip.py $(BIN)

# A hundred steps of both networks beside PyTorch's, on real CIFAR-10, and the correct answers of
# whatever weight files are named. Needs python3-torch.
WEIGHTS ?=
check-pytorch: check-pytorch-files $(TOOLS) $(BIN)/tests/steps $(CIFAR10_READY)
	@$(PYTHON) -c 'import torch' 2>/dev/null || \
		{ echo 'check-pytorch: $(PYTHON) cannot import torch; make deps-deep installs it' >&2; exit 1; }
	$(PYTHON) tests/oracle/compare-pytorch.py $(BIN) data/cifar10 $(THREADS) $(WEIGHTS)
