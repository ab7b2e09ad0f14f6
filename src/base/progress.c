#include "base/progress.h"

#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

enum { SECONDS_MAX = 999 * 3600 + 59 * 60 + 59, LINE = PROGRESS_COLUMNS + 1 };

static const char erase[] = "\r\033[K";

double progress_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Whether stderr is a terminal on which a line can be erased. */
static bool can_redraw(void)
{
    const char *term = getenv("TERM");
    return isatty(STDERR_FILENO) && term != NULL && term[0] != '\0' && strcmp(term, "dumb") != 0;
}

/* Columns that a line may take: one fewer than there are, so that the terminal does not wrap. */
static size_t columns(void)
{
    struct winsize size;
    uint64_t width = 0;
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0)
        width = size.ws_col;
    if (width == 0 && (!text_parse_number(getenv("COLUMNS"), &width) || width == 0))
        width = 80;
    return width <= PROGRESS_COLUMNS ? (size_t)width - 1 : PROGRESS_COLUMNS;
}

static void erase_and_die(int number)
{
    ssize_t ignored = write(STDERR_FILENO, erase, sizeof erase - 1);
    (void)ignored;
    raise(number); /* SA_RESETHAND: it ends the process once this returns */
}

/* A signal that ends the process erases the line first; those that a tool catches itself stay so.
 */
static void erase_at_signals(void)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        struct sigaction action, was;
        if (sigaction(signals[i], NULL, &was) != 0 || was.sa_handler != SIG_DFL)
            continue;
        memset(&action, 0, sizeof action);
        action.sa_handler = erase_and_die;
        action.sa_flags = (int)SA_RESETHAND;
        sigaction(signals[i], &action, NULL);
    }
}

void progress_start(struct progress *progress, const char *unit, double first, double total,
                    bool quiet)
{
    *progress
        = (struct progress){.unit = unit, .total = total, .first = first, .others = -1, .jobs = 1};
    progress->started = progress_seconds();
    progress->shown = !quiet && can_redraw();
    progress->lines = !quiet && !progress->shown;
    if (progress->shown)
        erase_at_signals();
}

/* The terminal, which is locked by the process that draws; -1 if it is not open. */
static int terminal = -1;

/* A terminal that cannot be locked is drawn on by all. */
static bool another_draws(void)
{
    char name[64];
    /* Opened here: a lock on what several processes inherited would be one for all of them. */
    if (terminal < 0 && ttyname_r(STDERR_FILENO, name, sizeof name) == 0)
        terminal = open(name, O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    return terminal >= 0 && flock(terminal, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
}

static void print_time(char text[16], double seconds)
{
    /* A rate near 0 leaves more seconds than an int holds, and no one waits a thousand hours. */
    int whole = (int)fmax(0, fmin(seconds, SECONDS_MAX));
    snprintf(text, 16, "%d:%02d:%02d", whole / 3600, whole / 60 % 60, whole % 60);
}

double progress_rate(const struct progress *progress, double done)
{
    double elapsed = progress_seconds() - progress->started;
    return elapsed > 0 ? (done - progress->first) / elapsed : 0;
}

/* Writes the line, behind the name if both fit into so many columns. */
static void describe(const struct progress *progress, double done, const char *label, size_t room,
                     char line[LINE])
{
    double rate = progress_rate(progress, done);
    double seconds = rate > 0 ? (progress->total - done) / rate : 0;
    char text[LINE], speed[32], left[16], all[16], more[40] = "";
    snprintf(speed, sizeof speed, rate < 100 ? "%.3g" : "%.0f", rate);
    print_time(left, seconds);
    if (progress->others > 0) {
        print_time(all, fmax(seconds, (seconds + progress->others) / progress->jobs));
        snprintf(more, sizeof more, ", all runs ~%s", all);
    }
    snprintf(text, sizeof text, "%s  %.1f%%  %s %s/s  %s left%s", label,
             progress->total > 0 ? 100 * done / progress->total : 0.0, speed, progress->unit, left,
             more);
    bool named = progress->name != NULL && strlen(progress->name) + 2 + strlen(text) <= room;
    snprintf(line, room + 1, "%s%s%s", named ? progress->name : "", named ? ": " : "", text);
}

void progress_update(struct progress *progress, double done, const char *label)
{
    char line[LINE];
    if (!progress->shown)
        return;
    double now = progress_seconds();
    if (now - progress->drawn < 0.2 || now - progress->started < 0.2)
        return;
    progress->drawn = now;
    if (another_draws())
        return;
    describe(progress, done, label, columns(), line);
    /* The cursor goes back: what another program prints does not begin in mid-line. */
    fprintf(stderr, "%s%s\r", erase, line);
}

void progress_line(const struct progress *progress, double done, const char *label)
{
    char line[LINE];
    if (!progress->lines)
        return;
    describe(progress, done, label, PROGRESS_COLUMNS, line);
    fprintf(stderr, "%s\n", line);
}

void progress_end(struct progress *progress)
{
    if (!progress->shown)
        return;
    if (!another_draws())
        fputs(erase, stderr);
    if (terminal >= 0)
        close(terminal);
    terminal = -1;
    progress->shown = false;
}
