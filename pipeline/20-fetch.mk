# The data, and the state of things that keys are made of.
#
# STATE is a makefile that make itself brings up to date before anything else, with -n too: what the
# arithmetic's fingerprint and the data's checksums are now. So compiling is all that make -n does.

STATE := $(OBJ)/state.mk
CIFAR10_FILES := $(shell awk '{ print "data/cifar10/" $$2 }' pipeline/checksums/cifar10.sha256)
CIFAR10_THERE := $(wildcard $(CIFAR10_FILES))

$(STATE): $(BIN)/numerics-fingerprint $(CIFAR10_THERE) $(wildcard data/sample/*.bin) \
		pipeline/checksums/cifar10.sha256 pipeline/20-fetch.mk
	@set -e; \
	numerics=$$($(BIN)/numerics-fingerprint); \
	sample=$$(cat data/sample/*.bin | sha256sum | cut -d' ' -f1); \
	official=$$(sha256sum <pipeline/checksums/cifar10.sha256 | cut -d' ' -f1); \
	verified=; \
	if (cd data/cifar10 && sha256sum --check --status ../../pipeline/checksums/cifar10.sha256) \
		2>/dev/null; then verified=yes; fi; \
	printf '%s\n' "NUMERICS := $$numerics" "SHA256_data/sample := $$sample" \
		"SHA256_data/cifar10 := $$official" "CIFAR10_VERIFIED := $$verified" >$@

# What trains and evaluates; a word more, such as SANITIZE=1, needs its own.
ifeq ($(filter-out help deps clean distclean lint,$(or $(MAKECMDGOALS),help)),)
else
include $(STATE)
endif

# Real CIFAR-10 is what the six official checksums say it is; anything else is fetched again.
data/cifar10/verified: $(if $(and $(CIFAR10_VERIFIED),$(call same,$(words $(CIFAR10_THERE)),6)),,FORCE) \
		| $(BIN)/fetch-cifar10
	$(BIN)/fetch-cifar10 --out data/cifar10
	@touch $@

DATA_READY := $(if $(filter data/cifar10,$(DATA)),data/cifar10/verified)

.PHONY: fetch
fetch: data/cifar10/verified
