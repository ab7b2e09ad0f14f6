# Compiling the tools: library objects from src/*/, one main each from src/tools/.
# Objects lie in bin/obj; SANITIZE=1 builds apart, under bin/sanitized, with ASan and UBSan.

CC ?= cc
OPTIMISE ?= -O3
# Hardened; no value depends on it. tests/cli/hardened.sh looks at what came out.
FORTIFY = $(if $(filter -O0,$(lastword $(filter -O%,$(OPTIMISE) $(CFLAGS)))),,-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
HARDENED = $(FORTIFY) -fstack-protector-strong -fPIE
HARDENED_LINK = -pie -Wl,-z,relro,-z,now,-z,noexecstack
MACHINE := $(firstword $(subst -, ,$(shell $(CC) -dumpmachine)))
# By its ABI gcc for s390x computes floats in double under -std=c11; in float with this flag.
FLOATS_s390x := -fexcess-precision=fast
# Many environments have a CFLAGS. What of it would let the compiler change a value is left out, and so is what would
# compile kernels of several instruction sets together or give up the project's C. In CC, isa.h refuses it.
CHANGES_RESULTS := -ffast-math -funsafe-math-optimizations -fassociative-math -freciprocal-math -ffinite-math-only \
	-fno-signed-zeros -fno-honor-nans -fno-honor-infinities -fsingle-precision-constant -fapprox-func -frounding-math \
	-ffp-contract=% -ffp-model=% -ffp-eval-method=% -fdenormal-fp-math=% -fdenormal-fp-math-f32=% -fexcess-precision=% \
	-mfpmath=% -mrecip -mrecip=% -mdaz-ftz -flto -flto=% -std=% -ansi -fno-openmp
safe_flags = $(filter-out $(CHANGES_RESULTS),$(patsubst -Ofast,-O3,$(1)))
# -ffp-contract=off: a fused multiply-add is one only where it is written.
CFLAGS_ALL = -std=c11 -D_GNU_SOURCE -Isrc -g -fopenmp \
	-Wall -Wextra -Wno-missing-field-initializers -Wconversion -Wshadow -Wstrict-prototypes \
	-Wvla -MMD -MP $(call safe_flags,$(OPTIMISE) $(CFLAGS)) $(HARDENED) $(FLOATS_$(MACHINE)) -ffp-contract=off
LINK = $(CC) $(CFLAGS_ALL) $(call safe_flags,$(LDFLAGS)) $(HARDENED_LINK) -Wl,--as-needed
# libgomp is linked in, so that exact/parallel.c comes before it; clang has its own thread library.
GOMP := $(if $(findstring clang,$(shell $(CC) --version)),,-l:libgomp.a)
LIBRARIES = $(GOMP) -lcrypto -lcurl -lz -lspng -ljansson -lm

BIN ?= bin
# What is built into this folder is always built so: a test under SANITIZE=1 gives its makes BIN alone.
ifneq ($(SANITIZE)$(filter bin/sanitized,$(BIN)),)
BIN := bin/sanitized
OPTIMISE := -O2
FORTIFY := # the sanitizers check more, and would be kept from it
CFLAGS_ALL += -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
endif
OBJ := $(BIN)/obj

# Kernels are compiled once for each instruction set and chosen at run time (src/exact/isa.h). The flags
# against errno and traps let loops with sqrt and with choices become vectors; no value depends on either.
ISAS := baseline $(if $(filter x86_64,$(MACHINE)),avx2 avx512)
# Each is what its name says, whatever -march is among CFLAGS.
ISA_FLAGS_baseline := $(if $(filter x86_64,$(MACHINE)),-march=x86-64)
ISA_FLAGS_avx2 := -march=x86-64 -mavx2 -mfma
ISA_FLAGS_avx512 := -march=x86-64 -mavx512f -mfma -mprefer-vector-width=512
kernel_flags = $(ISA_FLAGS_$(1)) -fno-math-errno -fno-trapping-math -DREINIT_ISA_NAME=$(1)

# Another compiler or other flags compile everything anew: they are in the name of a stamp.
ALL_FLAGS = $(LINK) $(LIBRARIES) $(foreach i,$(ISAS),$(call kernel_flags,$(i)))
FLAGS_STAMP := $(OBJ)/flags-$(shell { $(CC) --version; echo '$(ALL_FLAGS)'; } | cksum | cut -d' ' -f1)

TOOL_SOURCES := $(wildcard src/tools/*.c)
TOOLS := $(patsubst src/tools/%.c,$(BIN)/%,$(TOOL_SOURCES))
LIBRARY_SOURCES := $(filter-out src/tools/% %_kernel.c,$(wildcard src/*/*.c))

KERNELS := $(patsubst src/%.c,%,$(wildcard src/exact/*_kernel.c))
KERNEL_OBJECTS := $(foreach isa,$(ISAS),$(KERNELS:%=$(OBJ)/%.$(isa).o))
LIBRARY_OBJECTS := $(LIBRARY_SOURCES:src/%.c=$(OBJ)/%.o) $(KERNEL_OBJECTS)

.PHONY: all
all: $(TOOLS)
$(TOOLS): $(BIN)/%: $(OBJ)/tools/%.o $(OBJ)/libreinit.a
	$(call say,LD      $*)
	$(LINK) -o $@ $^ $(LIBRARIES)

# So do other members make the library anew: one whose source is gone is none.
MEMBERS_STAMP := $(OBJ)/members-$(shell echo '$(LIBRARY_OBJECTS)' | cksum | cut -d' ' -f1)
# A stamp takes the place of those before it.
$(FLAGS_STAMP) $(MEMBERS_STAMP):
	@mkdir -p $(@D) && rm -f $(@D)/$(firstword $(subst -, ,$(@F)))-* && touch $@

$(OBJ)/libreinit.a: $(LIBRARY_OBJECTS) $(MEMBERS_STAMP)
	$(call say,AR      $(@F))
	rm -f $@
	ar rcs $@ $(LIBRARY_OBJECTS)

$(OBJ)/%.o: src/%.c $(FLAGS_STAMP)
	$(call say,CC      $(@:$(OBJ)/%=%))
	@mkdir -p $(@D)
	$(CC) $(CFLAGS_ALL) -c -o $@ $<

define kernel_rule
$(OBJ)/exact/%_kernel.$(1).o: src/exact/%_kernel.c $(FLAGS_STAMP)
	$$(call say,CC      $$(@:$(OBJ)/%=%))
	@mkdir -p $$(@D)
	$$(CC) $$(CFLAGS_ALL) $(call kernel_flags,$(1)) -c -o $$@ $$<
endef
$(foreach isa,$(ISAS),$(eval $(call kernel_rule,$(isa))))

-include $(wildcard $(OBJ)/*/*.d $(OBJ)/tests/*/*.d)
