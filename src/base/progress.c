#include "base/progress.h"

#include <math.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum { SECONDS_MAX = 999 * 3600 + 59 * 60 + 59 };

double progress_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

void progress_start(struct progress *progress, const char *unit, double first, double total,
                    bool quiet)
{
    *progress = (struct progress){.unit = unit, .total = total, .first = first};
    progress->started = progress_seconds();
    progress->shown = !quiet && isatty(STDERR_FILENO);
}

void progress_update(struct progress *progress, double done, const char *label)
{
    if (!progress->shown)
        return;
    double now = progress_seconds();
    double elapsed = now - progress->started;
    if (now - progress->drawn < 0.2 || elapsed < 0.2)
        return;
    progress->drawn = now;
    double rate = (done - progress->first) / elapsed;
    /* A rate near 0 leaves more seconds than an int holds, and no one waits a thousand hours. */
    double seconds = rate > 0 ? (progress->total - done) / rate : 0;
    int left = (int)fmax(0, fmin(seconds, SECONDS_MAX));
    fprintf(stderr, "\r\033[K%s %.1f%%  %.4g %s/s  %d:%02d:%02d left", label,
            progress->total > 0 ? 100 * done / progress->total : 0.0, rate, progress->unit,
            left / 3600, left / 60 % 60, left % 60);
}

void progress_end(struct progress *progress)
{
    if (progress->shown)
        fprintf(stderr, "\r\033[K");
}
