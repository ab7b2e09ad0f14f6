/* Progress on stderr: how much is done, the rate, the time left.
 *
 *     epoch 3/50  loss 1.543  42.0%  1043 images/s  0:12:33 left, all runs ~2:40:12
 *
 * On a terminal it is one line, redrawn at most five times a second and erased at the end; of
 * several processes on one terminal one draws at a time. Elsewhere, and on a terminal that cannot
 * erase (TERM=dumb), there is no such line, and progress_line prints a lasting one for each step
 * that the caller names. A tool that is asked to be quiet shows neither.
 *
 * No line is wider than the terminal, or than PROGRESS_COLUMNS.
 */
#ifndef REINIT_BASE_PROGRESS_H
#define REINIT_BASE_PROGRESS_H

#include <stdbool.h>

enum { PROGRESS_COLUMNS = 119 };

struct progress {
    const char *unit; /* of `total`, such as "images" */
    const char *name; /* what a line begins with where there is room; NULL: nothing */
    double total, first, started, drawn;
    /* Seconds that other work is estimated to take after this, one after the other, and how much of
     * all work is done at the same time. others < 0: unknown, and not shown. */
    double others;
    int jobs;
    bool shown; /* on a terminal */
    bool lines; /* elsewhere */
};

/* Seconds on a clock that only goes forward. */
double progress_seconds(void);

/* Sets all of it; the caller may then set name, others and jobs. */
void progress_start(struct progress *progress, const char *unit, double first, double total,
                    bool quiet);
/* In units a second, since `first`; 0: unknown. */
double progress_rate(const struct progress *progress, double done);
/* `done` counts from 0 to total; the label may change. */
void progress_update(struct progress *progress, double done, const char *label);
/* The same as a lasting line, where there is no terminal to draw on. */
void progress_line(const struct progress *progress, double done, const char *label);
void progress_end(struct progress *progress);

#endif
