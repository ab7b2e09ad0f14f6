#include "run/audit.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

bool audit_parse_range(const char *text, void *target, struct error *error)
{
    struct audit_range *range = target;
    char *end = NULL;
    errno = 0;
    if (text[0] >= '0' && text[0] <= '9')
        range->first = strtoull(text, &end, 10);
    bool good = end != NULL && end[0] == '.' && end[1] == '.' && end[2] >= '0' && end[2] <= '9';
    if (good)
        range->last = strtoull(end + 2, &end, 10);
    return (good && *end == '\0' && errno == 0 && range->first >= 1 && range->first <= range->last)
           || error_set(error, "'%s' is not a range a..b of steps from 1", text);
}

static void take_steps(struct trainer *t, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++)
        trainer_step(t);
}

bool audit_run(struct audit *audit, struct replay *r, uint64_t epoch, struct audit_range range,
               struct error *error)
{
    struct trainer *t = &r->trainer;
    uint64_t steps = trainer_steps(t);
    if (epoch < 1 || epoch > r->log.epoch_count)
        return error_set(error, "%s: has %zu epochs, and no epoch %" PRIu64, r->log_path,
                         r->log.epoch_count, epoch);
    if (range.first == 0)
        range = (struct audit_range){1, steps};
    if (range.last > steps)
        return error_set(error, "%s: an epoch has %" PRIu64 " steps, and no step %" PRIu64,
                         r->log_path, steps, range.last);
    audit->complete = range.last == steps;
    if (!replay_reach(r, epoch - 1, error))
        return false;
    take_steps(t, range.first - 1);
    if (!trainer_hash(t, NULL, audit->before, error))
        return false;
    take_steps(t, range.last - range.first + 1);
    return trainer_hash(t, NULL, audit->after, error)
           && (!audit->complete || replay_end_epoch(r, error));
}
