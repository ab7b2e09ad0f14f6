#include "io/safetensors.h"

#include "base/file.h"
#include "io/safetensors_internal.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_MAX = 1 << 30, HEADER_MAX = 100000000 };

static size_t tensor_bytes(const struct tensor *tensor)
{
    return tensor->count * dtype_bits(tensor->dtype) / 8;
}

static bool read_metadata(struct tensor_file *file, const char *path, const json_t *pairs,
                          struct error *error)
{
    if (json_is_null(pairs))
        return true;
    if (!json_is_object(pairs))
        return error_set(error, "%s: " METADATA_KEY " is not an object", path);
    file->pairs = calloc(json_object_size(pairs) + 1, sizeof *file->pairs);
    if (file->pairs == NULL)
        return error_memory(error, "%s: out of memory", path);
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)pairs, key, value)
    {
        if (!json_is_string(value))
            return error_set(error, "%s: " METADATA_KEY " %.200s is not a text", path, key);
        file->pairs[file->pair_count++] = (struct metadata_pair){key, json_string_value(value)};
    }
    return true;
}

/* The extents, into `shape`, and their product. */
static bool read_shape(struct tensor *tensor, const char *path, const json_t *list, size_t *shape,
                       struct error *error)
{
    if (!json_is_array(list))
        return error_set(error, "%s: tensor %.200s: shape is not a list", path, tensor->name);
    tensor->shape = shape;
    tensor->dims = json_array_size(list);
    tensor->count = 1;
    for (size_t d = 0; d < tensor->dims; d++) {
        const json_t *extent = json_array_get(list, d);
        json_int_t value = json_is_integer(extent) ? json_integer_value(extent) : -1;
        if (value < 0 || (uint64_t)value > SIZE_MAX)
            return error_set(error,
                             "%s: tensor %.200s: extent %zu of its shape is not a whole number",
                             path, tensor->name, d + 1);
        shape[d] = (size_t)value;
        if (__builtin_mul_overflow(tensor->count, shape[d], &tensor->count))
            return error_set(error, "%s: tensor %.200s: its shape has too many elements", path,
                             tensor->name);
    }
    return true;
}

/* The place in the payload, which must have the size that type and shape ask for. */
static bool read_offsets(struct tensor *tensor, const char *path, const json_t *offsets,
                         const uint8_t *payload, size_t size, struct error *error)
{
    const json_t *first = json_array_get(offsets, 0), *last = json_array_get(offsets, 1);
    if (json_array_size(offsets) != 2 || !json_is_integer(first) || !json_is_integer(last)
        || json_integer_value(first) < 0 || json_integer_value(last) < json_integer_value(first))
        return error_set(error,
                         "%s: tensor %.200s: data_offsets are not two ascending whole numbers",
                         path, tensor->name);
    uint64_t begin = (uint64_t)json_integer_value(first);
    uint64_t end = (uint64_t)json_integer_value(last);
    if (end > size)
        return error_set(
            error,
            "%s: tensor %.200s: data_offsets end at %llu, but the file has %zu bytes of "
            "data",
            path, tensor->name, (unsigned long long)end, size);
    size_t bits;
    if (__builtin_mul_overflow(tensor->count, dtype_bits(tensor->dtype), &bits) || bits % 8 != 0
        || bits / 8 != end - begin)
        return error_set(error,
                         "%s: tensor %.200s: data_offsets [%llu, %llu] do not have the size of %zu "
                         "elements of %s",
                         path, tensor->name, (unsigned long long)begin, (unsigned long long)end,
                         tensor->count, dtype_name(tensor->dtype));
    tensor->bytes = payload + begin;
    return true;
}

