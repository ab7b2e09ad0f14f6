/* What network.c, segments.c and execute.c share: a network's inside.
 *
 * Layers run in segments. Within one, each block of examples goes through all of the segment's
 * layers on one thread before the next block is begun, so that what one layer makes is in cache for
 * the next; between two segments all threads meet, since the second begins with something that
 * concerns the whole batch. Forward segments go up the table, backward ones down.
 *
 * A value that lives in one segment alone is transient: each thread keeps its own block of it. So
 * is a batch norm's output, though a later backward segment reads it: it is made again there.
 * What is cut where follows from the table and decides no bit.
 */
#ifndef REINIT_NN_NETWORK_INTERNAL_H
#define REINIT_NN_NETWORK_INTERNAL_H

#include "base/arena.h"
#include "exact/gemm.h"
#include "nn/network.h"
#include "nn/plan.h"

enum { NONE = -1 };

/* Where a value's data or gradient lies: planned for the whole batch, or per thread and block. */
struct storage {
    bool transient;
    struct plan_buffer buffer; /* if it is not; lives in units of segments */
    float *base;
    size_t offset; /* if it is: floats from the beginning of a thread's memory */
};

/* What flows between layers: the input, and one value for each layer that does not work in place.
 */
struct value {
    struct shape shape;
    int producer;        /* layer, or NONE: the input */
    int last_reader;     /* the last layer that reads or changes it */
    int gradient_of;     /* the value whose gradient serves for this one too; itself, if not */
    bool made_again;     /* for backward, into `again` */
    bool gradient_begun; /* going down the table as far as find_additions has come */
    struct storage data, gradient, again;
};

/* Where a layer stands among the values. */
struct place {
    int input, output, other; /* values; output == input in place; other only for add */
    bool adds;                /* its dx is added to a gradient that is there already, */
    size_t added_offset;      /* from this place in a thread's memory */
};

/* Layers first .. end - 1; a backward segment goes from end - 1 down. */
struct segment {
    size_t first, end;
    size_t block;     /* examples at a time, at most */
    size_t transient; /* floats of a thread's transient values */
    size_t shared;    /* floats of the layers' shared memory */
    bool in_chains;   /* a layer sums in chains: no block may reach into two */
};

struct network {
    const struct network_spec *spec;
    bool training;
    size_t planned;          /* examples */
    enum gemm_engine engine; /* planned for */
    struct layer *layers;
    struct place *places;
    struct value *values;
    size_t value_count;
    struct segment *forward, *backward; /* in the order they run */
    size_t forward_count, backward_count;
    struct parameter *parameters;
    size_t parameter_count;
    size_t trained, running; /* floats */
    float *trained_values, *running_values, *gradients;
    float *thread_memory; /* [threads, thread_size]: transient values, then scratch */
    size_t thread_size, transient_size;
    struct arena arena;
    double *forward_seconds, *backward_seconds; /* [layer_count], or NULL: no clock */
};

/* Where an example of a value begins: `first` of the batch, or the block's first in a thread's
 * memory. NULL if there is no such storage. */
static inline float *storage_at(const struct storage *s, size_t example_size, size_t first,
                                float *thread)
{
    if (s->transient)
        return thread + s->offset;
    return s->base != NULL ? s->base + first * example_size : NULL;
}

/* Cuts a connected network into segments and says of each value where it lives, in buffers that
 * plan_place is yet to place. */
bool segments_cut(struct network *network, struct error *error);

#endif
