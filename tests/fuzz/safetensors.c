/* Weight files. Bit 0 of the first byte says that the hashes are to be put right. */
#include "fuzz/fuzz.h"

#include "io/safetensors.h"
#include "run/statistics.h"

#include <stdlib.h>
#include <string.h>

static bool write_file(const char *path, const struct tensor_file *file, struct error *error)
{
    struct metadata metadata = {.count = 0};
    for (size_t i = 0; i < file->pair_count; i++)
        metadata_add(&metadata, file->pairs[i].key, file->pairs[i].value);
    return tensor_file_write(path, file->tensors, file->count, &metadata, error);
}

static void check_again(const struct tensor_file *file)
{
    const char *one = fuzz_path("one"), *two = fuzz_path("two");
    struct tensor_file again;
    struct error error;
    bool good = write_file(one, file, &error) && tensor_file_read(&again, one, &error)
                && again.state == TENSORS_VERIFIED && write_file(two, &again, &error);
    fuzz_check(good && fuzz_same(one, two), "what was read can be written and read again");
    tensor_file_free(&again);
}

/* Looks at every element; whether all are F32, as those of files that we write. */
static bool read_values(const struct tensor_file *file)
{
    bool all = true;
    for (size_t t = 0; t < file->count; t++) {
        const struct tensor *tensor = &file->tensors[t];
        if (dtype_has_values(tensor->dtype))
            statistics_of(tensor);
        all = all && tensor->dtype == DTYPE_F32;
    }
    return all;
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
    if (tensor_file_read_unverified(&file, path, &error))
        tensor_file_free(&file);
    if (!tensor_file_read(&file, path, &error)) {
        fuzz_check_error(&error);
        fuzz_check(file.tensors == NULL, "nothing is left of a file that was refused");
        return 0;
    }
    /* Room for the two hashes, which the writer adds. */
    if (read_values(&file) && file.pair_count + 2 <= METADATA_MAX)
        check_again(&file);
    tensor_file_free(&file);
    return 0;
}

/* A file as PyTorch saves it, with types that we do not write. */
static void seed_foreign(void)
{
    static const char header[]
        = "{\"__metadata__\":{\"format\":\"pt\"},"
          "\"n.num_batches_tracked\":{\"dtype\":\"I64\",\"shape\":[],\"data_offsets\":[0,8]},"
          "\"d\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[8,16]},"
          "\"e\":{\"dtype\":\"F32\",\"shape\":[0,3],\"data_offsets\":[16,16]},"
          "\"h\":{\"dtype\":\"F16\",\"shape\":[2,1],\"data_offsets\":[16,20]}}";
    enum { HEADER = sizeof header - 1, PAYLOAD = 20 };
    uint8_t seed[1 + 8 + HEADER + PAYLOAD] = {0, HEADER & 255, HEADER >> 8};
    memcpy(seed + 9, header, HEADER);
    fuzz_seed("foreign", seed, sizeof seed);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    float values[7] = {1, -0.0f, 3, 4, 5, 6, 7};
    const struct tensor tensors[2]
        = {{.name = "a.weight", .shape = (size_t[]){3, 2}, .dims = 2, .count = 6, .values = values},
           {.name = "a.bias", .shape = (size_t[]){1}, .dims = 1, .count = 1, .values = values + 6}};
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
    seed_foreign();
    return 0;
}
