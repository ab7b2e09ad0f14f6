/* Convolution: y = x * w + bias, rectified and pooled if its row says so (exact/conv.h has the
 * equation and the algorithm). x: [B,H,W,C]   w: [K,K,C,N]   bias: [N]   y: [B,H',W',N] */
#include "exact/conv.h"
#include "nn/layer.h"

enum { WEIGHT, BIAS };

static struct conv_shape conv_of(const struct layer *l)
{
    return (struct conv_shape){.height = l->in.height,
                               .width = l->in.width,
                               .channels = l->in.channels,
                               .outputs = l->spec->outputs,
                               .kernel = l->spec->kernel,
                               .stride = l->spec->stride,
                               .padding = l->spec->padding,
                               .rectified = l->spec->rectified,
                               .pool = l->spec->pool};
}

static void shape(struct layer *l, struct network *network)
{
    struct conv_shape conv = conv_of(l);
    l->out = (struct shape){conv_pooled_height(&conv), conv_pooled_width(&conv), conv.outputs};
    struct shape kernel = {conv.kernel, conv.kernel, conv.channels};
    network_declare(network, l, "weight", PARAMETER_WEIGHT, kernel, conv.outputs, 4);
    network_declare(network, l, "bias", PARAMETER_BIAS, kernel, conv.outputs, 1);
}

/* State: the pool's places, [B,H',W',N] bytes. */
static void plan(const struct layer *l, size_t batch, struct layer_needs *needs)
{
    struct conv_shape conv = conv_of(l);
    struct conv_needs conv_needs_of = conv_needs(&conv, batch);
    needs->state_bytes = conv.pool > 1 ? batch * shape_size(l->out) : 0;
    needs->forward_shared = conv_needs_of.forward_shared;
    needs->backward_shared = conv_needs_of.backward_shared;
    needs->forward_scratch = conv_needs_of.forward_scratch;
    needs->backward_scratch = conv_needs_of.backward_scratch;
    needs->least_block = conv_least_block(&conv);
}

static struct conv_block block_of(const struct layer *l, const struct pass *pass,
                                  const struct block *b, float *shared)
{
    size_t before = b->first * shape_size(l->out);
    return (struct conv_block){.batch = pass->batch,
                               .first = b->first,
                               .images = b->count,
                               .x = b->x,
                               .y = b->y,
                               .place = l->spec->pool > 1 ? (uint8_t *)l->state + before : NULL,
                               .dy = b->dy,
                               .dx = b->dx,
                               .shared = shared,
                               .scratch = b->scratch};
}

static void begin_forward(const struct layer *l, const struct pass *pass, const struct block *batch)
{
    (void)pass;
    (void)batch;
    struct conv_shape conv = conv_of(l);
    conv_begin_forward(&conv, l->parameters[WEIGHT]->value, l->forward_shared);
}

static void forward(const struct layer *l, const struct pass *pass, const struct block *b)
{
    struct conv_shape conv = conv_of(l);
    struct conv_block block = block_of(l, pass, b, l->forward_shared);
    conv_forward(&conv, l->parameters[WEIGHT]->value, l->parameters[BIAS]->value, &block);
}

static void begin_backward(const struct layer *l, const struct pass *pass,
                           const struct block *batch)
{
    (void)batch;
    struct conv_shape conv = conv_of(l);
    conv_begin_backward(&conv, pass->batch, l->parameters[WEIGHT]->value, l->wants_dx,
                        l->backward_shared);
}

static void backward(const struct layer *l, const struct pass *pass, const struct block *b)
{
    struct conv_shape conv = conv_of(l);
    struct conv_block block = block_of(l, pass, b, l->backward_shared);
    conv_backward(&conv, &block);
}

static void end_backward(const struct layer *l, const struct pass *pass)
{
    struct conv_shape conv = conv_of(l);
    conv_end_backward(&conv, pass->batch, l->backward_shared, l->parameters[WEIGHT]->gradient,
                      l->parameters[BIAS]->gradient);
}

const struct layer_kind layer_convolution = {.name = "convolution",
                                             .may_be_first = true,
                                             .reads_input = true,
                                             .reads_rectified = true,
                                             .shape = shape,
                                             .plan = plan,
                                             .forward = forward,
                                             .backward = backward,
                                             .begin_forward = begin_forward,
                                             .begin_backward = begin_backward,
                                             .sums_in_chains = true,
                                             .end_backward = end_backward};
