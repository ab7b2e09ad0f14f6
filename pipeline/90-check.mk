# Tests. `make check` needs no network beyond the packages; `make check-deep` repeats it with the
# address and undefined-behaviour sanitizers.

UNIT_SOURCES := $(wildcard tests/unit/test_*.c)
UNIT_TESTS := $(UNIT_SOURCES:tests/unit/%.c=$(BIN)/tests/%)
CLI_TESTS := $(wildcard tests/cli/*.sh)
PIPELINE_TESTS := $(wildcard tests/pipeline/*.sh)

$(UNIT_TESTS): $(BIN)/tests/%: tests/unit/%.c $(OBJ)/libreinit.a
	@mkdir -p $(@D) $(OBJ)/tests/unit
	$(CC) $(CFLAGS_ALL) -Itests -Wno-conversion -MF $(OBJ)/tests/unit/$*.d -Wl,--as-needed -o $@ $< \
		$(OBJ)/libreinit.a $(LIBRARIES) -lcmocka

.PHONY: check check-deep check-unit lint
check: $(TOOLS) $(UNIT_TESTS)
	tests/run.sh $(BIN) tests/lint.sh $(UNIT_TESTS) $(CLI_TESTS) $(PIPELINE_TESTS)

# Units and command lines alone: what the sanitizers run.
check-unit: $(TOOLS) $(UNIT_TESTS)
	tests/run.sh $(BIN) $(UNIT_TESTS) $(CLI_TESTS)

check-deep: check
	$(MAKE) check-unit SANITIZE=1

lint:
	tests/lint.sh
