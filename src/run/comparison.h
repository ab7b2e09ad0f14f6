/* Where two recorded runs part.
 *
 * The transcripts tell the epoch: the first whose states differ. Both runs are then replayed from
 * the last state they share, step by step and side by side, until a bit differs. If none does, the
 * difference is one that this build does not make again (other arithmetic, a fault of a machine):
 * then what they stored of the epoch's end is compared, as far as it was kept.
 */
#ifndef REINIT_RUN_COMPARISON_H
#define REINIT_RUN_COMPARISON_H

#include "run/replay.h"
#include "run/weights.h"

enum comparison_outcome {
    COMPARISON_SAME,     /* in all epochs that both have */
    COMPARISON_LOSSES,   /* the same states, but another loss, first of epoch `epoch` */
    COMPARISON_INITIAL,  /* they part before the first step */
    COMPARISON_STEP,     /* after step `step` of epoch `epoch` */
    COMPARISON_NO_REPLAY /* somewhere in epoch `epoch`; see true_of */
};

/* Of the first tensor with other bits, in a checkpoint's order. NaN is like any other NaN. */
struct comparison_tensor {
    char name[WEIGHT_NAME_SIZE];
    size_t elements, differing;
    double maximum;  /* max |a - b|, over elements finite in both */
    double relative; /* sqrt(sum (a - b)^2 / sum a^2), over the same; NaN, without a
                        sign, if that is 0/0 */
};

struct comparison {
    enum comparison_outcome outcome;
    size_t epochs;             /* that both have */
    uint64_t epoch, step;      /* step: of the epoch, from 1 */
    bool true_of[2];           /* COMPARISON_NO_REPLAY: whose line the replay gives */
    size_t tensors, differing; /* 0: no states to compare were kept */
    struct comparison_tensor first;
};

bool comparison_run(struct comparison *c, struct replay *a, struct replay *b, struct error *error);

#endif
