# The data, and the state of things that keys are made of.
#
# STATE is a makefile that make itself brings up to date before anything else, with -n too: what the
# arithmetic's fingerprint and the data's checksums are now. So make -n compiles, hashes and takes the
# fingerprint, and does no more.
# The fingerprint is taken again when its tool has other bytes, a data file is hashed again when anything that stat
# tells of it is new.
# Make then starts again, with the new STATE, and takes that as it is: a source that is dated in the future, or a
# file system whose stat is never twice the same, would make it new for ever.

STATE := $(OBJ)/state.mk
CIFAR10_FILES := $(shell awk '{ print "data/cifar10/" $$2 }' pipeline/checksums/cifar10.sha256)
CIFAR10_THERE := $(wildcard $(CIFAR10_FILES))
SAMPLE_FILES := $(sort $(wildcard data/sample/*.bin))

include $(STATE)
ifeq ($(MAKE_RESTARTS),)
DATA_STAT := $(shell stat -c '%n:%s:%i:%Y:%Z' $(SAMPLE_FILES) $(CIFAR10_THERE) | tr '\n' ' ')
ifneq ($(strip $(DATA_STAT)),$(strip $(STATE_OF_DATA)))
$(STATE): FORCE
endif

$(STATE): $(BIN)/numerics-fingerprint pipeline/checksums/cifar10.sha256 pipeline/20-fetch.mk
	@set -e; \
	tool=$$(sha256sum <$(BIN)/numerics-fingerprint | cut -d' ' -f1); numerics=$(STATE_OF_NUMERICS); \
	if [ $$tool != '$(STATE_OF_TOOL)' ]; then \
		trap 'rm -rf $(OBJ)/fingerprint.'$$$$ EXIT; trap 'exit 1' HUP INT TERM; \
		numerics=$$($(BIN)/numerics-fingerprint --folder $(OBJ)/fingerprint.$$$$); \
	fi; \
	sample=$$(cat $(SAMPLE_FILES) | sha256sum | cut -d' ' -f1); \
	official=$$(sha256sum <pipeline/checksums/cifar10.sha256 | cut -d' ' -f1); \
	there=$$(stat -c '%n:%s:%i:%Y:%Z' $(SAMPLE_FILES) $(CIFAR10_THERE) | tr '\n' ' '); \
	verified=; \
	if (cd data/cifar10 && sha256sum --check --strict --status ../../pipeline/checksums/cifar10.sha256) \
		2>/dev/null; then verified=yes; fi; \
	printf '%s\n' "NUMERICS := $$numerics" "STATE_OF_NUMERICS := $$numerics" "STATE_OF_TOOL := $$tool" \
		"SHA256_data/sample := $$sample" \
		"SHA256_data/cifar10 := $$official" "CIFAR10_VERIFIED := $$verified" \
		"STATE_OF_DATA := $$there" $(into)
endif

# Real CIFAR-10 is what the six official checksums say it is; anything else is fetched again. The stamp is
# here, since the folder of the data may be read-only.
CIFAR10_READY := $(OBJ)/cifar10-verified
$(CIFAR10_READY): $(if $(and $(CIFAR10_VERIFIED),$(call same,$(words $(CIFAR10_THERE)),6)),,FORCE) \
		| $(BIN)/fetch-cifar10
	$(call say,FETCH   data/cifar10)
	$(BIN)/fetch-cifar10 --out data/cifar10
	@touch $@

# The sample is in the tree; a change to it would go on into every number.
sample-verified:
	@(cd data/sample && sha256sum --check --strict --quiet) <pipeline/checksums/sample.sha256 || \
		{ echo 'data/sample: is not what pipeline/checksums/sample.sha256 says; get it back from git' >&2; exit 1; }
.PHONY: sample-verified

DATA_READY := $(if $(filter data/cifar10,$(DATA)),$(CIFAR10_READY),sample-verified)

.PHONY: fetch
fetch: $(CIFAR10_READY)
