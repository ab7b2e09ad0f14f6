# Settings: what may be given on the command line, and what follows from it.

# All that may be given to make: unknown settings are rejected. The last line's are of the pipeline itself,
# for its tests.
KNOWN := PROFILE TRACKS SEEDS ZEROS_SEEDS THREADS KEEP GEMM TRAIN_EXAMPLES TEST_EXAMPLES EPOCHS_carlini \
	EPOCHS_resnet56 LEARNING_RATE RECORD DATA DATA_CHECKSUMS RUN EPOCH STEPS NUMBER TARGET ARCHIVE AGENT WEIGHTS \
	BATCHES SECONDS ROUNDS CELLS DEPTH FUZZ FUZZ_SECONDS BIN OPTIMISE FORTIFY SANITIZE PYTHON \
	V stale NUMERICS
# These belong to the compiler and to the programs; make takes them from the environment too. CXX is scan-build's.
CONVENTIONAL := CC CXX CFLAGS LDFLAGS REINIT_ISA
OTHERS := GLIBC_TUNABLES LC_ALL TZ
given_by = $(strip $(foreach v,$(2),$(if $(findstring $(1),$(origin $(v))),$(v))))
$(foreach v,$(call given_by,command line,$(.VARIABLES)),$(if $(filter-out $(KNOWN) $(CONVENTIONAL) $(OTHERS),$(v)),$(error \
	$(v): unknown setting; make help lists the settings)))

# An empty value means the default. Settings in the environment are ignored, and one line names them: DATA, RUN
# and TARGET are names that other programs use.
empty_of = $(foreach v,$(1),$(if $(strip $($(v))),,$(v)))
# GNU Make 4.4 would take what is empty from MAKEOVERRIDES again, for the commands' environment.
unset = $(foreach v,$(1),$(eval override undefine $(v))$(eval MAKEOVERRIDES := $$(filter-out $(v)=,$$(MAKEOVERRIDES))))
$(call unset,$(call empty_of,$(call given_by,command line,$(KNOWN)) $(call given_by,environment,$(KNOWN)) $(CONVENTIONAL)))
IGNORED := $(call given_by,environment,$(KNOWN))
$(call unset,$(IGNORED))
$(if $(and $(IGNORED),$(filter 0,$(MAKELEVEL)),$(if $(MAKE_RESTARTS),,first)),$(shell echo \
	"make: ignored in the environment: $(IGNORED). Settings go on the command line, as in make PROFILE=smoke" >&2))

PROFILE ?= full
SEEDS ?= 1
THREADS ?= $(shell n=$$(nproc); echo $$((n < 256 ? n : 256)))
GEMM ?= exact
# Needed by the comparisons with PyTorch alone.
PYTHON ?= /usr/bin/python3

# same A,B: not empty if both texts are the same.
same = $(and $(findstring x$(1)x,x$(2)x),$(findstring x$(2)x,x$(1)x))
# one WORD: not empty if it is one word; one_of WORD,WORDS: if it is a word of these.
one = $(filter 1,$(words $(1)))
one_of = $(and $(one),$(filter $(1),$(2)))
# all_of WORDS,LIST: not empty if there are words, all of this list, none twice.
all_of = $(and $(strip $(1)),$(if $(filter-out $(2),$(1)),,yes),$(filter $(words $(1)),$(words $(sort $(1)))))

# A profile says on which data, how many examples and how many epochs; each may be overridden.
DEFAULT_LEARNING_RATE := 1e-4
# recorded is what full is, from the record instead of from trainings (25-record.mk).
ifeq ($(call one_of,$(PROFILE),full recorded quick smoke),)
$(error PROFILE=$(PROFILE) must be one of full, recorded, quick, smoke)
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

# The record of finished runs.
RECORD ?= data/recorded

# Whether all zeros learns is a matter of its seed, so some more seeds show how often; from the record,
# all it has.
recorded_zeros = $(sort $(patsubst $(RECORD)/as-run/all-zeros/seed-%/log.tsv,%,$(wildcard \
	$(RECORD)/as-run/all-zeros/seed-*/log.tsv)))
DEFAULT_ZEROS_SEEDS := $(or $(if $(filter recorded,$(PROFILE)),$(recorded_zeros)),$(if \
	$(filter full recorded,$(PROFILE)),1 2 3 4 5 6,1 2))
ZEROS_SEEDS ?= $(DEFAULT_ZEROS_SEEDS)

# Numbers are checked here, before anything is done with them, and get one spelling each (numbers.awk).
SAMPLE := $(filter data/sample,$(DATA))
SEED_LISTS := SEEDS ZEROS_SEEDS
quoted = '$(subst ','\'',$(1))'
words_of = $(foreach v,$(1),$(foreach w,$($(v)),$(v) $(2) $(call quoted,$(w))))
NUMBERS := $(shell awk -f pipeline/numbers.awk $(call words_of,TRAIN_EXAMPLES,1 $(if $(SAMPLE),360,50000)) \
	$(call words_of,TEST_EXAMPLES,1 $(if $(SAMPLE),120,10000)) $(call words_of,EPOCHS_carlini EPOCHS_resnet56,1 10000) \
	$(call words_of,THREADS,1 256) $(call words_of,LEARNING_RATE,real 0) $(call words_of,$(SEED_LISTS),0 4294967295))
