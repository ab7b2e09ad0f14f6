/* Checkpoints: the input is one, from which a very small training is to go on. Its hashes are put
 * right, so that what lies behind them is reached. */
#include "fuzz/fuzz.h"
#include "unit/small_training.h"

#include "io/runlog.h"

#include <stdlib.h>
#include <unistd.h>

static struct small_training training;
static uint8_t *log_bytes; /* of the training that the seeds belong to */
static size_t log_size;

/* Trains up to the end of an epoch and saves the checkpoint that is there then. */
static void add_seed(const char *name, uint64_t until)
{
    struct error error;
    uint64_t done;
    size_t size;
    training.settings.until = until;
    fuzz_check(training_run(&training.settings, &done, &error), error.text);
    uint8_t *seed = fuzz_load(training.checkpoint, &size);
    fuzz_seed(name, seed, size);
    free(seed);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    struct error error;
    fuzz_check(small_training_prepare(&training, fuzz_folder(), &error), error.text);
    add_seed("epoch-1", 1);
    add_seed("epoch-2", SMALL_EPOCHS);
    log_bytes = fuzz_load(training.log, &log_size);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char previous[300];
    snprintf(previous, sizeof previous, "%s.previous", training.checkpoint);
    uint8_t *copy = malloc(size + 1);
    fuzz_check(copy != NULL, "memory");
    memcpy(copy, data, size);
    fuzz_sign_safetensors(copy, size);
    fuzz_save(training.checkpoint, copy, size);
    free(copy);
    fuzz_save(training.log, log_bytes, log_size);
    unlink(previous);
    unlink(training.final);
    struct error error = {""};
    uint64_t done;
    struct runlog log;
    if (!training_run(&training.settings, &done, &error)) {
        fuzz_check_error(&error);
        fuzz_check(!file_exists(training.final), "no result of a training that failed");
        return 0;
    }
    fuzz_check(done == training.settings.epochs && file_exists(training.final),
               "a training that is done has a result");
    fuzz_check(runlog_read(&log, training.log, &error) && log.epoch_count == SMALL_EPOCHS,
               "its log has every epoch");
    runlog_free(&log);
    return 0;
}
