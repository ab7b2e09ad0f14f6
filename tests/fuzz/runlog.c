/* Logs of trainings. */
#include "fuzz/fuzz.h"

#include "io/runlog.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *path = fuzz_path("log.tsv"), *one = fuzz_path("one"), *two = fuzz_path("two");
    struct runlog log, again;
    struct error error = {""};
    fuzz_save(path, data, size);
    if (!runlog_read(&log, path, &error)) {
        fuzz_check_error(&error);
    } else {
        fuzz_check(runlog_write(&log, one, &error) && runlog_read(&again, one, &error)
                       && runlog_write(&again, two, &error) && fuzz_same(one, two),
                   "what was read can be written and read again");
        runlog_free(&again);
    }
    runlog_free(&log);
    return 0;
}
