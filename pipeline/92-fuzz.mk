# make fuzz: every reader under libFuzzer with the address and undefined-behaviour sanitizers, each for
# FUZZ_SECONDS; FUZZ="png archive" takes some of them. Needs clang and its run-time libraries.

FUZZ_SECONDS ?= 60
FUZZ ?= $(patsubst tests/fuzz/%.c,%,$(filter-out tests/fuzz/fuzz.c,$(wildcard tests/fuzz/*.c)))
FUZZ_FLAGS := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
# Not empty where clang can link a fuzz target.
FUZZ_POSSIBLE = $(shell echo 'int LLVMFuzzerTestOneInput(void) { return 0; }' | \
	clang -fsanitize=fuzzer,address -x c -o /dev/null - 2>/dev/null && echo yes)

FUZZ_NEEDS := needs clang and its libraries, which make deps-deep installs

.PHONY: fuzz fuzz-targets
fuzz:
	@$(if $(FUZZ_POSSIBLE),:,echo "fuzz: $(FUZZ_NEEDS)" >&2; exit 1)
	$(MAKE) --no-print-directory BIN=bin/fuzz CC=clang OPTIMISE=-O1 FORTIFY=-U_FORTIFY_SOURCE \
		CFLAGS='-fsanitize=fuzzer-no-link $(FUZZ_FLAGS)' fuzz-targets
	tests/fuzz/run.sh bin/fuzz $(FUZZ_SECONDS) $(FUZZ)

fuzz-targets: $(FUZZ:%=$(BIN)/%)

$(FUZZ:%=$(BIN)/%): $(BIN)/%: $(OBJ)/tests/fuzz/%.o $(OBJ)/tests/fuzz/fuzz.o $(OBJ)/libreinit.a
	$(call say,LD      $(@F))
	$(LINK) -fsanitize=fuzzer -o $@ $^ $(LIBRARIES)

$(OBJ)/tests/fuzz/%.o: tests/fuzz/%.c $(FLAGS_STAMP)
	$(call say,CC      $(@:$(OBJ)/%=%))
	@mkdir -p $(@D)
	$(CC) $(CFLAGS_ALL) -Itests -c -o $@ $<
