/* Layers: what a network's table is made of.
 *
 * Each kind of layer is one const struct of functions, forward beside backward, in a file with its
 * like. Activations are float32, channels last: [B,H,W,C]. The gradient of x is dx. A layer
 * either makes a new value or changes the one it is given in place; it reads its parameters and
 * writes their gradients, and owns no memory: the network plans it all.
 *
 * A layer works on a block of examples at a time, on one thread, so that what it makes is still in
 * cache when the next layer of its segment takes it up (network_internal.h). What concerns the
 * whole batch, such as batch norm's statistics, it does before or after all blocks, on all threads.
 */
#ifndef REINIT_NN_LAYER_H
#define REINIT_NN_LAYER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Of one example. */
struct shape {
    size_t height, width, channels;
};

static inline size_t shape_size(struct shape s)
{
    return s.height * s.width * s.channels;
}

enum parameter_role {
    PARAMETER_WEIGHT, /* of a convolution or a linear layer */
    PARAMETER_BIAS,
    PARAMETER_SCALE,        /* batch norm's gamma */
    PARAMETER_SHIFT,        /* batch norm's beta */
    PARAMETER_RUNNING_MEAN, /* not trained: moved by the forward pass */
    PARAMETER_RUNNING_VARIANCE
};

static inline bool parameter_is_trained(enum parameter_role role)
{
    return role < PARAMETER_RUNNING_MEAN;
}

/* One tensor of a network. In memory a weight lies [KH,KW,I,O], so that products run over it row by
 * row; in files as PyTorch has it, [O,I,KH,KW], or [O,I*KH*KW] for a linear layer, whose input, a
 * flattened [C,H,W] image there, is [H,W,C] here. parameter_export and _import translate. */
struct parameter {
    char name[48];                         /* as in PyTorch's state_dict */
    size_t shape[4];                       /* as in the file */
    size_t dims;                           /* 1, 2 or 4 */
    size_t inputs, height, width, outputs; /* I, KH, KW, O; all 1 but O for vectors */
    size_t count;                          /* elements */
    size_t offset; /* where it begins among all trained, or all running, values */
    enum parameter_role role;
    float *value, *gradient; /* gradient is NULL when not trained, and in evaluation */
};

/* A row of a network's table; see the macros below. */
struct layer_spec {
    const struct layer_kind *kind;
    const char *name; /* of its parameters; NULL if it has none */
    size_t outputs, kernel, stride, padding;
    float probability;
    bool rectified;   /* ends with y = max(y, 0), within the same pass */
    size_t pool;      /* then with a max pool of this size, likewise; 0: none */
    bool on_shortcut; /* works on the branched-off value instead of the main one */
};

/* What one step asks of all layers. */
struct pass {
    size_t batch;  /* examples, at most the planned number */
    bool training; /* batch statistics and dropout, or running statistics and none */
    uint32_t seed; /* of the dropout masks */
    uint64_t step; /* optimiser step, from 1 */
};

/* Examples first .. first + count - 1 of the batch. All arrays begin at example `first`. */
struct block {
    size_t first, count;
    const float *x;     /* [count, in]; the same as y for layers that work in place */
    float *y;           /* [count, out] */
    const float *other; /* ADD: what is added, [count, in]; its gradient is that of y */
    float *dx;          /* gradient of x, or NULL where none is wanted */
    float *dy;          /* gradient of y; only a layer in place may change it, where it is dx */
    float *scratch;     /* this thread's, for the length of a call */
};

enum { LAYER_PARAMETERS_MAX = 4 };

/* A layer in place in a network. */
struct layer {
    const struct layer_spec *spec;
    struct shape in, out;
    struct parameter *parameters[LAYER_PARAMETERS_MAX];
    bool wants_dx;
    void *state;                             /* kept from forward to backward */
    float *forward_shared, *backward_shared; /* all threads', while the layer's segment runs */
};

/* What a layer tells the planner, for a batch of a given size and the present number of threads. */
struct layer_needs {
    size_t state_bytes;
    size_t forward_shared, backward_shared;   /* floats */
    size_t forward_scratch, backward_scratch; /* floats for each thread */
    size_t least_block; /* examples it would have in a block, to be efficient */
};

struct network; /* to declare parameters in */

