#include "run/weights.h"

#include "nets/nets.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Set -1 of a network's values is its parameters, set k >= 0 state k of the optimiser, which only
 * trained parameters have. A kind of NULL has no states. */
enum { PARAMETERS = -1 };

static int sets_of(const struct optimiser_kind *kind)
{
    int states = 0;
    while (kind != NULL && kind->states[states] != NULL)
        states++;
    return states;
}

static void print_name(char name[WEIGHT_NAME_SIZE], const struct optimiser_kind *kind, int set,
                       const struct parameter *p)
{
    if (set == PARAMETERS)
        snprintf(name, WEIGHT_NAME_SIZE, "%s", p->name);
    else
        snprintf(name, WEIGHT_NAME_SIZE, "%s.%s/%s", kind->name, kind->states[set], p->name);
}

static float *memory_of(const struct optimiser *o, int set, const struct parameter *p)
{
    return set == PARAMETERS ? p->value : o->states[set] + p->offset;
}

static bool is_in_set(int set, const struct parameter *p)
{
    return set == PARAMETERS || parameter_is_trained(p->role);
}

bool weights_collect(struct weights *w, struct network *network, const struct optimiser *optimiser,
                     struct error *error)
{
    const struct optimiser_kind *kind = optimiser != NULL ? optimiser->kind : NULL;
    size_t count, floats = 0, sets = 1 + (size_t)sets_of(kind);
    const struct parameter *parameters = network_parameters(network, &count);
    for (size_t i = 0; i < count; i++)
        floats += parameters[i].count * sets;
    *w = (struct weights){.tensors = calloc(sets * count, sizeof *w->tensors),
                          .values = malloc(floats * sizeof *w->values),
                          .names = calloc(sets * count, sizeof *w->names)};
    if (w->tensors == NULL || w->values == NULL || w->names == NULL) {
        weights_release(w);
        return error_memory(error, "out of memory for a copy of the weights");
    }
    float *next = w->values;
    for (int set = PARAMETERS; set < sets_of(kind); set++) {
        for (size_t i = 0; i < count; i++) {
            const struct parameter *p = &parameters[i];
            if (!is_in_set(set, p))
                continue;
            char *name = w->names[w->count];
            print_name(name, kind, set, p);
            w->tensors[w->count++] = (struct tensor){.name = name,
                                                     .shape = p->shape,
                                                     .dims = p->dims,
                                                     .count = p->count,
                                                     .values = next};
            parameter_export(p, memory_of(optimiser, set, p), next);
            next += p->count;
        }
    }
    return true;
}

