/* What a make has yet to train, for the time left for all of it. For the eye alone: no result
 * depends on it, and it is in no log.
 *
 * The list is a table of four kinds of lines, in any order:
 *     run<TAB>LOG<TAB>NET<TAB>BATCH<TAB>ARITHMETIC<TAB>EXAMPLES<TAB>EPOCHS<TAB>DONE
 *     log<TAB>LOG         of a training on this machine: how fast it is
 *     record<TAB>LOG      of one on another: how fast the networks are relative to each other
 *     jobs<TAB>N          how many runs are trained at the same time
 * A run is one to train, of whose EPOCHS some are DONE; if its log is newer than the list, it has
 * as many epochs done as its log has.
 *
 * Runs of one network, batch size and arithmetic are taken to be equally fast: as the run under
 * way, or as the last epochs of the list's runs, or of other logs of this machine, or else as those
 * of the record, by as much as this machine is faster or slower on what both have.
 */
#ifndef REINIT_RUN_BACKLOG_H
#define REINIT_RUN_BACKLOG_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>
#include <time.h>

enum { BACKLOG_KINDS = 64, BACKLOG_KIND = 96 };

/* Epochs of one kind and what they took, in seconds for an image. */
struct backlog_speed {
    double seconds;
    size_t count;
};

struct backlog_kind {
    char name[BACKLOG_KIND]; /* NET BATCH ARITHMETIC */
    struct backlog_speed listed, known;
    double recorded; /* images a second; 0: unknown */
};

struct backlog_run {
    const char *log;
    size_t kind;
    uint64_t examples, epochs, done;
};

struct backlog {
    char *text;
    struct timespec made;
    struct backlog_run *runs;
    size_t run_count;
    struct backlog_kind kinds[BACKLOG_KINDS];
    size_t kind_count;
    uint64_t jobs;
};

/* Overwrites *backlog, {0} being an empty list. backlog_free frees all, after a failed call too. */
bool backlog_read(struct backlog *backlog, const char *path, struct error *error);
void backlog_free(struct backlog *backlog);

/* Looks at the logs of its runs again. */
void backlog_refresh(struct backlog *backlog);

/* Whether the run that has this log is on the list. */
bool backlog_has(const struct backlog *backlog, const char *log);

/* What is left to train: how many runs, how long they take one after the other, if the speed of
 * each is known, else -1, and how many of them at the same time. Without the run that has the log
 * `own`, which trains `rate` images a second now; NULL: there is none. */
struct backlog_left {
    size_t runs;
    double seconds;
    int jobs;
};
struct backlog_left backlog_left(const struct backlog *backlog, const char *own, double rate);

#endif
