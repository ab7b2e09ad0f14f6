# Figures 4 to 9 and C. Each is a PDF of its own under figures/build, the loss figures also an SVG if that is asked
# for; all rules are cheap and compare times.
#
# Settings that are no file (the seeds asked for, those of all zeros, overridden settings) are in the name of a stamp,
# which replaces all stamps before it: another set of seeds rebuilds the figures, and the same set does not.

FIGURES := figures/build/$(LABEL)
AWK_SHARED := figures/common.awk paper/results.awk
AWK_TABLE = awk $(AWK_SHARED:%=-f %) -f
EMPTY :=
SPACE := $(EMPTY) $(EMPTY)
FIGURE_STAMP := $(FIGURES)/settings/$(subst $(SPACE),-,$(strip seeds $(SEEDS) zeros $(ZEROS_SEEDS) \
	$(subst =,-,$(TRAINED_OTHERWISE))))
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
	$$(call say,CURVE   $(1)/$(2))
	@mkdir -p $$(@D)
	$(BIN)/loss-to-dat $(patsubst %,--log %,$(call run_files,$(1),$(2),log.tsv)) \
		--published data/published/curves/$(2).dat --out $$@
endef
$(foreach t,$(TRACKS),$(foreach r,$(call runs_of,$(t)),$(eval $(call curve_rule,$(t),$(r)))))

# The two runs of a loss figure, left and right, and the figures of a track: those whose runs it has.
figure-4 := all-zeros all-ones
figure-5 := kaiming xavier
figure-8 := carlini-bs300 carlini-bs10
figure-9 := resnet56-bs300 resnet56-bs10
LOSS_FIGURES := figure-4 figure-5 figure-8 figure-9
loss_figures_of = $(foreach f,$(LOSS_FIGURES),$(if $(filter-out $(call runs_of,$(1)),$($(f))),,$(f)))

# loss_figure_rule TRACK,FIGURE,LEFT,RIGHT. Further seeds of the left run have a curve each.
define loss_figure_rule
$(FIGURES)/$(1)/$(2).gp: $(AWK_SHARED) figures/settings.awk \
		$(foreach r,$(3) $(4),data/published/curves/$(r).dat) \
		$(foreach r,$(3) $(4),$(call run_files,$(1),$(r),log.tsv)) $(call more_curves,$(1),$(3)) $(FIGURE_STAMP)
	@mkdir -p $$(@D)
	$(AWK_TABLE) figures/settings.awk -v profile=$(LABEL) -v track=$(1) \
		-v seeds="$(SEEDS)" -v left=$(3) -v right=$(4) -v more="$(call more_seeds,$(1):$(3):)" \
		-v runs=$(RUN_ROOT) -v curves=$(FIGURES) -v published=data/published/curves $$(into)
$(FIGURES)/$(1)/$(2).pdf $(FIGURES)/$(1)/$(2).svg: $(FIGURES)/$(1)/$(2).gp figures/losses.gp \
		$(FIGURES)/$(1)/$(3).dat $(FIGURES)/$(1)/$(4).dat $(FIGURE_PARTS) \
		$(call more_curves,$(1),$(3))
	$$(call say,DRAW    $(1)/$(2))
	figures/draw.sh $$@ figures/losses.gp $$<
endef
$(foreach t,$(TRACKS),$(foreach f,$(call loss_figures_of,$(t)),$(eval $(call \
	loss_figure_rule,$(t),$(f),$(word 1,$($(f))),$(word 2,$($(f)))))))

# Figures 6, 7 and C, and the verdicts on Theorems 2 to 4: computed from a seed of their own, the same
# in every profile and track.
DEMO_SEED := 1
DEMO_DATA := $(FIGURES)/paths.dat $(FIGURES)/chain.dat $(FIGURES)/bounds.dat
$(DEMO_DATA): $(FIGURES)/%.dat: $(BIN)/sgd-demo
	$(call say,DEMO    $(@F))
	@mkdir -p $(@D)
	$(BIN)/sgd-demo --what $* --seed $(DEMO_SEED) --out $@
$(FIGURES)/bounds.tsv: $(BIN)/sgd-demo
	$(call say,DEMO    $(@F))
	@mkdir -p $(@D)
	$(BIN)/sgd-demo --what verdicts --seed $(DEMO_SEED) --out $@

DEMO_FIGURES := figure-6 figure-7 figure-c
$(FIGURES)/figure-6.gp $(FIGURES)/figure-6.pdf: $(FIGURES)/paths.dat
$(FIGURES)/figure-7.gp $(FIGURES)/figure-7.pdf: $(FIGURES)/chain.dat
$(FIGURES)/figure-c.gp $(FIGURES)/figure-c.pdf: $(FIGURES)/bounds.dat
$(DEMO_FIGURES:%=$(FIGURES)/%.gp):
	@echo "DAT = '$<'" $(into)
$(DEMO_FIGURES:%=$(FIGURES)/%.pdf): $(FIGURES)/%.pdf: figures/%.gp $(FIGURES)/%.gp $(FIGURE_PARTS)
	$(call say,DRAW    $*)
	figures/draw.sh $@ $< $(FIGURES)/$*.gp

.PHONY: figures $(DEMO_FIGURES) $(LOSS_FIGURES)
figures: $(DEMO_FIGURES) $(LOSS_FIGURES)
$(foreach t,$(TRACKS),$(foreach f,$(call loss_figures_of,$(t)),$(eval $(f): $(FIGURES)/$(t)/$(f).pdf)))
$(DEMO_FIGURES): %: $(FIGURES)/%.pdf
