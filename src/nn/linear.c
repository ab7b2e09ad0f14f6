/* Fully connected: y = x w + bias, with each example's [H,W,C] read as one row of I = HWC.
 * x: [B,I]   w: [I,O]   bias: [O]   y: [B,O]
 * dw = x^T dy and dx = dy w^T, each element one chain;  dbias = sum of dy over the batch,
 * in double, examples in order, rounded once */
#include "exact/gemm.h"
#include "exact/isa.h"
#include "exact/parallel.h"
#include "nn/layer.h"

#include <string.h>

static void shape(struct layer *l, struct network *network)
{
    l->out = (struct shape){1, 1, l->spec->outputs};
    network_declare(network, l, "weight", PARAMETER_WEIGHT, l->in, l->spec->outputs, 2);
    network_declare(network, l, "bias", PARAMETER_BIAS, l->in, l->spec->outputs, 1);
}

static void plan(const struct layer *l, size_t batch, struct layer_needs *needs)
{
    (void)batch;
    size_t outputs = l->spec->outputs;
    /* dbias in double, then what the transposed product wants. */
    needs->backward_shared = 2 * outputs + (size_t)parallel_threads() * GEMM_PIECE * outputs;
}

static void begin_forward(const struct layer *l, const struct pass *pass, const struct block *batch)
{
    size_t inputs = shape_size(l->in), outputs = l->spec->outputs;
    gemm_run_parallel(&(struct gemm){.m = pass->batch,
                                     .n = outputs,
                                     .k = inputs,
                                     .a = batch->x,
                                     .a_row = inputs,
                                     .a_column = 1,
                                     .b = l->parameters[0]->value,
                                     .b_row = outputs,
                                     .c = batch->y,
                                     .c_row = outputs,
                                     .bias = l->parameters[1]->value});
}

static void begin_backward(const struct layer *l, const struct pass *pass,
                           const struct block *batch)
{
    size_t inputs = shape_size(l->in), outputs = l->spec->outputs;
    gemm_run_parallel(&(struct gemm){.m = inputs,
                                     .n = outputs,
                                     .k = pass->batch,
                                     .a = batch->x,
                                     .a_row = 1,
                                     .a_column = inputs,
                                     .b = batch->dy,
                                     .b_row = outputs,
                                     .c = l->parameters[0]->gradient,
                                     .c_row = outputs});
    double *sums = (double *)l->backward_shared;
    memset(sums, 0, outputs * sizeof *sums);
    isa_kernels()->elementwise->add_rows(pass->batch, outputs, batch->dy, sums);
    for (size_t o = 0; o < outputs; o++)
        l->parameters[1]->gradient[o] = (float)sums[o];
    if (batch->dx == NULL)
        return;
    gemm_run_transposed_parallel(&(struct gemm){.m = pass->batch,
                                                .n = inputs,
                                                .k = outputs,
                                                .a = batch->dy,
                                                .a_row = outputs,
                                                .a_column = 1,
                                                .b = l->parameters[0]->value,
                                                .b_row = outputs,
                                                .c = batch->dx,
                                                .c_row = inputs},
                                 l->backward_shared + 2 * outputs);
}

const struct layer_kind layer_linear = {.name = "linear",
                                        .may_be_first = true,
                                        .reads_input = true,
                                        .takes_batch_at_once = true,
                                        .shape = shape,
                                        .plan = plan,
                                        .begin_forward = begin_forward,
                                        .begin_backward = begin_backward};
