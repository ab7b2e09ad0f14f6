# reinit: from the raw pixels of CIFAR-10 to the paper's tables, figures and a report.
# `make help` says what there is. The stages are in pipeline/*.mk, in order; the experiments in
# pipeline/experiments.tsv.

SHELL := /bin/sh
.DELETE_ON_ERROR:
.SUFFIXES:
# -s, -n and other options of one letter, before MAKEFLAGS has long ones.
MAKE_LETTERS := $(firstword -$(MAKEFLAGS))
MAKEFLAGS += --no-builtin-rules
# Numbers have points, in every locale.
export LC_ALL := C
ifeq ($(LC_ALL),)
override LC_ALL := C
endif

ifeq ($(wildcard pipeline/00-settings.mk),)
$(error make runs in the folder of its Makefile only: make -C FOLDER)
endif

# A short line for each step, and whole commands with V=1. make -s prints neither, make -n both.
# say STEP  WHAT: the line, which replaces the progress that another job may have on the terminal (src/base/progress.h).
ifneq ($(if $(findstring command,$(origin V)),$(V)),1)
.SILENT:
ifeq ($(findstring s,$(MAKE_LETTERS)),)
say = $(info $(over_progress)  $(1))
endif
endif
ERASE := $(if $(filter-out dumb,$(TERM)),$(shell printf '\r\033[K'))
over_progress = $(if $(and $(MAKE_TERMOUT),$(findstring -j,$(MAKEFLAGS))),$(ERASE))

ifneq ($(and $(filter deps deps-deep clean distclean,$(MAKECMDGOALS)),$(word 2,$(MAKECMDGOALS))),)

# `make deps paper`, `make clean check`: what a make goes by is changed, so each goal has a make of its own.
.PHONY: $(MAKECMDGOALS) one-by-one
$(MAKECMDGOALS): one-by-one
	@:
one-by-one:
	@+set -e; for goal in $(MAKECMDGOALS); do $(MAKE) --no-print-directory $$goal; done

else

.PHONY: help deps deps-deep
help:
	@cat pipeline/help.txt
deps:
	@pipeline/install-packages.sh pipeline/packages.txt
# deps-deep: what check-deep, lint, fuzz, bench and check-pytorch take besides.
deps-deep:
	@pipeline/install-packages.sh pipeline/packages.txt pipeline/packages-deep.txt

.PHONY: clean distclean lint
# clean keeps fetched data and runs. distclean does not.
clean:
	$(call say,CLEAN   bin figures/build paper/build)
	rm -rf bin figures/build paper/build tests/bench/results
distclean: clean
	$(call say,CLEAN   data/cifar10 data/runs)
	rm -rf data/cifar10 data/runs
lint:
	tests/lint.sh
	tests/analyse.sh

ifneq ($(filter-out help deps deps-deep clean distclean lint,$(or $(MAKECMDGOALS),help)),)

include pipeline/00-settings.mk
include pipeline/05-environment.mk
include pipeline/10-build.mk
include pipeline/92-fuzz.mk

# These need the compiler alone, all else the state of the data and of the arithmetic too.
ifneq ($(filter-out all fuzz fuzz-targets,$(MAKECMDGOALS)),)

include pipeline/20-fetch.mk
include pipeline/25-record.mk
include pipeline/30-train.mk
include pipeline/40-audit.mk
include pipeline/50-figures.mk
include pipeline/60-paper.mk
include pipeline/65-outcome.mk
include pipeline/70-verify.mk
include pipeline/80-status.mk
include pipeline/85-provenance.mk
include pipeline/90-check.mk
include pipeline/95-bench.mk

.PHONY: paper
paper: paper/build/$(LABEL)/paper.pdf
	@echo "paper: $<"

endif
endif
endif
