# Golden checksums, in the format of sha256sum --check: of weights and losses of the smoke profile, and
# of every initial weight file of the full one, to which the record adds whatever was trained both there
# and here. Names are relative to data/runs/PROFILE.

GOLDEN := pipeline/golden/$(PROFILE:recorded=full).sha256
GOLDEN_NAMES := $(if $(filter smoke,$(PROFILE)),init.safetensors final.safetensors losses.tsv,init.safetensors)
GOLDEN_FILES := $(foreach e,$(CHOSEN),$(foreach s,$(SEEDS),$(foreach f,$(GOLDEN_NAMES),$(call folder,$(e),$(s))/$(f))))

# Trainings of the full profile with other settings than the record's, and with the same.
trained_one = $(if $(wildcard $(3)/final.safetensors),$(3))
otherwise_one = $(if $(trained_one),$(if $(call stale,$(3)/final.safetensors,$(train_key)),$(3)))
OTHERWISE := $(if $(filter full,$(PROFILE)),$(call for_each_training,otherwise_one))
as_recorded_one = $(if $(trained_one),$(if $(wildcard $(call recorded_folder,$(1),$(2))/log.tsv),$(3)))
each_folder = $(3)
AS_RECORDED := $(if $(filter full,$(PROFILE)),$(filter-out $(OTHERWISE),$(call \
	for_each_training,as_recorded_one)),$(if $(filter recorded,$(PROFILE)),$(call for_each_training,each_folder)))

ifneq ($(filter verify golden,$(MAKECMDGOALS)),)
ifneq ($(GEMM),exact)
$(error results of GEMM=$(GEMM) are not compared by checksum)
endif
ifneq ($(PROFILE_OVERRIDES),)
$(error golden checksums are of the profile as it is, not with $(PROFILE_OVERRIDES))
endif
ifeq ($(wildcard $(GOLDEN))$(filter golden,$(MAKECMDGOALS)),)
$(error there are no golden checksums for PROFILE=$(PROFILE))
endif
endif

.PHONY: verify golden
verify: $(GOLDEN_FILES) $(AS_RECORDED:%=%/measured)
	@for file in $(GOLDEN_FILES:$(RUN_ROOT)/%=%); do grep -F "  $$file" $(GOLDEN) || \
		{ echo "verify: $(GOLDEN) has no line for $$file" >&2; exit 1; }; done >$(OBJ)/golden.sha256
	@for run in $(AS_RECORDED:$(RUN_ROOT)/%=%); do grep -F "  $$run/" $(RECORD)/checksums.sha256 || \
		{ echo "verify: $(RECORD)/checksums.sha256 has no line for $$run" >&2; exit 1; }; done >$(OBJ)/golden.recorded
	@sort -u $(OBJ)/golden.recorded $(OBJ)/golden.sha256 >$(OBJ)/golden.all
	@for run in $(OTHERWISE); do \
		echo "verify: $$run was trained with other settings, and is not compared"; done
	@if (cd $(RUN_ROOT) && sha256sum --check --strict --quiet) <$(OBJ)/golden.all; \
		then echo "verify: $(PROFILE): all $$(wc -l <$(OBJ)/golden.all) checksums hold"; \
		else echo "verify: $(PROFILE): the files named above differ" >&2; exit 1; fi

# Records what there is now as golden, beside the lines of other tracks and seeds: when the arithmetic
# is changed on purpose, and only then.
golden: $(GOLDEN_FILES)
	@mkdir -p $(dir $(GOLDEN)) && touch $(GOLDEN)
	@(cd $(RUN_ROOT) && sha256sum $(GOLDEN_FILES:$(RUN_ROOT)/%=%)) >$(OBJ)/golden.sha256
	@awk '{ sum[$$2] = $$1 } END { for (name in sum) print sum[name] "  " name }' \
		$(GOLDEN) $(OBJ)/golden.sha256 >$(OBJ)/golden.all
	@sort -k2 $(OBJ)/golden.all >$(GOLDEN).partial && mv $(GOLDEN).partial $(GOLDEN)
	@echo $(NUMERICS) >pipeline/golden/numerics
	@echo "golden: $(GOLDEN) has $$(wc -l <$(GOLDEN)) lines"
