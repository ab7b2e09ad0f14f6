/* Weight files. Bit 0 of the first byte says that the hashes are to be put right. */
#include "fuzz/fuzz.h"

#include "io/safetensors.h"

#include <stdlib.h>
#include <string.h>

static void check_again(const struct tensor_file *file)
{
    const char *one = fuzz_path("one"), *two = fuzz_path("two");
    struct tensor_file again;
    struct error error;
    bool good = tensor_file_write(one, file->tensors, file->count, &file->metadata, &error)
                && tensor_file_read(&again, one, &error)
                && tensor_file_write(two, again.tensors, again.count, &again.metadata, &error);
    fuzz_check(good && fuzz_same(one, two), "what was read can be written and read again");
    tensor_file_free(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1)
        return 0;
    const char *path = fuzz_path("x.safetensors");
    uint8_t *copy = malloc(size);
    fuzz_check(copy != NULL, "memory");
    memcpy(copy, data + 1, size - 1);
    if ((data[0] & 1) != 0)
        fuzz_sign_safetensors(copy, size - 1);
    fuzz_save(path, copy, size - 1);
    free(copy);
    struct tensor_file file;
    struct error error = {""};
    if (!tensor_file_read(&file, path, &error)) {
        fuzz_check_error(&error);
        fuzz_check(file.tensors == NULL, "nothing is left of a file that was refused");
        return 0;
    }
    /* Room for the two hashes, which the writer adds. */
    if (file.metadata.count + 2 <= METADATA_MAX)
        check_again(&file);
    tensor_file_free(&file);
    return 0;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    float values[7] = {1, -0.0f, 3, 4, 5, 6, 7};
    const struct tensor tensors[2]
        = {{.name = "a.weight", .shape = {3, 2}, .dims = 2, .count = 6, .values = values},
           {.name = "a.bias", .shape = {1}, .dims = 1, .count = 1, .values = values + 6}};
    struct metadata metadata = {.count = 0};
    struct error error;
    const char *path = fuzz_path("x.safetensors");
    size_t size;
    metadata_add(&metadata, "net", "carlini");
    fuzz_check(tensor_file_write(path, tensors, 2, &metadata, &error), "a seed can be written");
    uint8_t *data = fuzz_load(path, &size), *seed = malloc(size + 1);
    fuzz_check(seed != NULL, "memory");
    seed[0] = 1;
    memcpy(seed + 1, data, size);
    fuzz_seed("good", seed, size + 1);
    free(data);
    free(seed);
    return 0;
}
