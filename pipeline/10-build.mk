# Compiling the tools: library objects from src/*/, one main each from src/tools/.
# Objects lie in bin/obj; SANITIZE=1 builds apart, under bin/sanitized, with ASan and UBSan.

CC ?= cc
OPTIMISE ?= -O3
# -ffp-contract=off: a fused multiply-add is one only where it is written.
CFLAGS_ALL = -std=c11 -D_GNU_SOURCE -Isrc $(OPTIMISE) -g -ffp-contract=off -fopenmp \
	-Wall -Wextra -Wno-missing-field-initializers -Wconversion -Wshadow -Wstrict-prototypes \
	-Wvla -fstack-protector-strong -MMD -MP $(CFLAGS)
LIBRARIES = -lcrypto -lcurl -lz -lspng -ljansson -lopenblas -lm

BIN ?= bin
ifdef SANITIZE
BIN := bin/sanitized
OPTIMISE := -O1
CFLAGS_ALL += -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
endif
OBJ := $(BIN)/obj

TOOL_SOURCES := $(wildcard src/tools/*.c)
TOOLS := $(patsubst src/tools/%.c,$(BIN)/%,$(TOOL_SOURCES))
LIBRARY_SOURCES := $(filter-out src/tools/% src/exact/gemm_kernel.c,$(wildcard src/*/*.c))

# Kernels are compiled once for each instruction set and chosen at run time (src/exact/isa.h).
MACHINE := $(firstword $(subst -, ,$(shell $(CC) -dumpmachine)))
ISAS := baseline $(if $(filter x86_64,$(MACHINE)),avx2 avx512)
ISA_FLAGS_baseline :=
ISA_FLAGS_avx2 := -mavx2 -mfma
ISA_FLAGS_avx512 := -mavx512f -mfma
KERNEL_OBJECTS := $(ISAS:%=$(OBJ)/exact/gemm_kernel.%.o)
LIBRARY_OBJECTS := $(LIBRARY_SOURCES:src/%.c=$(OBJ)/%.o) $(KERNEL_OBJECTS)

$(TOOLS): $(BIN)/%: $(OBJ)/tools/%.o $(OBJ)/libreinit.a
	$(CC) $(CFLAGS_ALL) $(LDFLAGS) -Wl,--as-needed -o $@ $^ $(LIBRARIES)

$(OBJ)/libreinit.a: $(LIBRARY_OBJECTS)
	rm -f $@
	ar rcs $@ $^

$(OBJ)/%.o: src/%.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS_ALL) -c -o $@ $<

$(OBJ)/exact/gemm_kernel.%.o: src/exact/gemm_kernel.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS_ALL) $(ISA_FLAGS_$*) -DREINIT_ISA_NAME=$* -c -o $@ $<

-include $(wildcard $(OBJ)/*/*.d $(OBJ)/tests/*/*.d)
