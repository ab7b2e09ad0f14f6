# The user's environment: what of it reaches the programs that make starts. Everything else stays out: TEXINPUTS,
# GNUTERM, CDPATH, BASH_ENV, GREP_OPTIONS, functions of a shell and whatever else would change what a program does.
# The programs that draw and typeset also get an empty home (figures/draw.sh, paper/build.sh).

# In this order: the user and the terminal; make; loading, threads and checks of our own programs; compilers and what wraps
# them; downloads; Python, for the comparisons with PyTorch; what tests are given.
ENVIRONMENT := PATH HOME USER LOGNAME SHELL TMPDIR TERM COLUMNS NO_COLOR \
	MAKE% MFLAGS GNUMAKEFLAGS \
	LD_% GLIBC_TUNABLES MALLOC_% OMP_% GOMP_% KMP_% OPENBLAS_% REINIT_% %SAN_OPTIONS \
	CPATH C_INCLUDE_PATH LIBRARY_PATH COMPILER_PATH GCC_% CCACHE_% DISTCC_% CCC_% CLANG% FAKE% \
	%_proxy %_PROXY SSL_CERT_% OPENSSL_% npm_% NPM_% NODE_% \
	PYTHON% VIRTUAL_ENV CONDA_% CUDA_% \
	TMP SEED CLASSES BITFLIPS LOCPATH SYSROOTS
unexport $(filter-out $(ENVIRONMENT) $(CONVENTIONAL) $(OTHERS),$(call given_by,environment,$(.VARIABLES)))
