#include "base/progress.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

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
    int left = rate > 0 ? (int)((progress->total - done) / rate) : 0;
    fprintf(stderr, "\r\033[K%s %.1f%%  %.4g %s/s  %d:%02d:%02d left", label,
            progress->total > 0 ? 100 * done / progress->total : 0.0, rate, progress->unit,
            left / 3600, left / 60 % 60, left % 60);
}

void progress_end(struct progress *progress)
{
    if (progress->shown)
        fprintf(stderr, "\r\033[K");
}
