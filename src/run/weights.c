#include "run/weights.h"

#include "nets/nets.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const MOMENT_PREFIXES[2] = {"adam.m/", "adam.v/"};

static void name_tensor(struct tensor *tensor, const char *prefix, const struct parameter *p)
{
    *tensor = (struct tensor){.dims = p->dims, .count = p->count};
    snprintf(tensor->name, sizeof tensor->name, "%s%s", prefix, p->name);
    memcpy(tensor->shape, p->shape, sizeof tensor->shape);
}

/* The moments of a parameter: moment 0 is m, 1 is v. */
static float *moment_of(const struct adam *adam, int moment, const struct parameter *p)
{
    return (moment == 0 ? adam->m : adam->v) + p->offset;
}

bool weights_collect(struct weights *w, struct network *network, const struct adam *adam,
                     struct error *error)
{
    size_t count, floats = 0;
    const struct parameter *parameters = network_parameters(network, &count);
    for (size_t i = 0; i < count; i++)
        floats += parameters[i].count * (adam != NULL ? 3 : 1);
    *w = (struct weights){.tensors = calloc(3 * count, sizeof *w->tensors),
                          .values = malloc(floats * sizeof *w->values)};
    if (w->tensors == NULL || w->values == NULL) {
        weights_release(w);
        return error_memory(error, "out of memory for a copy of the weights");
    }
    float *next = w->values;
    for (int moment = -1; moment < (adam != NULL ? 2 : 0); moment++) {
        for (size_t i = 0; i < count; i++) {
            const struct parameter *p = &parameters[i];
            if (moment >= 0 && !parameter_is_trained(p->role))
                continue;
            struct tensor *tensor = &w->tensors[w->count++];
            name_tensor(tensor, moment >= 0 ? MOMENT_PREFIXES[moment] : "", p);
            tensor->values = next;
            parameter_export(p, moment >= 0 ? moment_of(adam, moment, p) : p->value, next);
            next += p->count;
        }
    }
    return true;
}

void weights_release(struct weights *w)
{
    free(w->tensors);
    free(w->values);
    *w = (struct weights){0};
}

bool weights_hash(struct network *network, char hex[SHA256_HEX_SIZE], struct error *error)
{
    struct weights w;
    if (!weights_collect(&w, network, NULL, error))
        return false;
    bool good = tensors_hash(w.tensors, w.count, hex, error);
    weights_release(&w);
    return good;
}

bool weights_write(const char *path, struct network *network, const struct metadata *metadata,
                   struct error *error)
{
    struct weights w;
    if (!weights_collect(&w, network, NULL, error))
        return false;
    bool good = tensor_file_write(path, w.tensors, w.count, metadata, error);
    weights_release(&w);
    return good;
}

static bool restore_one(const struct tensor_file *file, const char *path, const char *prefix,
                        const struct parameter *p, float *memory, struct error *error)
{
    struct tensor expected;
    name_tensor(&expected, prefix, p);
    const struct tensor *found = tensor_file_find(file, expected.name);
    if (found == NULL)
        return error_set(error, "%s: tensor %s is missing", path, expected.name);
    if (found->dims != expected.dims
        || memcmp(found->shape, expected.shape, sizeof expected.shape) != 0)
        return error_set(error, "%s: tensor %s does not have the network's shape", path,
                         expected.name);
    parameter_import(p, found->values, memory);
    return true;
}

bool weights_restore(struct network *network, struct adam *adam, const struct tensor_file *file,
                     const char *path, struct error *error)
{
    size_t count, restored = 0;
    const struct parameter *parameters = network_parameters(network, &count);
    for (int moment = -1; moment < (adam != NULL ? 2 : 0); moment++) {
        for (size_t i = 0; i < count; i++) {
            const struct parameter *p = &parameters[i];
            if (moment >= 0 && !parameter_is_trained(p->role))
                continue;
            if (!restore_one(file, path, moment >= 0 ? MOMENT_PREFIXES[moment] : "", p,
                             moment >= 0 ? moment_of(adam, moment, p) : p->value, error))
                return false;
            restored++;
        }
    }
    if (file->count != restored)
        return error_set(error, "%s: %zu tensors, but the network has %zu", path, file->count,
                         restored);
    return true;
}

bool weights_network(const struct tensor_file *file, const char *path,
                     const struct network_spec **spec, struct error *error)
{
    const char *name = tensor_file_metadata(file, "net");
    *spec = name != NULL ? nets_find(name) : NULL;
    return *spec != NULL
           || error_set(error, "%s: its metadata names %s", path,
                        name != NULL ? "a network that is not known" : "no network");
}

bool weights_open(const char *path, size_t batch, struct network **network,
                  struct tensor_file *file, struct error *error)
{
    const struct network_spec *spec;
    *network = NULL;
    return tensor_file_read(file, path, error) && weights_network(file, path, &spec, error)
           && network_create(network, spec, batch, false, error)
           && weights_restore(*network, NULL, file, path, error);
}
