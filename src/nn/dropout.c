/* Dropout (Srivastava et al. 2014), in place: in training y = x * (1 / (1-p)), the quotient a
 * float of its own, with probability 1-p, else 0; dx likewise from dy. In evaluation y = x. Element
 * e of the batch (example by example) is kept where its word of the Philox block (seed, DROPOUT;
 * step, e / 4), as a fraction of 2^32, is at least p: the mask need not be stored. */
#include "base/random.h"
#include "nn/layer.h"

static void shape(struct layer *l, struct network *network)
{
    (void)network;
    l->out = l->in;
}

static void apply_mask(const struct layer *l, const struct pass *pass, const struct block *b,
                       float *values)
{
    size_t begin = b->first * shape_size(l->in), end = begin + b->count * shape_size(l->in);
    float p = l->spec->probability, scale = 1.0f / (1.0f - p);
    double threshold = (double)p * 4294967296.0;
    uint32_t words[4] = {0};
    for (size_t e = begin; e < end; e++) {
        if (e == begin || e % 4 == 0)
            random_block(pass->seed, RANDOM_DROPOUT, pass->step, e / 4, words);
        float *value = values + e - begin;
        *value = (double)words[e % 4] >= threshold ? *value * scale : 0.0f;
    }
}

static void forward(const struct layer *l, const struct pass *pass, const struct block *b)
{
    if (pass->training)
        apply_mask(l, pass, b, b->y);
}

static void backward(const struct layer *l, const struct pass *pass, const struct block *b)
{
    apply_mask(l, pass, b, b->dx);
}

const struct layer_kind layer_dropout = {
    .name = "dropout", .in_place = true, .shape = shape, .forward = forward, .backward = backward};