number_of = $(patsubst $(1)=%,%,$(filter $(1)=%,$(NUMBERS)))
# take NAMES,WHAT: NAME becomes its one number.
take = $(foreach v,$(1),$(if $(and $(call one,$($(v))),$(call number_of,$(v))),$(eval \
	override $(v) := $(call number_of,$(v))),$(error $(v)=$($(v)) is not a $(2))))
$(call take,TRAIN_EXAMPLES,whole number from 1 to $(if $(SAMPLE),360,50000))
$(call take,TEST_EXAMPLES,whole number from 1 to $(if $(SAMPLE),120,10000))
$(call take,EPOCHS_carlini EPOCHS_resnet56,whole number from 1 to 10000)
$(call take,THREADS,whole number from 1 to 256)
$(call take,LEARNING_RATE,number above 0)
$(foreach v,$(SEED_LISTS),$(if $(call same,$(words $($(v))),$(words $(sort $(call number_of,$(v))))),$(eval \
	override $(v) := $(call number_of,$(v))),$(error $(v)=$($(v)) is not a list of different whole numbers below 2^32)))

# The table of experiments: a word a row, its columns parted by colons.
EXPERIMENTS := $(shell awk -f pipeline/experiments.awk pipeline/experiments.tsv)
$(if $(filter wrong,$(firstword $(EXPERIMENTS))),$(error $(wordlist 2,$(words $(EXPERIMENTS)),$(EXPERIMENTS))))
column = $(word $(1),$(subst :, ,$(2)))
RUNS := $(foreach e,$(filter as-run:%,$(EXPERIMENTS)),$(call column,2,$(e)))

# Whether the record has an experiment, with every seed.
recorded_folder = $(RECORD)/$(call column,1,$(1))/$(call column,2,$(1))/seed-$(2)
is_recorded = $(filter $(words $(SEEDS)),$(words $(wildcard \
	$(foreach s,$(SEEDS),$(call recorded_folder,$(1),$(s))/log.tsv))))

# From the record, both tracks if it has anything of the second.
DEFAULT_TRACKS := as-run$(if $(filter recorded,$(PROFILE)),$(if $(strip $(foreach \
	e,$(filter as-written:%,$(EXPERIMENTS)),$(call is_recorded,$(e)))), as-written))
TRACKS ?= $(DEFAULT_TRACKS)
ifeq ($(call all_of,$(TRACKS),as-run as-written),)
$(error TRACKS=$(TRACKS) must be as-run, as-written, or both)
endif
ifeq ($(call one_of,$(GEMM),exact openblas),)
$(error GEMM=$(GEMM) must be one of exact, openblas)
endif
ifeq ($(PROFILE)-$(GEMM),recorded-openblas)
$(error the record is of GEMM=exact)
endif

# What was overridden, as words NAME=value: the report says so.
overrides = $(strip $(foreach v,$(1),$(if $(call same,$($(v)),$(DEFAULT_$(v))),,$(v)=$($(v)))))
PROFILE_OVERRIDES := $(call overrides,$(OVERRIDABLE))

# Results of OpenBLAS depend on the machine: they are stored separately, under a label of their own. So are runs that
# are trained with overridden settings: a finished run is not replaced, and switching back costs nothing. The number of
# test examples trains nothing, so it is no part of the label.
LABEL := $(PROFILE)$(if $(filter openblas,$(GEMM)),-openblas)
TRAINED_OTHERWISE := $(call overrides,$(filter-out TEST_EXAMPLES,$(OVERRIDABLE)))
RUN_ROOT := data/runs/$(LABEL)$(if $(TRAINED_OTHERWISE),-$(shell echo '$(TRAINED_OTHERWISE)' | tr 'A-Z =' 'a-z--'))

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

# stale FILE,KEY: FORCE unless FILE.key says that FILE was made by KEY. Keys name everything a result
# depends on, by content: so neither times nor places matter, and make -n can tell without doing.
KEY_FILES := $(wildcard data/runs/*/*/*/*/*.key data/runs/*/*/*/*/earlier-*/*.key)
-include $(KEY_FILES)
stale = $(if $(and $(wildcard $(1)),$(call same,$(MADE_BY_$(1)),$(2))),,FORCE)
# forget FILE: the command before FILE is made: an old key must not be taken for the new file's.
forget = rm -f '$(1).key'
# note FILE,KEY: the command after it, which writes FILE.key at once: half a key would be half a makefile.
note = echo 'MADE_BY_$(1) := $(2)' >'$(1).key'.$$$$PPID.partial && mv '$(1).key'.$$$$PPID.partial '$(1).key'
