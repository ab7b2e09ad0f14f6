# Golden checksums, in the format of sha256sum --check: of everything in the smoke profile, and of
# every initial weight file of the full one. Names are relative to data/runs/PROFILE.

GOLDEN := pipeline/golden/$(PROFILE).sha256
GOLDEN_FILES := $(if $(filter smoke,$(PROFILE)),init.safetensors final.safetensors loss.dat,init.safetensors)

# The lines of the tracks and seeds asked for.
golden_lines = grep -E '  ($(subst $() $(),|,$(strip $(TRACKS))))/[^/]+/seed-($(subst $() $(),|,$(strip $(SEEDS))))/' $(GOLDEN)

.PHONY: verify golden
verify: $(foreach e,$(CHOSEN),$(foreach s,$(SEEDS),$(foreach f,$(GOLDEN_FILES),$(call folder,$(e),$(s))/$(f))))
	@test -f $(GOLDEN) || { echo "verify: no golden checksums for PROFILE=$(PROFILE)" >&2; exit 1; }
	@test '$(GEMM)' = exact || { echo "verify: results of GEMM=$(GEMM) are not compared by checksum" >&2; exit 1; }
	@$(golden_lines) >$(OBJ)/golden.sha256 || { echo "verify: $(GOLDEN) has none of these" >&2; exit 1; }
	@cd $(RUN_ROOT) && if sha256sum --check --quiet $(CURDIR)/$(OBJ)/golden.sha256; \
		then echo "verify: $(PROFILE): all $$(wc -l <$(CURDIR)/$(OBJ)/golden.sha256) checksums hold"; \
		else echo "verify: $(PROFILE): the files named above differ" >&2; exit 1; fi

# Records what there is now as golden: when the arithmetic is changed on purpose, and only then.
golden: $(foreach e,$(CHOSEN),$(foreach s,$(SEEDS),$(foreach f,$(GOLDEN_FILES),$(call folder,$(e),$(s))/$(f))))
	@mkdir -p $(dir $(GOLDEN))
	cd $(RUN_ROOT) && sha256sum $(patsubst $(RUN_ROOT)/%,%,$^) >$(CURDIR)/$(GOLDEN).partial
	mv $(GOLDEN).partial $(GOLDEN)
	@echo $(NUMERICS) >pipeline/golden/numerics
