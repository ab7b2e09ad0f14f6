/* CIFAR-10 as it lies in the official binary files (Krizhevsky 2009): records of 3073 bytes, a
 * label 0-9, then 1024 red, 1024 green and 1024 blue pixels, each plane row by row.
 *
 * train: data_batch_1.bin .. data_batch_5.bin, one after another; test: test_batch.bin. The files
 * may hold any whole number of records up to the official 10,000, so a small sample has the same
 * form; but one of the official size is the official file, bit for bit, or refused.
 */
#ifndef REINIT_DATA_CIFAR10_H
#define REINIT_DATA_CIFAR10_H

#include "base/error.h"
#include "base/sha256.h"

#include <stddef.h>
#include <stdint.h>

enum { CIFAR10_SIDE = 32, CIFAR10_PIXELS = 3072, CIFAR10_RECORD = 3073, CIFAR10_CLASSES = 10 };
enum { CIFAR10_TRAIN_EXAMPLES = 50000 }; /* officially */

enum cifar10_split { CIFAR10_TRAIN, CIFAR10_TEST };
extern const char *const cifar10_split_names[]; /* as in enum cifar10_split, NULL-terminated */

struct cifar10 {
    size_t count;
    uint8_t *records;             /* [count, 3073] */
    char sha256[SHA256_HEX_SIZE]; /* of these records */
};

/* Reads the first `limit` examples of a split (0: all); fails if there are fewer. Labels are
 * checked. The caller frees. */
bool cifar10_load(struct cifar10 *set, const char *folder, enum cifar10_split split, size_t limit,
                  struct error *error);
void cifar10_free(struct cifar10 *set);

/* Puts example i's pixels, channels last, through a table of 256 values into x: [32,32,3], and
 * returns its label. */
uint8_t cifar10_example(const struct cifar10 *set, size_t i, const float table[256], float *x);

#endif
