/* The digitised curves, and the tables made of them. */
#include "fuzz/fuzz.h"

#include "io/curves.h"
#include "io/runlog.h"

#include <math.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *path = fuzz_path("curve.dat"), *log = fuzz_path("log.tsv");
    struct curve curve;
    struct error error = {""};
    fuzz_save(path, data, size);
    if (curve_read(&curve, path, &error)) {
        fuzz_check(curve.count >= 1 && curve.count <= RUNLOG_EPOCHS_MAX, "a curve has epochs");
        for (size_t i = 0; i < curve.count; i++)
            fuzz_check(isfinite(curve.losses[i]), "digitised losses are finite");
        fuzz_check(curves_write(&log, 1, path, fuzz_path("loss.dat"), &error),
                   "a curve that can be read can be drawn");
    } else {
        fuzz_check_error(&error);
    }
    curve_free(&curve);
    return 0;
}

/* The log that the curve is set beside. */
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    static const char hash[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    struct runlog log = {0};
    struct error error;
    fuzz_check(runlog_add_pair(&log, "net", "carlini", &error)
                   && runlog_append(&log, 729.5, 1000, hash, hash, &error)
                   && runlog_append(&log, (double)NAN, 1000, hash, hash, &error)
                   && runlog_write(&log, fuzz_path("log.tsv"), &error),
               "a log can be written");
    runlog_free(&log);
    return 0;
}
