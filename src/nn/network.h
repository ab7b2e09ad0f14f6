/* A network at work: a table of layers, its parameters, and one planned allocation.
 *
 * network_create reads the table once, lets each layer say what it makes and needs, plans when
 * every activation and gradient lives, and takes all memory at once; nothing is allocated
 * afterwards.
 *
 *     fill network_input(n); network_forward(n, &pass); read network_output(n);
 *     fill network_output_gradient(n); network_backward(n, &pass);
 *     the gradients now lie beside the parameters.
 */
#ifndef REINIT_NN_NETWORK_H
#define REINIT_NN_NETWORK_H

#include "base/error.h"
#include "nn/layer.h"

struct network_spec {
    const char *name;
    struct shape input;
    float pixel_offset, pixel_divisor; /* input = (pixel / 255 - offset) / divisor */
    const struct layer_spec *layers;
    size_t layer_count;
};

/* For batches of at most `batch` examples; `training` plans gradients too. Every pass uses the
 * engine that is chosen now (gemm_choose). The number of threads (exact/parallel.h) must not grow
 * afterwards. The caller frees. */
bool network_create(struct network **network, const struct network_spec *spec, size_t batch,
                    bool training, struct error *error);
void network_free(struct network *network);

const struct network_spec *network_spec_of(const struct network *network);
size_t network_memory(const struct network *network); /* bytes */

/* [B,H,W,C] in, [B,classes] out and its gradient. Owned by the network, in memory that is used
 * again: the input is valid until a forward pass, the output until a backward one. */
float *network_input(struct network *network);
const float *network_output(const struct network *network);
float *network_output_gradient(struct network *network);
size_t network_classes(const struct network *network);

void network_forward(struct network *network, const struct pass *pass);
void network_backward(struct network *network, const struct pass *pass);

/* From now on every pass adds each layer's seconds to these arrays, [layer_count], which the caller
 * keeps; a backward time includes summing gradients that meet. NULL: that pass is not timed. */
void network_clock(struct network *network, double *forward, double *backward);

/* The layers in the table's order, in place: for those who report on a network. */
const struct layer *network_layers(const struct network *network, size_t *count);

/* All parameters, in the table's order; those trained lie together, [network_trained] floats, and
 * so do their gradients. */
struct parameter *network_parameters(struct network *network, size_t *count);
size_t network_trained(const struct network *network);
float *network_values(struct network *network);
const float *network_gradients(const struct network *network);

/* Translates a tensor between memory's and the file's order of elements (layer.h). */
void parameter_export(const struct parameter *parameter, const float *memory, float *file);
void parameter_import(const struct parameter *parameter, const float *file, float *memory);

#endif
