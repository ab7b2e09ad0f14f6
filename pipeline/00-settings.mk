# Settings: what may be given on the command line, and what follows from it.

# All that may be given to make; a misspelt one would be a default, silently. The last line's are of
# the pipeline itself, and of the environment of what it runs: tests set them. CXX is scan-build's.
KNOWN := PROFILE TRACKS SEEDS ZEROS_SEEDS THREADS KEEP GEMM TRAIN_EXAMPLES TEST_EXAMPLES EPOCHS_carlini \
	EPOCHS_resnet56 LEARNING_RATE RECORD DATA DATA_CHECKSUMS RUN EPOCH STEPS NUMBER TARGET ARCHIVE AGENT WEIGHTS \
	BATCHES SECONDS ROUNDS CELLS DEPTH FUZZ FUZZ_SECONDS BIN CC CXX CFLAGS LDFLAGS OPTIMISE FORTIFY SANITIZE PYTHON \
	stale NUMERICS REINIT_ISA GLIBC_TUNABLES LC_ALL TZ
$(foreach v,$(.VARIABLES),$(if $(filter-out $(KNOWN),$(if $(findstring command line,$(origin $(v))),$(v))),$(error \
	$(v) is no setting; make help lists those there are)))

PROFILE ?= full
SEEDS ?= 1
THREADS ?= $(shell n=$$(nproc); echo $$((n < 256 ? n : 256)))
GEMM ?= exact
# Needed by the comparisons with PyTorch alone.
PYTHON ?= /usr/bin/python3

# one_of WORD,WORDS: not empty if it is a word of these.
one_of = $(and $(filter 1,$(words $(1))),$(filter $(1),$(2)))
# all_of WORDS,LIST: not empty if there are words, all of this list, none twice.
all_of = $(and $(strip $(1)),$(if $(filter-out $(2),$(1)),,yes),$(filter $(words $(1)),$(words $(sort $(1)))))

# A profile says on which data, how many examples and how many epochs; each may be overridden.
DEFAULT_LEARNING_RATE := 1e-4
# recorded is what full is, from the record instead of from trainings (25-record.mk).
ifeq ($(call one_of,$(PROFILE),full recorded quick smoke),)
$(error PROFILE=$(PROFILE) is none of full, recorded, quick, smoke)
else ifneq ($(filter full recorded,$(PROFILE)),)
DATA := data/cifar10
DEFAULT_TRAIN_EXAMPLES := 50000
DEFAULT_TEST_EXAMPLES := 10000
DEFAULT_EPOCHS_carlini := 50
DEFAULT_EPOCHS_resnet56 := 50
else ifeq ($(PROFILE),quick)
DATA := data/cifar10
DEFAULT_TRAIN_EXAMPLES := 2000
DEFAULT_TEST_EXAMPLES := 1000
DEFAULT_EPOCHS_carlini := 5
DEFAULT_EPOCHS_resnet56 := 2
else
DATA := data/sample
DEFAULT_TRAIN_EXAMPLES := 360
DEFAULT_TEST_EXAMPLES := 120
DEFAULT_EPOCHS_carlini := 2
DEFAULT_EPOCHS_resnet56 := 1
endif
OVERRIDABLE := TRAIN_EXAMPLES TEST_EXAMPLES EPOCHS_carlini EPOCHS_resnet56 LEARNING_RATE
$(foreach v,$(OVERRIDABLE),$(eval $(v) ?= $$(DEFAULT_$(v))))

# A number that a tool would refuse is refused here, before an old result makes way for a new one.
at_most = $(if $(shell printf '%s\n' '$($(1))' | awk '/^[1-9][0-9]*$$/ && $$1 <= $(2)'),,$(error \
	$(1)=$($(1)) is not a whole number from 1 to $(2)))
$(call at_most,TRAIN_EXAMPLES,$(if $(filter data/sample,$(DATA)),360,50000))
$(call at_most,TEST_EXAMPLES,$(if $(filter data/sample,$(DATA)),120,10000))
$(call at_most,EPOCHS_carlini,10000)
$(call at_most,EPOCHS_resnet56,10000)
$(call at_most,THREADS,256)
# One rate, one spelling: 0.0001 is the default 1e-4.
SPELLED := $(shell printf '%s\n' '$(LEARNING_RATE)' | awk '/^([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?$$/ && \
	$$1 + 0 > 0 && $$1 + 0 < 1e300 { print ($$1 + 0 == $(DEFAULT_LEARNING_RATE) ? "$(DEFAULT_LEARNING_RATE)" : $$1) }')
$(if $(SPELLED),,$(error LEARNING_RATE=$(LEARNING_RATE) is not a number above 0))
override LEARNING_RATE := $(SPELLED)

# The table of experiments: a word a row, its columns parted by colons.
EXPERIMENTS := $(shell awk -f pipeline/experiments.awk pipeline/experiments.tsv)
$(if $(filter wrong,$(firstword $(EXPERIMENTS))),$(error $(wordlist 2,$(words $(EXPERIMENTS)),$(EXPERIMENTS))))
column = $(word $(1),$(subst :, ,$(2)))
RUNS := $(foreach e,$(filter as-run:%,$(EXPERIMENTS)),$(call column,2,$(e)))

