/* A network's parameters, and an optimiser's states, to and from safetensors files.
 *
 * A weight file is written in the order of the network's table (nn/network.h); a checkpoint has the
 * optimiser's states after the parameters. Reading depends neither on the order of a file's tensors
 * nor on other programs' additions: tensors are found by name, each parameter must be there as F32
 * with its shape, and of tensors that the network does not have, those without elements and single
 * I64 numbers, such as PyTorch's num_batches_tracked, are ignored; any other is an error.
 *
 * A file that was saved again by another program (io/safetensors.h) is accepted if payload_sha256
 * is the hash of its values in the order of the network's table, so if no value, name or shape has
 * changed. What its metadata say is then not authenticated.
 */
#ifndef REINIT_RUN_WEIGHTS_H
#define REINIT_RUN_WEIGHTS_H

#include "io/safetensors.h"
#include "nn/optimiser.h"
#include "nn/network.h"

enum { WEIGHT_NAME_SIZE = 64 };

/* Tensors in the file's order of elements: the parameters under PyTorch's names and, if optimiser
 * is not NULL, each trained one's states under "OPTIMISER.STATE/NAME", such as "adam.m/NAME". The
 * shapes are the network's, which must outlive them. Freed by weights_release. */
struct weights {
    struct tensor *tensors;
    size_t count;
    float *values;
    char (*names)[WEIGHT_NAME_SIZE];
};

bool weights_collect(struct weights *weights, struct network *network,
                     const struct optimiser *optimiser, struct error *error);
void weights_release(struct weights *weights);

/* The SHA-256 of the parameters as a weight file holds them. */
bool weights_hash(struct network *network, char hex[SHA256_HEX_SIZE], struct error *error);

/* Writes a weight file. */
bool weights_write(const char *path, struct network *network, const struct metadata *metadata,
                   struct error *error);

/* Fills the network (and the states) from a file's tensors, which are verified first if the file
 * was saved again. */
bool weights_restore(struct network *network, struct optimiser *optimiser,
                     const struct tensor_file *file, const char *path, struct error *error);

/* A weight file to be read, and what its reader says of it. */
struct weights_source {
    const char *path;
    const struct network_spec *net; /* NULL: the one that the metadata name */
    bool unverified;                /* accept it whatever its hashes are */
};

/* Entries of a tool's table of options: net, an int that is -1 by default, is an index of nets_all.
 */
#define WEIGHTS_NET_OPTION(target)                                                                 \
    {                                                                                              \
        "net", "NAME", "network of the weights (default: as the file's metadata say)",             \
            OPTION_CHOICE, target, .choices = nets_names()                                         \
    }
#define WEIGHTS_UNVERIFIED_OPTION(target)                                                          \
    {                                                                                              \
        "unverified", NULL, "accept weights that do not have the hashes in their metadata",        \
            OPTION_FLAG, target                                                                    \
    }

/* Reads a file; the error says when it is its hashes alone that do not hold. */
bool weights_read(struct tensor_file *file, const struct weights_source *source,
                  struct error *error);

/* The network of a file that was read. */
bool weights_network(const struct tensor_file *file, const struct weights_source *source,
                     const struct network_spec **spec, struct error *error);

/* The SHA-256 of the values of a file that was read. Of tensors that are a network's, with or
 * without an optimiser's states, it is in the order of its table, else as they are in the file; of
 * a verified file they are the same. A file saved again must have the hash that it states. */
bool weights_hash_file(const struct tensor_file *file, const struct weights_source *source,
                       char hex[SHA256_HEX_SIZE], struct error *error);

/* Reads a weight file, creates its network, for evaluation in batches of at most `batch`, and fills
 * it. The caller frees both. */
bool weights_open(const struct weights_source *source, size_t batch, struct network **network,
                  struct tensor_file *file, struct error *error);

#endif
