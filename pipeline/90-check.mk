# Tests. `make check` needs no network beyond the packages; `make check-deep` repeats it with the
# address and undefined-behaviour sanitizers, after comparing other builds' bits, the static analysers,
# and some fuzzing.

UNIT_SOURCES := $(wildcard tests/unit/test_*.c)
UNIT_TESTS := $(UNIT_SOURCES:tests/unit/%.c=$(BIN)/tests/%)
CLI_TESTS := $(wildcard tests/cli/*.sh)
PIPELINE_TESTS := $(wildcard tests/pipeline/*.sh)

$(UNIT_TESTS): $(BIN)/tests/%: tests/unit/%.c $(OBJ)/libreinit.a $(FLAGS_STAMP)
	@mkdir -p $(@D) $(OBJ)/tests/unit
	$(CC) $(CFLAGS_ALL) -Itests -Wno-conversion -MF $(OBJ)/tests/unit/$*.d -Wl,--as-needed -o $@ $< \
		$(OBJ)/libreinit.a $(LIBRARIES) -lcmocka

.PHONY: check check-deep check-bits
check: $(TOOLS) $(UNIT_TESTS)
	tests/run.sh $(BIN) tests/lint.sh $(UNIT_TESTS) $(CLI_TESTS) $(PIPELINE_TESTS)

# The same fingerprint from other compilers and levels of optimisation; clang where it is installed.
OTHER_BUILDS := gcc:-O1 gcc:-O2 $(if $(shell command -v clang),clang:-O3)
check-bits: $(BIN)/numerics-fingerprint
	@$(foreach b,$(OTHER_BUILDS),echo "check-bits: $(b)" && \
		$(MAKE) --no-print-directory BIN=bin/other CC=$(word 1,$(subst :, ,$(b))) \
			OPTIMISE=$(word 2,$(subst :, ,$(b))) bin/other/numerics-fingerprint >/dev/null && \
		bin/other/numerics-fingerprint --folder bin/other/fingerprint | \
			cmp - pipeline/golden/numerics &&) echo "check-bits: all the same"

check-deep: check check-bits
	tests/analyse.sh
	BITFLIPS=1000 tests/run.sh $(BIN) tests/cli/bitflips.sh
	$(if $(FUZZ_POSSIBLE),$(MAKE) fuzz FUZZ_SECONDS=10,@echo "fuzz: $(FUZZ_NEEDS): skipped")
	$(MAKE) check SANITIZE=1