/* Functions that may be NULL have nothing to do. */
struct layer_kind {
    const char *name;
    bool in_place;
    bool may_be_first;        /* its backward takes dx == NULL: there is no gradient of the input */
    bool reads_input;         /* its backward reads x */
    bool reads_output;        /* its backward reads y */
    bool reads_rectified;     /* its backward reads y if it is rectified */
    bool is_cheap;            /* its output may be made again for backward, instead of being kept */
    bool takes_batch_at_once; /* does its work in the two functions that begin */
    bool sums_in_chains;      /* backward takes the blocks of one chain of the batch (parallel.h) in
                                 order, on one thread, none reaching into two */
    /* Sets out from in, and declares parameters with network_declare. */
    void (*shape)(struct layer *layer, struct network *network);
    void (*plan)(const struct layer *layer, size_t batch, struct layer_needs *needs);

    /* A block's work, on the calling thread; the blocks of one part of the batch (exact/parallel.h)
     * come in order, on one thread. */
    void (*forward)(const struct layer *layer, const struct pass *pass, const struct block *block);
    void (*backward)(const struct layer *layer, const struct pass *pass, const struct block *block);

    /* Before any block, on all threads. `batch` is the whole of it where takes_batch_at_once. */
    void (*begin_forward)(const struct layer *layer, const struct pass *pass,
                          const struct block *batch);
    void (*begin_backward)(const struct layer *layer, const struct pass *pass,
                           const struct block *batch);

    /* A layer whose begin_ needs sums over the batch observes each block of x, in training, and of
     * dy when it has been made; it begins when it has seen all. */
    void (*observe_input)(const struct layer *layer, const struct pass *pass,
                          const struct block *block);
    void (*observe_gradient)(const struct layer *layer, const struct pass *pass,
                             const struct block *block);

    /* After all blocks, on all threads. */
    void (*end_backward)(const struct layer *layer, const struct pass *pass);
};

extern const struct layer_kind layer_convolution, layer_linear, layer_batch_norm,
    layer_unused_batch_norm, layer_relu, layer_max_pool, layer_average_pool, layer_dropout,
    layer_branch, layer_add;

/* The vocabulary of the tables. A name ending in _RELU is its layer with a rectifier in the same
 * pass; _MAX_POOL, with a max pool too. CONV: outputs, kernel, stride, padding. */
/* clang-format off */
#define CONV(n, o, k, s, p) \
    {.kind = &layer_convolution, .name = n, .outputs = o, .kernel = k, .stride = s, .padding = p}
#define CONV_RELU(n, o, k, s, p) \
    {.kind = &layer_convolution, .name = n, .outputs = o, .kernel = k, .stride = s, .padding = p, \
     .rectified = true}
#define CONV_RELU_MAX_POOL(n, o, k, s, p, size) \
    {.kind = &layer_convolution, .name = n, .outputs = o, .kernel = k, .stride = s, .padding = p, \
     .rectified = true, .pool = size}
#define LINEAR(n, o) {.kind = &layer_linear, .name = n, .outputs = o}
#define BATCH_NORM(n) {.kind = &layer_batch_norm, .name = n}
#define BATCH_NORM_RELU(n) {.kind = &layer_batch_norm, .name = n, .rectified = true}
#define RELU {.kind = &layer_relu}
#define MAX_POOL(k) {.kind = &layer_max_pool, .kernel = k}
#define AVERAGE_POOL(k) {.kind = &layer_average_pool, .kernel = k}
#define DROPOUT(p) {.kind = &layer_dropout, .probability = p}
/* BRANCH remembers the present value as the shortcut's; SHORTCUT_CONV works on that; ADD adds it to
 * the main value. */
#define BRANCH {.kind = &layer_branch}
#define SHORTCUT_CONV(n, o, s) \
    {.kind = &layer_convolution, .name = n, .outputs = o, .kernel = 1, .stride = s, \
     .on_shortcut = true}
#define ADD {.kind = &layer_add}
#define ADD_RELU {.kind = &layer_add, .rectified = true}
/* Has parameters in the file and no effect. */
#define UNUSED_BATCH_NORM(n) {.kind = &layer_unused_batch_norm, .name = n}
/* clang-format on */

/* Adds a parameter "layer.suffix" to the network and to the layer; called by layer_kind.shape. */
void network_declare(struct network *network, struct layer *layer, const char *suffix,
                     enum parameter_role role, struct shape kernel, size_t outputs, size_t dims);

#endif
