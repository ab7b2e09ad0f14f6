/* A network's parameters, and Adam's moments, to and from safetensors files. */
#ifndef REINIT_RUN_WEIGHTS_H
#define REINIT_RUN_WEIGHTS_H

#include "io/safetensors.h"
#include "nn/adam.h"
#include "nn/network.h"

/* Tensors in the file's order of elements: the parameters under PyTorch's names and, if adam is not
 * NULL, each trained one's moments under "adam.m/NAME" and "adam.v/NAME". Freed by
 * weights_release. */
struct weights {
    struct tensor *tensors;
    size_t count;
    float *values;
};

bool weights_collect(struct weights *weights, struct network *network, const struct adam *adam,
                     struct error *error);
void weights_release(struct weights *weights);

/* The SHA-256 of the parameters as a weight file holds them. */
bool weights_hash(struct network *network, char hex[SHA256_HEX_SIZE], struct error *error);

/* Writes a weight file. */
bool weights_write(const char *path, struct network *network, const struct metadata *metadata,
                   struct error *error);

/* Fills the network (and the moments) from a file's tensors. Every tensor must be there with its
 * shape, and no other. */
bool weights_restore(struct network *network, struct adam *adam, const struct tensor_file *file,
                     const char *path, struct error *error);

/* The network that a file's metadata names. */
bool weights_network(const struct tensor_file *file, const char *path,
                     const struct network_spec **spec, struct error *error);

/* Reads a weight file, creates the network its metadata names, for evaluation in batches of at most
 * `batch`, and fills it. The caller frees both. */
bool weights_open(const char *path, size_t batch, struct network **network,
                  struct tensor_file *file, struct error *error);

#endif