void weights_release(struct weights *w)
{
    free(w->tensors);
    free(w->values);
    free(w->names);
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

/* The tensor of a parameter, or of a state of it. */
static const struct tensor *find(const struct tensor_file *file, const char *path, const char *net,
                                 const struct optimiser_kind *kind, int set,
                                 const struct parameter *p, struct error *error)
{
    char name[WEIGHT_NAME_SIZE];
    print_name(name, kind, set, p);
    const struct tensor *found = tensor_file_find(file, name);
    if (found == NULL)
        error_set(error, "%s: tensor %s is missing, which the network %s has", path, name, net);
    else if (found->dims != p->dims
             || memcmp(found->shape, p->shape, p->dims * sizeof *p->shape) != 0)
        error_set(error, "%s: tensor %s does not have the shape that it has in the network %s",
                  path, name, net);
    else if (found->dtype != DTYPE_F32)
        error_set(error, "%s: tensor %s is %s, but weights must be F32", path, name,
                  dtype_name(found->dtype));
    else
        return found;
    return NULL;
}

/* What other programs add to a network's tensors: counters, and what holds nothing. */
static bool is_ignored(const struct tensor *t)
{
    return t->count == 0 || (t->count == 1 && t->dtype == DTYPE_I64);
}

static bool is_among(const struct tensor *tensors, size_t count, const struct tensor *one)
{
    for (size_t i = 0; i < count; i++) {
        if (tensors[i].name == one->name)
            return true;
    }
    return false;
}

/* The file's tensors in the order of the network's table; the states of an optimiser of this kind
 * follow. All must be there, and no other but what is ignored. *found is freed by the caller. */
static bool find_all(const struct tensor_file *file, const char *path, struct network *network,
                     const struct optimiser_kind *kind, struct tensor **found, size_t *found_count,
                     struct error *error)
{
    const char *net = network_spec_of(network)->name;
    size_t count, n = 0;
    const struct parameter *parameters = network_parameters(network, &count);
    struct tensor *tensors = *found = calloc((1 + (size_t)sets_of(kind)) * count, sizeof *tensors);
    if (tensors == NULL)
        return error_memory(error, "%s: out of memory", path);
    for (int set = PARAMETERS; set < sets_of(kind); set++) {
        for (size_t i = 0; i < count; i++) {
            if (!is_in_set(set, &parameters[i]))
                continue;
            const struct tensor *one = find(file, path, net, kind, set, &parameters[i], error);
            if (one == NULL)
                return false;
            tensors[n++] = *one;
        }
    }
    for (size_t t = 0; t < file->count; t++) {
        if (!is_ignored(&file->tensors[t]) && !is_among(tensors, n, &file->tensors[t]))
            return error_set(error, "%s: tensor %.200s is not one of the network %s", path,
                             file->tensors[t].name, net);
    }
    *found_count = n;
    return true;
}

/* The hash of the tensors in this order, which a file that was saved again must state. */
static bool hash_found(const struct tensor_file *file, const char *path, const struct tensor *found,
                       size_t count, char hex[SHA256_HEX_SIZE], struct error *error)
{
    if (!tensors_hash(found, count, hex, error))
        return false;
    if (file->state != TENSORS_RESAVED)
        return true;
    const char *stated = tensor_file_stated(file);
    return strcmp(hex, stated) == 0
           || error_set(error,
                        "%s: the SHA-256 of its values is %s, but its metadata state %s: damaged, "
                        "or changed since; --unverified accepts it",
                        path, hex, stated);
}

static bool is_verified(const struct tensor_file *file, const char *path,
                        const struct tensor *found, size_t count, struct error *error)
{
    char hex[SHA256_HEX_SIZE];
    return file->state != TENSORS_RESAVED || hash_found(file, path, found, count, hex, error);
}

bool weights_restore(struct network *network, struct optimiser *optimiser,
                     const struct tensor_file *file, const char *path, struct error *error)
{
    const struct optimiser_kind *kind = optimiser != NULL ? optimiser->kind : NULL;
    size_t count, found_count, n = 0;
    const struct parameter *parameters = network_parameters(network, &count);
    struct tensor *found;
    bool good = find_all(file, path, network, kind, &found, &found_count, error)
                && is_verified(file, path, found, found_count, error);
    for (int set = PARAMETERS; good && set < sets_of(kind); set++) {
        for (size_t i = 0; i < count; i++) {
            const struct parameter *p = &parameters[i];
            if (is_in_set(set, p))
                parameter_import(p, found[n++].values, memory_of(optimiser, set, p));
        }
    }
    free(found);
    return good;
}

bool weights_read(struct tensor_file *file, const struct weights_source *source,
                  struct error *error)
{
    struct error reason, ignored;
    if (source->unverified)
        return tensor_file_read_unverified(file, source->path, error);
    if (tensor_file_read(file, source->path, &reason))
        return true;
    bool readable = !reason.refused && tensor_file_read_unverified(file, source->path, &ignored);
    tensor_file_free(file);
    if (readable)
        return error_set(error, "%s; --unverified accepts it", reason.text);
    *error = reason;
    return false;
}

bool weights_network(const struct tensor_file *file, const struct weights_source *source,
                     const struct network_spec **spec, struct error *error)
{
    const char *name = tensor_file_metadata(file, "net");
    *spec = source->net != NULL ? source->net : name != NULL ? nets_find(name) : NULL;
    return *spec != NULL
           || error_set(error, "%s: its metadata name %s; --net NAME says which it is",
                        source->path, name != NULL ? "a network that is not known" : "no network");
}

/* The optimiser whose states the file has beside the network's parameters; NULL: none. */
static const struct optimiser_kind *find_kind(const struct tensor_file *file,
                                              struct network *network)
{
    size_t count;
    const struct parameter *first = network_parameters(network, &count);
    for (const struct optimiser_kind *const *kind = optimisers_all; *kind != NULL; kind++) {
        char name[WEIGHT_NAME_SIZE];
        print_name(name, *kind, 0, first);
        if (tensor_file_find(file, name) != NULL)
            return *kind;
    }
    return NULL;
}

bool weights_hash_file(const struct tensor_file *file, const struct weights_source *source,
                       char hex[SHA256_HEX_SIZE], struct error *error)
{
    const struct network_spec *spec;
    struct network *network = NULL;
    struct tensor *found = NULL;
    struct error reason = {.refused = false};
    size_t count;
    memcpy(hex, file->payload_sha256, SHA256_HEX_SIZE);
    if (file->state == TENSORS_VERIFIED)
        return true;
    bool good = weights_network(file, source, &spec, &reason)
                && network_create(&network, spec, 1, false, &reason);
    good = good
           && find_all(file, source->path, network, find_kind(file, network), &found, &count,
                       &reason)
           && hash_found(file, source->path, found, count, hex, &reason);
    free(found);
    network_free(network);
    if (good || (file->state == TENSORS_UNHASHED && !reason.refused))
        return true;
    *error = reason;
    return false;
}

bool weights_open(const struct weights_source *source, size_t batch, struct network **network,
                  struct tensor_file *file, struct error *error)
{
    const struct network_spec *spec;
    *network = NULL;
    return weights_read(file, source, error) && weights_network(file, source, &spec, error)
           && network_create(network, spec, batch, false, error)
           && weights_restore(*network, NULL, file, source->path, error);
}