# The record of finished runs, and whether it has an experiment, with every seed.
RECORD ?= data/recorded
recorded_folder = $(RECORD)/$(call column,1,$(1))/$(call column,2,$(1))/seed-$(2)
is_recorded = $(filter $(words $(SEEDS)),$(words $(wildcard \
	$(foreach s,$(SEEDS),$(call recorded_folder,$(1),$(s))/log.tsv))))

# From the record, both tracks if it has anything of the second.
DEFAULT_TRACKS := as-run$(if $(filter recorded,$(PROFILE)),$(if $(strip $(foreach \
	e,$(filter as-written:%,$(EXPERIMENTS)),$(call is_recorded,$(e)))), as-written))
TRACKS ?= $(DEFAULT_TRACKS)
ifeq ($(call all_of,$(TRACKS),as-run as-written),)
$(error TRACKS=$(TRACKS) is none of as-run, as-written, or both)
endif
ifeq ($(call one_of,$(GEMM),exact openblas),)
$(error GEMM=$(GEMM) is none of exact, openblas)
endif
ifeq ($(PROFILE)-$(GEMM),recorded-openblas)
$(error the record is of GEMM=exact)
endif

# Whether all zeros learns is a matter of its seed, so some more seeds show how often; from the record,
# all it has.
recorded_zeros = $(sort $(patsubst $(RECORD)/as-run/all-zeros/seed-%/log.tsv,%,$(wildcard \
	$(RECORD)/as-run/all-zeros/seed-*/log.tsv)))
DEFAULT_ZEROS_SEEDS := $(or $(if $(filter recorded,$(PROFILE)),$(recorded_zeros)),$(if \
	$(filter full recorded,$(PROFILE)),1 2 3 4 5 6,1 2))
ZEROS_SEEDS ?= $(DEFAULT_ZEROS_SEEDS)

wrong_seeds = $(if $(strip $(1)),$(shell printf '%s\n' $(1) | \
	awk '!/^(0|[1-9][0-9]*)$$/ || $$1 > 4294967295 || seen[$$1]++'),none)
$(foreach v,SEEDS ZEROS_SEEDS,$(if $(call wrong_seeds,$($(v))),$(error \
	$(v)=$($(v)) is not a list of different whole numbers below 2^32)))

# Results of OpenBLAS depend on the machine: they lie apart, under a label of their own.
LABEL := $(PROFILE)$(if $(filter openblas,$(GEMM)),-openblas)
RUN_ROOT := data/runs/$(LABEL)

# The experiments of this make: those of the tracks asked for. From the record the first track is to be
# whole, and of the other there is what the record has.
is_chosen = $(or $(filter-out recorded,$(PROFILE)),$(filter $(firstword $(TRACKS)):%,$(1)),$(is_recorded))
CHOSEN := $(foreach t,$(TRACKS),$(foreach e,$(filter $(t):%,$(EXPERIMENTS)),$(if $(call is_chosen,$(e)),$(e))))
# runs_of TRACK: their names.
runs_of = $(foreach e,$(filter $(1):%,$(CHOSEN)),$(call column,2,$(e)))
$(foreach t,$(TRACKS),$(if $(call runs_of,$(t)),,$(error $(RECORD) has no run of $(t) with seed $(SEEDS))))
# seeds_of EXPERIMENT, and which of them are besides SEEDS; of an experiment TRACK:RUN: will do.
seeds_of = $(SEEDS) $(more_seeds)
more_seeds = $(if $(filter as-run:all-zeros:%,$(1)),$(filter-out $(SEEDS),$(ZEROS_SEEDS)))
# for_each_training F: $(call F,EXPERIMENT,SEED,FOLDER) for every training that the report needs.
for_each_training = $(foreach e,$(CHOSEN),$(foreach s,$(call seeds_of,$(e)),$(call \
	$(1),$(e),$(s),$(call folder,$(e),$(s)))))
folder = $(RUN_ROOT)/$(call column,1,$(1))/$(call column,2,$(1))/seed-$(2)

# Ends a command that writes the target: it gets its name when it is whole. A .partial that is named
# for its make cannot be another make's too.
into = >$@.$$PPID.partial && mv $@.$$PPID.partial $@ || { rm -f $@.$$PPID.partial; exit 1; }

# Targets that depend on FORCE are always made; it is given only to those that are stale.
FORCE:
.PHONY: FORCE

# same A,B: not empty if both texts are the same.
same = $(and $(findstring x$(1)x,x$(2)x),$(findstring x$(2)x,x$(1)x))

# What was overridden, as words NAME=value: the report says so.
PROFILE_OVERRIDES := $(strip $(foreach v,$(OVERRIDABLE),$(if $(call same,$($(v)),$(DEFAULT_$(v))),,$(v)=$($(v)))))

# stale FILE,KEY: FORCE unless FILE.key says that FILE was made by KEY. Keys name everything a result
# depends on, by content: so neither times nor places matter, and make -n can tell without doing.
-include $(wildcard $(RUN_ROOT)/*/*/*/*.key)
stale = $(if $(and $(wildcard $(1)),$(call same,$(MADE_BY_$(1)),$(2))),,FORCE)
# forget FILE: the command before FILE is made: an old key must not be taken for the new file's.
forget = rm -f '$(1).key'
# note FILE,KEY: the command after it, which writes FILE.key at once: half a key would be half a makefile.
note = echo 'MADE_BY_$(1) := $(2)' >'$(1).key'.$$$$PPID.partial && mv '$(1).key'.$$$$PPID.partial '$(1).key'
