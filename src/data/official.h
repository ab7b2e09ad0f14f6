/* CIFAR-10 as its authors publish it (Krizhevsky, "Learning Multiple Layers of Features from Tiny
 * Images", 2009; https://www.cs.toronto.edu/~kriz/cifar.html): names, sizes and SHA-256 sums.
 *
 * A file is a row of records of 3073 bytes: 1 label (0..9), 1024 red, 1024 green, 1024 blue; a
 * colour is 32 rows of 32 pixels. These sums decide everywhere what counts as CIFAR-10. They are
 * kept here once; pipeline/checksums/cifar10.sha256 says the same for sha256sum and a test compares
 * the two.
 */
#ifndef REINIT_DATA_OFFICIAL_H
#define REINIT_DATA_OFFICIAL_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

enum { OFFICIAL_FILES = 6, OFFICIAL_TRAIN_FILES = 5 };

struct official_file {
    const char *name;   /* without a folder */
    uint64_t size;      /* bytes */
    const char *sha256; /* 64 lower-case digits */
};

/* A set of files and where it comes from. Functions take it as a parameter, so that tests can try
 * them on sets of a few records. */
struct official {
    struct official_file files[OFFICIAL_FILES]; /* five of training, then the test file */
    struct official_file archive;               /* the .tar.gz that holds them */
    const char *url;                            /* of the archive */
    const char *npm;                            /* SOURCE of the npm package that has the same */
};

extern const struct official official_cifar10;

/* Whether FOLDER holds file `index` with the right size and sum; if not, the error says what is
 * wrong with it. */
bool official_check(const struct official *set, size_t index, const char *folder,
                    struct error *error);

#endif
