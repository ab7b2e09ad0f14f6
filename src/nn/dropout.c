/* Dropout (Srivastava et al. 2014), in place: in training y = x / (1-p) with probability 1-p, else
 * 0; dx likewise from dy. In evaluation y = x. Element e of the batch (example by example) is kept
 * where its word of the Philox block (seed, DROPOUT; step, e / 4), as a fraction of 2^32, is at
 * least p: the mask need not be stored. */
#include "base/random.h"
#include "nn/layer.h"

static void shape(struct layer *l, struct network *network)
{
    (void)network;
    l->out = l->in;
}

static void apply_mask(const struct layer *l, const struct pass *pass, float *values)
{
    size_t count = pass->batch * shape_size(l->in);
    float p = l->spec->probability, scale = 1.0f / (1.0f - p);
    double threshold = (double)p * 4294967296.0;
#pragma omp parallel for schedule(static)
    for (size_t block = 0; block < (count + 3) / 4; block++) {
        uint32_t words[4];
        random_block(pass->seed, RANDOM_DROPOUT, pass->step, block, words);
        for (size_t i = 0; i < 4 && block * 4 + i < count; i++) {
            float *value = values + block * 4 + i;
            *value = (double)words[i] >= threshold ? *value * scale : 0.0f;
        }
    }
}

static void forward(const struct layer *l, const struct pass *pass)
{
    if (pass->training)
        apply_mask(l, pass, l->y);
}

static void backward(const struct layer *l, const struct pass *pass)
{
    apply_mask(l, pass, l->dx);
}

const struct layer_kind layer_dropout = {
    .name = "dropout", .in_place = true, .shape = shape, .forward = forward, .backward = backward};