static bool read_entry(struct tensor *tensor, const char *path, const json_t *entry, size_t *shape,
                       const uint8_t *payload, size_t size, struct error *error)
{
    const char *dtype = json_string_value(json_object_get(entry, "dtype"));
    if (!dtype_find(dtype, &tensor->dtype))
        return dtype == NULL
                   ? error_set(error, "%s: tensor %.200s: dtype is missing", path, tensor->name)
                   : error_set(error, "%s: tensor %.200s: dtype %.40s is not known", path,
                               tensor->name, dtype);
    return read_shape(tensor, path, json_object_get(entry, "shape"), shape, error)
           && read_offsets(tensor, path, json_object_get(entry, "data_offsets"), payload, size,
                           error);
}

/* By place; tensors without elements before the one that begins where they are. */
static int compare_places(const void *left, const void *right)
{
    const struct tensor *a = left, *b = right;
    size_t size_a = tensor_bytes(a), size_b = tensor_bytes(b);
    if (a->bytes != b->bytes)
        return a->bytes < b->bytes ? -1 : 1;
    if (size_a != size_b)
        return size_a < size_b ? -1 : 1;
    return strcmp(a->name, b->name);
}

/* Sorts the tensors by place; they must be the whole payload, one after another. */
static bool check_places(struct tensor_file *file, const char *path, const uint8_t *payload,
                         size_t size, struct error *error)
{
    size_t end = 0;
    qsort(file->tensors, file->count, sizeof *file->tensors, compare_places);
    for (size_t i = 0; i < file->count; i++) {
        const struct tensor *t = &file->tensors[i];
        size_t begin = (size_t)(t->bytes - payload);
        if (begin > end)
            return error_set(error,
                             "%s: tensor %.200s: its data begin at %zu, after a gap from %zu", path,
                             t->name, begin, end);
        if (begin < end)
            return error_set(error,
                             "%s: tensor %.200s: its data begin at %zu, within the data of %.200s, "
                             "which end at %zu",
                             path, t->name, begin, file->tensors[i - 1].name, end);
        end = begin + tensor_bytes(t);
    }
    return end == size
           || error_set(error, "%s: %zu bytes of tensors are declared, %zu are there", path, end,
                        size);
}

static size_t count_extents(json_t *root)
{
    size_t count = 0;
    const char *name;
    json_t *entry;
    json_object_foreach(root, name, entry) count
        += json_array_size(json_object_get(entry, "shape"));
    return count;
}

static bool read_entries(struct tensor_file *file, const char *path, const uint8_t *payload,
                         size_t size, struct error *error)
{
    const char *name;
    json_t *entry;
    file->tensors = calloc(json_object_size(file->header) + 1, sizeof *file->tensors);
    file->shapes = calloc(count_extents(file->header) + 1, sizeof *file->shapes);
    if (file->tensors == NULL || file->shapes == NULL)
        return error_memory(error, "%s: out of memory", path);
    size_t *shape = file->shapes;
    json_object_foreach(file->header, name, entry)
    {
        if (strcmp(name, METADATA_KEY) == 0) {
            if (!read_metadata(file, path, entry, error))
                return false;
            continue;
        }
        struct tensor *tensor = &file->tensors[file->count++];
        tensor->name = name;
        if (!read_entry(tensor, path, entry, shape, payload, size, error))
            return false;
        shape += tensor->dims;
    }
    return check_places(file, path, payload, size, error);
}

/* float32 values are decoded into a block of their own: the payload may be misaligned. */
static bool decode_values(struct tensor_file *file, const char *path, struct error *error)
{
    size_t count = 0;
    for (size_t t = 0; t < file->count; t++)
        count += file->tensors[t].dtype == DTYPE_F32 ? file->tensors[t].count : 0;
    float *values = file->values = malloc((count + 1) * sizeof *values);
    if (values == NULL)
        return error_memory(error, "%s: out of memory", path);
    for (size_t t = 0; t < file->count; t++) {
        struct tensor *tensor = &file->tensors[t];
        if (tensor->dtype != DTYPE_F32)
            continue;
        tensor->values = values;
        for (size_t i = 0; i < tensor->count; i++)
            *values++ = dtype_decode_f32(tensor->bytes + 4 * i);
    }
    return true;
}

