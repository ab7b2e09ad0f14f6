#include "io/safetensors.h"

#include "base/file.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_MAX = 1 << 30, HEADER_MAX = 1 << 20, PIECE = 4096 };

static const char PAYLOAD_KEY[] = "payload_sha256", HEADER_KEY[] = "header_sha256";

enum { HASH_DIGITS = SHA256_HEX_SIZE - 1 };

/* Keeps the place of the header's own hash while the header is made. */
static const char NO_HASH[SHA256_HEX_SIZE]
    = "0000000000000000000000000000000000000000000000000000000000000000";

/* Element i as the file has it: little-endian, NaN in one form. */
static void encode(float value, uint8_t bytes[4])
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    if (isnan(value))
        bits = 0x7fc00000;
    for (int i = 0; i < 4; i++)
        bytes[i] = (uint8_t)(bits >> (8 * i));
}

static float decode(const uint8_t bytes[4])
{
    uint32_t bits = 0;
    for (int i = 0; i < 4; i++)
        bits |= (uint32_t)bytes[i] << (8 * i);
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

void metadata_add(struct metadata *metadata, const char *key, const char *value)
{
    if (metadata->count == METADATA_MAX)
        abort();
    metadata->keys[metadata->count] = key;
    metadata->values[metadata->count++] = value;
}

/* Hands the tensors' bytes in order to a hash or to a writer. */
static bool emit(const struct tensor *tensors, size_t count, struct sha256 *hash,
                 struct file_writer *writer, struct error *error)
{
    uint8_t piece[PIECE * 4];
    for (size_t t = 0; t < count; t++) {
        for (size_t i = 0; i < tensors[t].count; i += PIECE) {
            size_t n = tensors[t].count - i < PIECE ? tensors[t].count - i : PIECE;
            for (size_t k = 0; k < n; k++)
                encode(tensors[t].values[i + k], piece + 4 * k);
            if (hash != NULL)
                sha256_update(hash, piece, 4 * n);
            if (writer != NULL && !file_writer_write(writer, piece, 4 * n, error))
                return false;
        }
    }
    return true;
}

bool tensors_hash(const struct tensor *tensors, size_t count, char hex[SHA256_HEX_SIZE],
                  struct error *error)
{
    struct sha256 hash;
    if (!sha256_start(&hash, error))
        return false;
    emit(tensors, count, &hash, NULL, error);
    sha256_finish(&hash, hex);
    return true;
}

/* {"dtype": "F32", "shape": [...], "data_offsets": [offset, end]}; NULL if there is no memory. */
static json_t *make_entry(const struct tensor *tensor, size_t offset)
{
    json_t *shape = json_array();
    size_t end = offset + 4 * tensor->count;
    int failed = 0;
    for (size_t d = 0; d < tensor->dims; d++)
        failed |= json_array_append_new(shape, json_integer((json_int_t)tensor->shape[d]));
    json_t *entry = json_pack("{s:s, s:o, s:[I, I]}", "dtype", "F32", "shape", shape,
                              "data_offsets", (json_int_t)offset, (json_int_t)end);
    if (failed != 0) {
        json_decref(entry);
        entry = NULL;
    }
    return entry;
}

/* The SHA-256 of a header, from its length to its padding, with the digits of its own hash as
 * zeros. Leaves the zeros there; *digits is where they are, or NULL if there is no hash. */
static bool hash_header(uint8_t *header, size_t size, uint8_t **digits, char hex[SHA256_HEX_SIZE],
                        struct error *error)
{
    static const char before[] = "\"header_sha256\":\""; /* within a text it would be \" */
    const size_t length = sizeof before - 1;
    uint8_t *at = memmem(header, size, before, length);
    *digits
        = at != NULL && size - (size_t)(at - header) > length + HASH_DIGITS ? at + length : NULL;
    if (*digits != NULL)
        memset(*digits, '0', HASH_DIGITS);
    return sha256_of(header, size, hex, error);
}

/* The header's JSON, or NULL. Keys stay in the order given; the header's own hash is yet to come.
 */
static json_t *make_json(const struct tensor *tensors, size_t count,
                         const struct metadata *metadata, const char *hash)
{
    json_t *root = json_object(), *pairs = json_object();
    int failed = 0;
    for (size_t i = 0; i < metadata->count; i++)
        failed |= json_object_set_new(pairs, metadata->keys[i], json_string(metadata->values[i]));
    failed |= json_object_set_new(pairs, PAYLOAD_KEY, json_string(hash));
    failed |= json_object_set_new(pairs, HEADER_KEY, json_string(NO_HASH));
    failed |= json_object_set_new(root, "__metadata__", pairs);
    size_t offset = 0;
    for (size_t t = 0; t < count; t++) {
        failed |= json_object_set_new(root, tensors[t].name, make_entry(&tensors[t], offset));
        offset += 4 * tensors[t].count;
    }
    if (failed == 0)
        return root;
    json_decref(root);
    return NULL;
}

/* The whole header in *header, which the caller frees: length, JSON, padding. */
static bool make_header(const char *path, const struct tensor *tensors, size_t count,
                        const struct metadata *metadata, uint8_t **header, size_t *size,
                        struct error *error)
{
    char hash[SHA256_HEX_SIZE];
    if (!tensors_hash(tensors, count, hash, error))
        return false;
    json_t *json = make_json(tensors, count, metadata, hash);
    /* Not json_dumps, which leaves keys out when it lacks memory. */
    size_t length = json != NULL ? json_dumpb(json, NULL, 0, JSON_COMPACT) : 0;
    size_t padded = (length + 7) / 8 * 8;
    uint8_t *digits, *block = length > 0 ? malloc(8 + padded) : NULL;
    bool good
        = block != NULL && json_dumpb(json, (char *)block + 8, length, JSON_COMPACT) == length;
    if (good) {
        for (int i = 0; i < 8; i++)
            block[i] = (uint8_t)((uint64_t)padded >> (8 * i));
        memset(block + 8 + length, ' ', padded - length);
        good = hash_header(block, 8 + padded, &digits, hash, error);
        if (good)
            memcpy(digits, hash, HASH_DIGITS);
    } else {
        error_set(error, "%s: cannot make the header: a text is not UTF-8, or no memory", path);
    }
    json_decref(json);
    *header = block;
    *size = 8 + padded;
    return good;
}

bool tensor_file_write(const char *path, const struct tensor *tensors, size_t count,
                       const struct metadata *metadata, struct error *error)
{
    uint8_t *header = NULL;
    size_t size = 0;
    struct file_writer writer = {.fd = -1};
    bool good = make_header(path, tensors, count, metadata, &header, &size, error)
                && file_writer_open(&writer, path, error)
                && file_writer_write(&writer, header, size, error)
                && emit(tensors, count, NULL, &writer, error)
                && file_writer_commit(&writer, NULL, error);
    file_writer_close(&writer);
    free(header);
    return good;
}

static bool read_metadata(struct tensor_file *file, const char *path, json_t *pairs,
                          struct error *error)
{
    if (!json_is_object(pairs) || json_object_size(pairs) > METADATA_MAX)
        return error_set(error, "%s: __metadata__ is not an object of at most %d texts", path,
                         METADATA_MAX);
    const char *key;
    json_t *value;
    json_object_foreach(pairs, key, value)
    {
        if (!json_is_string(value))
            return error_set(error, "%s: __metadata__ %.40s is not a text", path, key);
        metadata_add(&file->metadata, key, json_string_value(value));
    }
    return true;
}

/* One tensor's entry: type, shape, and a place in the file that fits both the shape and the one
 * that *offset, the end of the tensor before, asks for. */
static bool read_entry(struct tensor *tensor, const char *path, const char *name, json_t *entry,
                       size_t *offset, size_t payload, struct error *error)
{
    json_t *dtype = json_object_get(entry, "dtype");
    json_t *shape = json_object_get(entry, "shape");
    json_t *offsets = json_object_get(entry, "data_offsets");
    if (strlen(name) >= sizeof tensor->name)
        return error_set(error, "%s: tensor name longer than %d: %.40s...", path,
                         TENSOR_NAME_MAX - 1, name);
    memcpy(tensor->name, name, strlen(name) + 1);
    if (!json_is_string(dtype) || strcmp(json_string_value(dtype), "F32") != 0)
        return error_set(error, "%s: tensor %s: dtype is not F32", path, name);
    if (!json_is_array(shape) || json_array_size(shape) > TENSOR_DIMS_MAX)
        return error_set(error, "%s: tensor %s: shape is not a list of at most %d", path, name,
                         TENSOR_DIMS_MAX);
    tensor->dims = json_array_size(shape);
    tensor->count = 1;
    for (size_t d = 0; d < tensor->dims; d++) {
        json_t *extent = json_array_get(shape, d);
        json_int_t value = json_is_integer(extent) ? json_integer_value(extent) : -1;
        if (value < 1 || (uint64_t)value > payload / 4 / tensor->count)
            return error_set(error, "%s: tensor %s: shape is larger than the file or not whole",
                             path, name);
        tensor->shape[d] = (size_t)value;
        tensor->count *= (size_t)value;
    }
    size_t end = *offset + 4 * tensor->count;
    json_t *first = json_array_get(offsets, 0), *last = json_array_get(offsets, 1);
    if (!json_is_array(offsets) || json_array_size(offsets) != 2 || !json_is_integer(first)
        || !json_is_integer(last) || json_integer_value(first) != (json_int_t)*offset
        || json_integer_value(last) != (json_int_t)end || end > payload)
        return error_set(error, "%s: tensor %s: data_offsets are not [%zu, %zu]", path, name,
                         *offset, end);
    *offset = end;
    return true;
}

static bool read_entries(struct tensor_file *file, const char *path, json_t *root, size_t payload,
                         struct error *error)
{
    size_t offset = 0;
    const char *name;
    json_t *entry;
    file->tensors = calloc(json_object_size(root) + 1, sizeof *file->tensors);
    if (file->tensors == NULL)
        return error_memory(error, "%s: out of memory", path);
    json_object_foreach(root, name, entry)
    {
        bool good = strcmp(name, "__metadata__") == 0
                        ? read_metadata(file, path, entry, error)
                        : read_entry(&file->tensors[file->count++], path, name, entry, &offset,
                                     payload, error);
        if (!good)
            return false;
    }
    if (offset != payload)
        return error_set(error, "%s: %zu bytes of tensors are declared, %zu are there", path,
                         offset, payload);
    return true;
}

static bool compare_hash(const char *path, const char *what, const char *found, const char *stated,
                         struct error *error)
{
    return strcmp(found, stated) == 0
           || error_set(error, "%s: damaged: the %s SHA-256 is %s, not %s", path, what, found,
                        stated);
}

/* Both hashes or neither: so a change to the name of one does not take it out of use. */
static bool check_hashes(struct tensor_file *file, const char *path, uint8_t *header,
                         size_t header_size, const uint8_t *payload, size_t size,
                         struct error *error)
{
    const char *of_payload = tensor_file_metadata(file, PAYLOAD_KEY);
    const char *of_header = tensor_file_metadata(file, HEADER_KEY);
    char hex[SHA256_HEX_SIZE];
    uint8_t *digits;
    if (!sha256_of(payload, size, file->payload_sha256, error))
        return false;
    if (of_payload == NULL && of_header == NULL)
        return true;
    if (of_payload == NULL || of_header == NULL)
        return error_set(error, "%s: damaged, or of an earlier version: its metadata has no %s",
                         path, of_payload == NULL ? PAYLOAD_KEY : HEADER_KEY);
    file->verified = hash_header(header, header_size, &digits, hex, error)
                     && compare_hash(path, "header's", hex, of_header, error)
                     && compare_hash(path, "tensors'", file->payload_sha256, of_payload, error);
    return file->verified;
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

static bool parse(struct tensor_file *file, const char *path, uint8_t *data, size_t size,
                  struct error *error)
{
    uint64_t length = 0;
    for (int i = 0; size >= 8 && i < 8; i++)
        length |= (uint64_t)data[i] << (8 * i);
    if (size < 8 || length > HEADER_MAX || length > size - 8)
        return error_set(error, "%s: not a safetensors file: header of %llu bytes in a file of %zu",
                         path, (unsigned long long)length, size);
    json_error_t problem = {.text = ""};
    json_t *root = load_json((char *)data + 8, (size_t)length, &problem);
    file->header = root;
    if (memory_refused)
        return error_memory(error, "%s: out of memory for its header", path);
    if (!json_is_object(root))
        return error_set(error, "%s: header is not a JSON object: %s at byte %d", path,
                         root == NULL ? problem.text : "another type",
                         root == NULL ? problem.position + 8 : 8);
    size_t header_size = 8 + (size_t)length, payload_size = size - header_size;
    uint8_t *payload = data + header_size;
    if (!read_entries(file, path, root, payload_size, error)
        || !check_hashes(file, path, data, header_size, payload, payload_size, error))
        return false;
    /* The values are decoded into a block of their own: the payload may be misaligned. */
    float *values = malloc(payload_size + 1);
    if (values == NULL)
        return error_memory(error, "%s: out of memory", path);
    for (size_t i = 0; i < payload_size / 4; i++)
        values[i] = decode(payload + 4 * i);
    file->values = values;
    for (size_t t = 0; t < file->count; t++) {
        file->tensors[t].values = values;
        values += file->tensors[t].count;
    }
    return true;
}

bool tensor_file_read(struct tensor_file *file, const char *path, struct error *error)
{
    *file = (struct tensor_file){0};
    uint8_t *data;
    size_t size;
    if (!file_read(path, FILE_MAX, &data, &size, error))
        return false;
    bool good = parse(file, path, data, size, error);
    free(data);
    if (!good)
        tensor_file_free(file);
    return good;
}

void tensor_file_free(struct tensor_file *file)
{
    free(file->tensors);
    free(file->values);
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
    for (size_t i = 0; i < file->metadata.count; i++) {
        if (strcmp(file->metadata.keys[i], key) == 0)
            return file->metadata.values[i];
    }
    return NULL;
}
