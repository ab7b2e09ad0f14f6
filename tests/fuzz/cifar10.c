/* CIFAR-10's data files. */
#include "fuzz/fuzz.h"

#include "data/cifar10.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *path = fuzz_path("test_batch.bin");
    struct cifar10 set;
    struct error error = {""};
    fuzz_save(path, data, size);
    for (size_t limit = 0; limit < 3; limit++) {
        if (!cifar10_load(&set, fuzz_folder(), CIFAR10_TEST, limit, &error)) {
            fuzz_check_error(&error);
            fuzz_check(set.records == NULL, "nothing is left of a file that was refused");
            continue;
        }
        fuzz_check(set.count == (limit > 0 ? limit : size / CIFAR10_RECORD), "all, or so many");
        for (size_t i = 0; i < set.count; i++)
            fuzz_check(set.records[i * CIFAR10_RECORD] < CIFAR10_CLASSES, "labels are 0..9");
        cifar10_free(&set);
    }
    return 0;
}
