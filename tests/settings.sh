# Settings of the make that runs a test are not those of the makes that the test runs. Sourced, from the top of the tree.
# shellcheck shell=bash
unset MAKEFLAGS MFLAGS MAKELEVEL PROFILE TRACKS SEEDS ZEROS_SEEDS THREADS GEMM KEEP RUN EPOCH STEPS RECORD
unset TRAIN_EXAMPLES TEST_EXAMPLES EPOCHS_carlini EPOCHS_resnet56 LEARNING_RATE ARCHIVE AGENT TARGET NUMBER SANITIZE
unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE
