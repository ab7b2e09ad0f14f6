/* What the fuzz targets share.
 *
 * Each target is one libFuzzer program that hands its input to one reader, through the reader's own
 * interface. Beside the sanitizers it checks what the reader promises: an error is one plain line,
 * and what has been read can be written and read again. Checksums that random bytes would never
 * have are put right first, if the input asks for that, so that what lies behind them is reached.
 */
#ifndef REINIT_TESTS_FUZZ_H
#define REINIT_TESTS_FUZZ_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends the process, which libFuzzer counts as a finding, if the condition does not hold. */
void fuzz_check(bool condition, const char *what);

/* The error must be a line of plain text that is not empty. */
void fuzz_check_error(const struct error *error);

/* A folder of this process's own, in memory where the machine has /dev/shm; removed at a regular
 * exit. The name of a file in it. Both stay valid. */
const char *fuzz_folder(void);
const char *fuzz_path(const char *name);

/* Writes the bytes to a file, over what it held. */
void fuzz_save(const char *path, const void *data, size_t size);

/* Reads a file whole. The caller frees. */
uint8_t *fuzz_load(const char *path, size_t *size);

/* Whether two files hold the same bytes. */
bool fuzz_same(const char *one, const char *two);

/* Puts right the hashes of a safetensors file, where it has them. */
void fuzz_sign_safetensors(uint8_t *data, size_t size);

/* Saves a seed under the name in the folder that the environment's FUZZ_SEEDS names, if it does:
 * for seeds that would be out of date when the format changes. */
void fuzz_seed(const char *name, const void *data, size_t size);

#endif
