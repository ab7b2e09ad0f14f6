# reinit: from the raw pixels of CIFAR-10 to the paper's tables, figures and a report.
# `make help` says what there is. The stages are in pipeline/*.mk, in order; the experiments in
# pipeline/experiments.tsv.

SHELL := /bin/sh
.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules
# Numbers have points, in every locale.
export LC_ALL := C

.PHONY: help
help:
	@cat pipeline/help.txt

OTHER_GOALS := $(filter-out deps,$(MAKECMDGOALS))
ifneq ($(and $(filter deps,$(MAKECMDGOALS)),$(OTHER_GOALS)),)

# `make deps paper`: the packages first, then a make that finds them.
.PHONY: deps $(OTHER_GOALS)
deps:
	@pipeline/install-packages.sh
$(firstword $(OTHER_GOALS)): deps
	@+$(MAKE) --no-print-directory $(OTHER_GOALS)
$(wordlist 2,$(words $(OTHER_GOALS)),$(OTHER_GOALS)): $(firstword $(OTHER_GOALS))
	@:

else

.PHONY: deps
deps:
	@pipeline/install-packages.sh

.PHONY: clean distclean lint
# clean keeps what cost time: fetched data and runs. distclean does not.
clean:
	rm -rf bin figures/build paper/build tests/bench/results
distclean: clean
	rm -rf data/cifar10 data/runs
lint:
	tests/lint.sh
	tests/analyse.sh

ifneq ($(filter-out help deps clean distclean lint,$(or $(MAKECMDGOALS),help)),)

include pipeline/00-settings.mk
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