/* Whether text is what follows, piece by piece. */
struct comparison {
    const uint8_t *at;
    size_t left;
    bool differs;
};

static int compare_text(const char *text, size_t size, void *data)
{
    struct comparison *c = data;
    c->differs = c->differs || size > c->left || memcmp(c->at, text, size) != 0;
    if (c->differs)
        return -1;
    c->at += size;
    c->left -= size;
    return 0;
}

/* Metadata first, hashes last in it, entries in the order of the data. */
static bool has_our_order(const struct tensor_file *file)
{
    const struct metadata_pair *last = file->pairs + file->pair_count;
    const char *name;
    json_t *entry;
    size_t i = 0;
    json_object_foreach(file->header, name, entry)
    {
        if (i == 0 ? strcmp(name, METADATA_KEY) != 0 : name != file->tensors[i - 1].name)
            return false;
        i++;
    }
    return file->pair_count >= 2 && strcmp(last[-2].key, PAYLOAD_KEY) == 0
           && strcmp(last[-1].key, HEADER_KEY) == 0;
}

/* Whether the header has the layout that tensor_file_write would give its contents. */
static bool has_our_layout(const struct tensor_file *file, const char *path, const uint8_t *header,
                           size_t size, bool *ours, struct error *error)
{
    struct comparison c = {.at = header + 8, .left = size - 8};
    *ours = false;
    if (!has_our_order(file) || size % HEADER_ALIGNMENT != 0)
        return true;
    if (json_dump_callback(file->header, compare_text, &c, JSON_COMPACT) != 0)
        return c.differs || error_memory(error, "%s: out of memory", path);
    *ours = c.left < HEADER_ALIGNMENT;
    for (; c.left > 0; c.left--)
        *ours = *ours && *c.at++ == ' ';
    return true;
}

/* Whether the data are in the order in which the safetensors library saves them. */
static bool has_library_order(const struct tensor_file *file)
{
    for (size_t i = 1; i < file->count; i++) {
        const struct tensor *a = &file->tensors[i - 1], *b = &file->tensors[i];
        size_t bits_a = dtype_bits(a->dtype), bits_b = dtype_bits(b->dtype);
        if (bits_a < bits_b || (a->dtype == b->dtype && strcmp(a->name, b->name) > 0))
            return false;
    }
    return true;
}

static bool damaged(const char *path, const char *what, const char *found, const char *stated,
                    struct error *error)
{
    return error_set(error, "%s: damaged: the %s SHA-256 is %s, not %s", path, what, found, stated);
}

/* Sets the file's state, or fails if it is damaged: see safetensors.h. */
static bool check_hashes(struct tensor_file *file, const char *path, const uint8_t *header,
                         size_t size, struct error *error)
{
    const char *of_payload = tensor_file_metadata(file, PAYLOAD_KEY);
    const char *of_header = tensor_file_metadata(file, HEADER_KEY);
    char hex[SHA256_HEX_SIZE];
    size_t digits;
    bool ours;
    if (of_payload == NULL && of_header == NULL)
        return true;
    if (of_payload == NULL || of_header == NULL)
        return error_set(error, "%s: damaged, or of an earlier version: its metadata has no %s",
                         path, of_payload == NULL ? PAYLOAD_KEY : HEADER_KEY);
    if (!sha256_is_hex(of_payload) || !sha256_is_hex(of_header))
        return error_set(error, "%s: damaged: its %s is not a SHA-256", path,
                         sha256_is_hex(of_payload) ? HEADER_KEY : PAYLOAD_KEY);
    bool payload_holds = strcmp(file->payload_sha256, of_payload) == 0;
    if (!safetensors_hash_header(header, size, &digits, hex, error))
        return false;
    if (strcmp(hex, of_header) == 0) {
        file->state = TENSORS_VERIFIED;
        return payload_holds || damaged(path, "tensors'", file->payload_sha256, of_payload, error);
    }
    if (!has_our_layout(file, path, header, size, &ours, error))
        return false;
    if (ours && (payload_holds || !has_library_order(file)))
        return damaged(path, "header's", hex, of_header, error);
    file->state = TENSORS_RESAVED;
    return true;
}

