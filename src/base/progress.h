/* One line of progress on stderr: how much is done, the rate, the time left.
 *
 * Shown only when stderr is a terminal and the tool is not asked to be quiet; redrawn at most five
 * times a second. A finished or dropped line is erased.
 */
#ifndef REINIT_BASE_PROGRESS_H
#define REINIT_BASE_PROGRESS_H

#include <stdbool.h>

struct progress {
    const char *unit; /* of `total`, such as "images" */
    double total, first, started, drawn;
    bool shown;
};

/* Seconds on a clock that only goes forward. */
double progress_seconds(void);

void progress_start(struct progress *progress, const char *unit, double first, double total,
                    bool quiet);
/* `done` counts from 0 to total; the rate is that since `first`. label may change. */
void progress_update(struct progress *progress, double done, const char *label);
void progress_end(struct progress *progress);

#endif
