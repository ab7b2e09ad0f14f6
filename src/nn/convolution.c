/* Convolution: y = x * w + bias, rectified if its row says so (exact/conv.h has the equation and
 * the algorithm). x: [B,H,W,C]   w: [K,K,C,N]   bias: [N]   y: [B,H',W',N] */
#include "exact/conv.h"
#include "nn/layer.h"

static struct conv_shape conv_of(const struct layer *l)
{
    return (struct conv_shape){.height = l->in.height,
                               .width = l->in.width,
                               .channels = l->in.channels,
                               .outputs = l->spec->outputs,
                               .kernel = l->spec->kernel,
                               .stride = l->spec->stride,
                               .padding = l->spec->padding,
                               .rectified = l->spec->rectified};
}

static void shape(struct layer *l, struct network *network)
{
    struct conv_shape conv = conv_of(l);
    l->out = (struct shape){conv_output_height(&conv), conv_output_width(&conv), conv.outputs};
    struct shape kernel = {conv.kernel, conv.kernel, conv.channels};
    network_declare(network, l, "weight", PARAMETER_WEIGHT, kernel, conv.outputs, 4);
    network_declare(network, l, "bias", PARAMETER_BIAS, kernel, conv.outputs, 1);
}

static void plan(const struct layer *l, size_t batch, struct layer_needs *needs)
{
    struct conv_shape conv = conv_of(l);
    needs->forward_scratch = conv_forward_scratch(&conv, batch);
    needs->backward_scratch = conv_backward_scratch(&conv, batch);
}

static void forward(const struct layer *l, const struct pass *pass)
{
    struct conv_shape conv = conv_of(l);
    conv_forward(&conv, pass->batch, l->x, l->parameters[0]->value, l->parameters[1]->value, l->y,
                 l->scratch);
}

static void backward(const struct layer *l, const struct pass *pass)
{
    struct conv_shape conv = conv_of(l);
    conv_backward(&conv, pass->batch, l->x, l->parameters[0]->value, l->y, l->dy, l->dx,
                  l->parameters[0]->gradient, l->parameters[1]->gradient, l->scratch);
}

const struct layer_kind layer_convolution = {.name = "convolution",
                                             .may_be_first = true,
                                             .reads_input = true,
                                             .shape = shape,
                                             .plan = plan,
                                             .forward = forward,
                                             .backward = backward};
