# Figures 4 to 9 and C. Each is a PDF of its own under figures/build; all rules are cheap and go by time.
#
# Settings that are no file (the seeds asked for, and those of all zeros) stand in the name of a stamp, which
# replaces all stamps before it: so another set of seeds makes the figures anew, and the same set does not.

FIGURES := figures/build/$(LABEL)
EMPTY :=
SPACE := $(EMPTY) $(EMPTY)
FIGURE_STAMP := $(FIGURES)/settings/$(subst $(SPACE),-,$(strip seeds $(SEEDS) zeros $(ZEROS_SEEDS)))
FIGURE_PARTS := figures/draw.sh figures/style.gp figures/standalone.tex paper/fonts.tex \
	paper/reproducible.tex

# run_files TRACK,RUN,FILE: that file of each seed of the run.
run_files = $(SEEDS:%=$(RUN_ROOT)/$(1)/$(2)/seed-%/$(3))
# more_curves TRACK,RUN: a curve for each further seed.
more_curves = $(patsubst %,$(RUN_ROOT)/$(1)/$(2)/seed-%/loss.dat,$(call more_seeds,$(1):$(2):))

$(FIGURE_STAMP):
	@rm -rf $(@D) && mkdir -p $(@D) && touch $@

# Loss curves: all seeds of a run beside the published curve.
define curve_rule
$(FIGURES)/$(1)/$(2).dat: $(call run_files,$(1),$(2),log.tsv) data/published/curves/$(2).dat \
		$(FIGURE_STAMP) $(BIN)/loss-to-dat
	@mkdir -p $$(@D)
	$(BIN)/loss-to-dat $(patsubst %,--log %,$(call run_files,$(1),$(2),log.tsv)) \
		--published data/published/curves/$(2).dat --out $$@
endef
$(foreach t,$(TRACKS),$(foreach r,$(RUNS),$(eval $(call curve_rule,$(t),$(r)))))

# A loss figure: number, left run, right run. Further seeds of the left run have a curve each.
define loss_figure_rule
$(FIGURES)/$(1)/figure-$(2).gp: figures/common.awk figures/settings.awk \
		$(foreach r,$(3) $(4),$(call run_files,$(1),$(r),log.tsv)) $(FIGURE_STAMP)
	@mkdir -p $$(@D)
	awk -f figures/common.awk -f figures/settings.awk -v profile=$(LABEL) -v track=$(1) \
		-v seeds="$(SEEDS)" -v left=$(3) -v right=$(4) -v more="$(call more_seeds,$(1):$(3):)" \
		-v runs=$(RUN_ROOT) -v curves=$(FIGURES) $$(into)
$(FIGURES)/$(1)/figure-$(2).pdf: $(FIGURES)/$(1)/figure-$(2).gp figures/losses.gp \
		$(FIGURES)/$(1)/$(3).dat $(FIGURES)/$(1)/$(4).dat $(FIGURE_PARTS) \
		$(call more_curves,$(1),$(3))
	figures/draw.sh $$@ figures/losses.gp $$<
endef
define loss_figures
$(call loss_figure_rule,$(1),4,all-zeros,all-ones)
$(call loss_figure_rule,$(1),5,kaiming,xavier)
$(call loss_figure_rule,$(1),8,carlini-bs300,carlini-bs10)
$(call loss_figure_rule,$(1),9,resnet56-bs300,resnet56-bs10)
endef
$(foreach t,$(TRACKS),$(eval $(call loss_figures,$(t))))

# Figures 6, 7 and C, and the verdicts on Theorems 2 to 4: computed from a seed of their own, the same
# in every profile and track.
DEMO_SEED := 1
DEMO_DATA := $(FIGURES)/paths.dat $(FIGURES)/chain.dat $(FIGURES)/bounds.dat
$(DEMO_DATA): $(FIGURES)/%.dat: $(BIN)/sgd-demo
	@mkdir -p $(@D)
	$(BIN)/sgd-demo --what $* --seed $(DEMO_SEED) --out $@
$(FIGURES)/bounds.tsv: $(BIN)/sgd-demo
	@mkdir -p $(@D)
	$(BIN)/sgd-demo --what verdicts --seed $(DEMO_SEED) --out $@

DEMO_FIGURES := figure-6 figure-7 figure-c
$(FIGURES)/figure-6.gp $(FIGURES)/figure-6.pdf: $(FIGURES)/paths.dat
$(FIGURES)/figure-7.gp $(FIGURES)/figure-7.pdf: $(FIGURES)/chain.dat
$(FIGURES)/figure-c.gp $(FIGURES)/figure-c.pdf: $(FIGURES)/bounds.dat
$(DEMO_FIGURES:%=$(FIGURES)/%.gp):
	@echo "DAT = '$<'" $(into)
$(DEMO_FIGURES:%=$(FIGURES)/%.pdf): $(FIGURES)/%.pdf: figures/%.gp $(FIGURES)/%.gp $(FIGURE_PARTS)
	figures/draw.sh $@ $< $(FIGURES)/$*.gp

LOSS_FIGURES := figure-4 figure-5 figure-8 figure-9
.PHONY: figures $(DEMO_FIGURES) $(LOSS_FIGURES)
figures: $(DEMO_FIGURES) $(LOSS_FIGURES)
$(LOSS_FIGURES): %: $(foreach t,$(TRACKS),$(FIGURES)/$(t)/%.pdf)
$(DEMO_FIGURES): %: $(FIGURES)/%.pdf