/* Once without memory, jansson goes on with a character less, and into buffers that are then too
 * short. So what it asks for is watched, and after one refusal it gets nothing more. */
static void *(*allocate)(size_t);
static bool memory_refused;

static void *allocate_watched(size_t size)
{
    void *memory = memory_refused ? NULL : allocate(size);
    memory_refused = memory == NULL;
    return memory;
}

static json_t *load_json(const char *text, size_t length, json_error_t *problem)
{
    void (*release)(void *);
    json_get_alloc_funcs(&allocate, &release);
    json_set_alloc_funcs(allocate_watched, release);
    memory_refused = false;
    json_t *root = json_loadb(text, length, JSON_REJECT_DUPLICATES, problem);
    json_set_alloc_funcs(allocate, release);
    return root;
}

static bool parse(struct tensor_file *file, const char *path, size_t size, bool verify,
                  struct error *error)
{
    const uint8_t *data = file->data;
    uint64_t length = 0;
    for (int i = 0; size >= 8 && i < 8; i++)
        length |= (uint64_t)data[i] << (8 * i);
    if (size < 8 || length > HEADER_MAX || length > size - 8)
        return error_set(error, "%s: not a safetensors file: header of %llu bytes in a file of %zu",
                         path, (unsigned long long)length, size);
    json_error_t problem = {.text = ""};
    json_t *root = load_json((const char *)data + 8, (size_t)length, &problem);
    file->header = root;
    if (memory_refused)
        return error_memory(error, "%s: out of memory for its header", path);
    if (!json_is_object(root))
        return error_set(error, "%s: header is not a JSON object: %s at byte %d", path,
                         root == NULL ? problem.text : "another type",
                         root == NULL ? problem.position + 8 : 8);
    size_t header_size = 8 + (size_t)length, payload_size = size - header_size;
    const uint8_t *payload = data + header_size;
    return read_entries(file, path, payload, payload_size, error)
           && sha256_of(payload, payload_size, file->payload_sha256, error)
           && (!verify || check_hashes(file, path, data, header_size, error))
           && decode_values(file, path, error);
}

static bool read_file(struct tensor_file *file, const char *path, bool verify, struct error *error)
{
    *file = (struct tensor_file){0};
    size_t size;
    bool good = file_read(path, FILE_MAX, &file->data, &size, error)
                && parse(file, path, size, verify, error);
    if (!good)
        tensor_file_free(file);
    return good;
}

bool tensor_file_read(struct tensor_file *file, const char *path, struct error *error)
{
    return read_file(file, path, true, error);
}

bool tensor_file_read_unverified(struct tensor_file *file, const char *path, struct error *error)
{
    return read_file(file, path, false, error);
}

void tensor_file_free(struct tensor_file *file)
{
    free(file->tensors);
    free(file->pairs);
    free(file->values);
    free(file->shapes);
    free(file->data);
    json_decref(file->header);
    *file = (struct tensor_file){0};
}

const struct tensor *tensor_file_find(const struct tensor_file *file, const char *name)
{
    for (size_t t = 0; t < file->count; t++) {
        if (strcmp(file->tensors[t].name, name) == 0)
            return &file->tensors[t];
    }
    return NULL;
}

const char *tensor_file_metadata(const struct tensor_file *file, const char *key)
{
    for (size_t i = 0; i < file->pair_count; i++) {
        if (strcmp(file->pairs[i].key, key) == 0)
            return file->pairs[i].value;
    }
    return NULL;
}

const char *tensor_file_stated(const struct tensor_file *file)
{
    return tensor_file_metadata(file, PAYLOAD_KEY);
}
