/* Whether a transcript is true of an epoch, by replaying it (run/replay.h). */
#ifndef REINIT_RUN_AUDIT_H
#define REINIT_RUN_AUDIT_H

#include "run/replay.h"

struct audit_range {
    uint64_t first, last; /* steps of the epoch, from 1; 0, 0: all of it */
};

/* "a..b" as a struct audit_range. An OPTION_PARSED. */
bool audit_parse_range(const char *text, void *range, struct error *error);

/* The state's hashes before and after the steps replayed. */
struct audit {
    char before[SHA256_HEX_SIZE], after[SHA256_HEX_SIZE];
    bool complete; /* they ended the epoch, and its line is true */
};

/* Replays an epoch up to the end of the range. Where the replay ends an epoch, what the transcript
 * says of it must be true. */
bool audit_run(struct audit *audit, struct replay *r, uint64_t epoch, struct audit_range range,
               struct error *error);

#endif
