/* Weight files: what is written reads back the same, byte for byte and on every run; nothing
 * damaged, cut off, oversized or contradictory is let in. */
#include "unit/library_writer.h"
#include "unit/support.h"

#include "base/file.h"
#include "io/safetensors.h"

#include <fcntl.h>
#include <jansson.h>

enum { TENSORS = 3, SIZE_MAX_HERE = 4096, HEADER_LIMIT = 100000000 };

static char *path;

static int make_path(void **state)
{
    (void)state;
    path = support_path("tensors.safetensors");
    return 0;
}

static int drop_path(void **state)
{
    (void)state;
    unlink(path);
    free(path);
    return 0;
}

static float first[6] = {1.5f, -0.0f, 0.0f, INFINITY, -INFINITY, 0x1p-149f};
static float second[1] = {-3.25f};
static float third[8] = {0, 1, 2, 3, 4, 5, 6, 7};

static const struct tensor tensors[TENSORS] = {
    {.name = "a.weight", .shape = (const size_t[]){3, 2}, .dims = 2, .count = 6, .values = first},
    {.name = "a.bias", .shape = (const size_t[]){1}, .dims = 1, .count = 1, .values = second},
    {.name = "b.weight",
     .shape = (const size_t[]){2, 1, 2, 2},
     .dims = 4,
     .count = 8,
     .values = third},
};

static void write_tensors(void)
{
    struct metadata metadata = {.count = 0};
    struct error error;
    metadata_add(&metadata, "net", "carlini");
    metadata_add(&metadata, "seed", "17");
    assert_good(tensor_file_write(path, tensors, TENSORS, &metadata, &error), error);
}

static void read_bytes(uint8_t **data, size_t *size)
{
    struct error error;
    assert_good(file_read(path, SIZE_MAX_HERE, data, size, &error), error);
}

static void write_bytes(const void *data, size_t size)
{
    /* In place: the atomic writer waits for the disk, and so may a file that was cut to nothing. */
    int fd = open(path, O_WRONLY | O_CREAT, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, data, size), size);
    assert_int_equal(ftruncate(fd, (off_t)size), 0);
    assert_int_equal(close(fd), 0);
}

/* Whether the file holds the values above. */
static bool holds_values(const struct tensor_file *file)
{
    bool good = file->count == TENSORS;
    for (size_t t = 0; good && t < TENSORS; t++)
        good = file->tensors[t].count == tensors[t].count
               && memcmp(file->tensors[t].values, tensors[t].values,
                         tensors[t].count * sizeof(float))
                      == 0;
    return good;
}

/* Whether it has their names and shapes. */
static bool holds_names(const struct tensor_file *file)
{
    bool good = file->count == TENSORS;
    for (size_t t = 0; good && t < TENSORS; t++)
        good = strcmp(file->tensors[t].name, tensors[t].name) == 0
               && file->tensors[t].dims == tensors[t].dims
               && memcmp(file->tensors[t].shape, tensors[t].shape, tensors[t].dims * sizeof(size_t))
                      == 0;
    return good;
}

static void test_round_trip(void **state)
{
    (void)state;
    struct tensor_file file;
    struct error error;
    char hash[SHA256_HEX_SIZE];
    write_tensors();
    assert_good(tensor_file_read(&file, path, &error), error);
    assert_true(holds_values(&file));
    assert_true(holds_names(&file));
    assert_string_equal(tensor_file_metadata(&file, "net"), "carlini");
    assert_string_equal(tensor_file_metadata(&file, "seed"), "17");
    assert_null(tensor_file_metadata(&file, "scheme"));
    assert_ptr_equal(tensor_file_find(&file, "a.bias"), &file.tensors[1]);
    assert_null(tensor_file_find(&file, "a"));
    assert_good(tensors_hash(tensors, TENSORS, hash, &error), error);
    assert_string_equal(file.payload_sha256, hash);
    assert_string_equal(tensor_file_metadata(&file, "payload_sha256"), hash);
    tensor_file_free(&file);
}

/* The format itself, from its specification: header's length, its JSON padded to a multiple of 8,
 * then the values, little-endian. */
static void test_layout(void **state)
{
    (void)state;
    static const uint8_t payload_start[]
        = {0,    0,    0xc0, 0x3f, 0,    0,    0, 0x80, 0, 0, 0, 0, 0,    0,
           0x80, 0x7f, 0,    0,    0x80, 0xff, 1, 0,    0, 0, 0, 0, 0x50, 0xc0};
    uint8_t *data;
    size_t size;
    write_tensors();
    read_bytes(&data, &size);
    size_t header = data[0] + 256u * data[1];
    for (int i = 2; i < 8; i++)
        assert_int_equal(data[i], 0);
    assert_int_equal(header % 8, 0);
    assert_int_equal(size, 8 + header + 4 * (6 + 1 + 8));
    assert_memory_equal(data + 8 + header, payload_start, sizeof payload_start);
    data[8 + header] = '\0';
    const char *text = (const char *)data + 8;
    assert_ptr_equal(strstr(text, "{\"__metadata__\":{\"net\":\"carlini\",\"seed\":\"17\","), text);
    assert_non_null(strstr(text, "\"a.weight\":{\"dtype\":\"F32\",\"shape\":[3,2],"
                                 "\"data_offsets\":[0,24]}"));
    assert_non_null(strstr(text, "\"b.weight\":{\"dtype\":\"F32\",\"shape\":[2,1,2,2],"
                                 "\"data_offsets\":[28,60]}"));
    free(data);
}

static void test_same_bytes(void **state)
{
    (void)state;
    uint8_t *one, *two;
    size_t size_one, size_two;
    write_tensors();
    read_bytes(&one, &size_one);
    write_tensors();
    read_bytes(&two, &size_two);
    assert_int_equal(size_one, size_two);
    assert_memory_equal(one, two, size_one);
    free(one);
    free(two);
}

/* Any NaN is written as 0x7fc00000, and the hash is of what is written. */
static void test_nan(void **state)
{
    (void)state;
    static const uint32_t forms[] = {0x7fc00000, 0xffc00000, 0x7f800001, 0xffffffff};
    char plain[SHA256_HEX_SIZE], hash[SHA256_HEX_SIZE];
    struct error error;
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        float value;
        memcpy(&value, &forms[i], sizeof value);
        const struct tensor tensor
            = {.name = "a", .shape = (size_t[]){1}, .dims = 1, .count = 1, .values = &value};
        struct metadata none = {.count = 0};
        struct tensor_file file;
        assert_good(tensor_file_write(path, &tensor, 1, &none, &error), error);
        assert_good(tensors_hash(&tensor, 1, i == 0 ? plain : hash, &error), error);
        assert_string_equal(i == 0 ? plain : hash, plain);
        assert_good(tensor_file_read(&file, path, &error), error);
        assert_int_equal(support_bits(file.tensors[0].values[0]), 0x7fc00000);
        assert_string_equal(file.payload_sha256, plain);
        tensor_file_free(&file);
    }
}

static void test_every_truncation(void **state)
{
    (void)state;
    uint8_t *data;
    size_t size;
    struct tensor_file file;
    struct error error;
    write_tensors();
    read_bytes(&data, &size);
    for (size_t length = 0; length < size; length++) {
        write_bytes(data, length);
        assert_fails(tensor_file_read(&file, path, &error), error, path);
        assert_null(file.tensors);
    }
    uint8_t *longer = support_allocate(size + 4, 1);
    memcpy(longer, data, size);
    write_bytes(longer, size + 4);
    assert_fails(tensor_file_read(&file, path, &error), error, "60 bytes of tensors are declared");
    free(longer);
    free(data);
}

/* Where text of the header begins, from the start of the file. */
static size_t find(const uint8_t *data, size_t size, const char *text)
{
    const void *at = memmem(data, size, text, strlen(text));
    assert_non_null(at);
    return (size_t)((const uint8_t *)at - data);
}

/* Every byte replaced by each of its one-bit neighbours and by other values: all of it is noticed,
 * names, shapes, metadata and padding as well as the values. One change is not damage to the
 * reader, "[1]" to "[ ]": with a space, the header is not as we write it. But then the file counts
 * as saved again, and is held against the network's shapes. */
static void test_every_corruption(void **state)
{
    (void)state;
    uint8_t *data;
    size_t size;
    struct tensor_file file;
    struct error error;
    write_tensors();
    read_bytes(&data, &size);
    for (size_t at = 0; at < size; at++) {
        uint8_t kept = data[at];
        uint8_t others[] = {0, 0, 0, 0, 0, 0, 0, 0, 0, '"', ' ', '9', '\\', '}', 0xff};
        for (int bit = 0; bit < 8; bit++)
            others[bit] = kept ^ (uint8_t)(1 << bit);
        for (size_t i = 0; i < sizeof others; i++) {
            data[at] = others[i];
            if (data[at] == kept)
                continue;
            write_bytes(data, size);
            if (tensor_file_read(&file, path, &error)
                && (file.state != TENSORS_RESAVED || holds_names(&file)))
                fail_msg("byte %zu from %02x to %02x goes unnoticed", at, kept, others[i]);
            tensor_file_free(&file);
        }
        data[at] = kept;
    }
    free(data);
}

/* Both hashes as anyone else would take them: from the bytes of the file. */
static void test_hashes(void **state)
{
    (void)state;
    uint8_t *data;
    size_t size;
    struct tensor_file file;
    struct error error;
    char of_payload[SHA256_HEX_SIZE], of_header[SHA256_HEX_SIZE];
    write_tensors();
    read_bytes(&data, &size);
    size_t header = 8 + data[0] + 256u * data[1];
    assert_good(sha256_of(data + header, size - header, of_payload, &error), error);
    memset(data + find(data, size, "\"header_sha256\":\"") + strlen("\"header_sha256\":\""), '0',
           64);
    assert_good(sha256_of(data, header, of_header, &error), error);
    assert_good(tensor_file_read(&file, path, &error), error);
    assert_string_equal(tensor_file_metadata(&file, "payload_sha256"), of_payload);
    assert_string_equal(tensor_file_metadata(&file, "header_sha256"), of_header);
    tensor_file_free(&file);
    free(data);
}

/* A file of this header and so many bytes of zeros after it. */
static void write_header(const char *header, size_t payload)
{
    size_t length = strlen(header);
    uint8_t *data = support_allocate(8 + length + payload, 1);
    for (int i = 0; i < 8; i++)
        data[i] = (uint8_t)((uint64_t)length >> (8 * i));
    memcpy(data + 8, header, length);
    write_bytes(data, 8 + length + payload);
    free(data);
}

#define ENTRY(shape, offsets) "{\"dtype\":\"F32\",\"shape\":" shape ",\"data_offsets\":" offsets "}"

static void test_malformed_headers(void **state)
{
    (void)state;
    static const struct {
        const char *header, *words;
        size_t payload;
    } cases[] = {
        {"", "not a JSON object", 0},
        {"[]", "not a JSON object", 0},
        {"{", "not a JSON object", 0},
        {"{} {}", "not a JSON object", 0},
        {"{\"a\":1}", "tensor a: dtype", 0},
        {"{\"a\":{}}", "tensor a: dtype", 0},
        {"{\"a\":[]}", "tensor a: dtype", 0},
        {"{\"a\":null}", "tensor a: dtype", 0},
        {"{\"a\":{\"dtype\":\"F31\",\"shape\":[1],\"data_offsets\":[0,4]}}",
         "tensor a: dtype F31 is not known", 4},
        {"{\"a\":{\"dtype\":32,\"shape\":[1],\"data_offsets\":[0,4]}}",
         "tensor a: dtype is missing", 4},
        {"{\"a\":" ENTRY("3", "[0,4]") "}", "shape is not a list", 4},
        {"{\"a\":" ENTRY("[-1]", "[0,4]") "}", "extent 1 of its shape is not a whole", 4},
        {"{\"a\":" ENTRY("[1.0]", "[0,4]") "}", "extent 1 of its shape is not a whole", 4},
        {"{\"a\":" ENTRY("[1,\"1\"]", "[0,4]") "}", "extent 2 of its shape is not a whole", 4},
        {"{\"a\":" ENTRY("[2]", "[0,4]") "}", "do not have the size of 2 elements of F32", 4},
        {"{\"a\":" ENTRY("[0]", "[0,4]") "}", "do not have the size of 0 elements of F32", 4},
        {"{\"a\":" ENTRY("[9223372036854775807]", "[0,4]") "}", "do not have the size of 9223", 4},
        {"{\"a\":" ENTRY("[1152921504606846977]", "[0,4]") "}", "do not have the size of 1152", 4},
        {"{\"a\":" ENTRY("[4294967296,4294967296]", "[0,4]") "}", "has too many elements", 4},
        {"{\"a\":" ENTRY("[2,4611686018427387905,2]", "[0,8]") "}", "has too many elements", 8},
        {"{\"a\":" ENTRY("[99999999999999999999]", "[0,4]") "}", "not a JSON object", 4},
        {"{\"a\":{\"dtype\":\"F4\",\"shape\":[3],\"data_offsets\":[0,2]}}",
         "do not have the size of 3 elements of F4", 2},
        {"{\"a\":" ENTRY("[1]", "3") "}", "data_offsets are not two", 4},
        {"{\"a\":" ENTRY("[1]", "[0,4.0]") "}", "data_offsets are not two", 4},
        {"{\"a\":" ENTRY("[1]", "[0]") "}", "data_offsets are not two", 4},
        {"{\"a\":" ENTRY("[1]", "[0,4,8]") "}", "data_offsets are not two", 4},
        {"{\"a\":" ENTRY("[1]", "[4,0]") "}", "data_offsets are not two", 4},
        {"{\"a\":" ENTRY("[1]", "[-4,0]") "}", "data_offsets are not two", 4},
        {"{\"a\":" ENTRY("[1]", "[0,8]") "}", "data_offsets [0, 8] do not have the size", 8},
        {"{\"a\":" ENTRY("[2]", "[0,8]") "}", "tensor a: data_offsets end at 8, but the file", 4},
        {"{\"a\":" ENTRY("[1]", "[9223372036854775803,9223372036854775807]") "}",
         "data_offsets end at 9223372036854775807, but the file has 4", 4},
        /* gaps and overlaps, whatever the order of the entries */
        {"{\"a\":" ENTRY("[1]", "[0,4]") ",\"b\":" ENTRY("[1]", "[8,12]") "}",
         "tensor b: its data begin at 8, after a gap from 4", 12},
        {"{\"b\":" ENTRY("[1]", "[8,12]") ",\"a\":" ENTRY("[1]", "[4,8]") "}",
         "tensor a: its data begin at 4, after a gap from 0", 12},
        {"{\"a\":" ENTRY("[1]", "[0,4]") ",\"b\":" ENTRY("[1]", "[0,4]") "}",
         "tensor b: its data begin at 0, within the data of a, which end at 4", 4},
        {"{\"b\":" ENTRY("[2]", "[4,12]") ",\"a\":" ENTRY("[2]", "[0,8]") "}",
         "tensor b: its data begin at 4, within the data of a, which end at 8", 12},
        {"{\"a\":" ENTRY("[1]", "[0,4]") ",\"b\":" ENTRY("[0]", "[2,2]") "}",
         "tensor b: its data begin at 2, within the data of a", 4},
        {"{\"a\":" ENTRY("[1]", "[0,4]") "}", "4 bytes of tensors are declared, 5 are there", 5},
        {"{}", "0 bytes of tensors are declared, 4 are there", 4},
        {"{\"a\":" ENTRY("[1]", "[0,4]") ",\"a\":" ENTRY("[1]", "[4,8]") "}", "duplicate", 8},
        {"{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}",
         "duplicate", 4},
        {"{\"__metadata__\":3}", "__metadata__ is not an object", 0},
        {"{\"__metadata__\":{\"a\":3}}", "__metadata__ a is not a text", 0},
        {"{\"__metadata__\":{\"a\":{}}}", "__metadata__ a is not a text", 0},
        /* one hash alone; both, but not these; the header's not as it is written */
        {"{\"__metadata__\":{\"payload_sha256\":\"00\"},\"a\":" ENTRY("[1]", "[0,4]") "}",
         "its metadata has no header_sha256", 4},
        {"{\"__metadata__\":{\"header_sha256\":\"00\"},\"a\":" ENTRY("[1]", "[0,4]") "}",
         "its metadata has no payload_sha256", 4},
        {"{\"__metadata__\":{\"payload_sha256\":\"00\",\"header_sha256\":\"00\"}}", "not a SHA-256",
         0},
        {"{\"a\\u0000b\":" ENTRY("[1]", "[0,4]") "}", "not a JSON object", 4},
        {"{\"\xff\":" ENTRY("[1]", "[0,4]") "}", "not a JSON object", 4},
    };
    struct tensor_file file;
    struct error error;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        write_header(cases[i].header, cases[i].payload);
        assert_fails(tensor_file_read(&file, path, &error), error, cases[i].words);
        assert_int_equal(strncmp(error.text, path, strlen(path)), 0); /* names the file */
        assert_null(file.tensors);
    }
}

static void test_unusual_but_good(void **state)
{
    (void)state;
    struct tensor_file file;
    struct error error;
    /* no metadata, so no hash to compare with; spaces; keys that we do not know; no dimensions */
    write_header(" {\"a\" : {\"shape\":[],\"data_offsets\":[0,4],\"dtype\":\"F32\",\"x\":[]} }\n",
                 4);
    assert_good(tensor_file_read(&file, path, &error), error);
    assert_int_equal(file.count, 1);
    assert_int_equal(file.tensors[0].dims, 0);
    assert_int_equal(file.tensors[0].count, 1);
    assert_true(file.tensors[0].values[0] == 0.0f);
    tensor_file_free(&file);
    write_header("{}", 0);
    assert_good(tensor_file_read(&file, path, &error), error);
    assert_int_equal(file.count, 0);
    tensor_file_free(&file);
}

static void test_too_much(void **state)
{
    (void)state;
    static const uint8_t lengths[][8] = {
        {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, /* -1 */
        {0xf9, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, /* + 8 wraps round to 1 */
        {3, 0, 0, 0, 0, 0, 0, 0x80},
        {3, 0, 0, 0, 0, 0, 0, 0}, /* one more than there is */
    };
    struct tensor_file file;
    struct error error;
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        uint8_t data[10];
        memcpy(data, lengths[i], 8);
        memcpy(data + 8, "{}", 2);
        write_bytes(data, sizeof data);
        assert_fails(tensor_file_read(&file, path, &error), error, "not a safetensors file");
    }
    /* A header of one byte more than the format allows, though all of it is there. */
    write_bytes("\1\xe1\xf5\5\0\0\0\0{", 9);
    assert_int_equal(truncate(path, 8 + HEADER_LIMIT + 1), 0);
    assert_fails(tensor_file_read(&file, path, &error), error, "not a safetensors file");
    /* Brackets within brackets, deeper than any stack should follow. */
    char *deep = support_allocate(500001, 1);
    memset(deep, '[', 500000);
    write_header(deep, 0);
    assert_fails(tensor_file_read(&file, path, &error), error, "not a JSON object");
    free(deep);
}

/* The largest header; names, ranks and pairs beyond what a network has. */
static void test_limits(void **state)
{
    (void)state;
    enum { NAME = 20000, RANK = 70, PAIRS = 500 };
    struct tensor_file file;
    struct error error;
    char *header = support_allocate(HEADER_LIMIT + 1, 1), *at = header;
    at += sprintf(at, "{\"__metadata__\":{");
    for (int i = 0; i < PAIRS; i++)
        at += sprintf(at, "%s\"key-%d\":\"value-%d\"", i > 0 ? "," : "", i, i);
    at += sprintf(at, "},\"%0*d\":{\"dtype\":\"F32\",\"shape\":[", NAME, 0);
    for (int i = 0; i < RANK; i++)
        at += sprintf(at, "%d,", i == 3 ? 2 : 1);
    at += sprintf(at, "3],\"data_offsets\":[0,24]}}");
    memset(at, ' ', (size_t)(header + HEADER_LIMIT - at));
    write_header(header, 24);
    free(header);
    assert_good(tensor_file_read(&file, path, &error), error);
    assert_int_equal(file.pair_count, PAIRS);
    assert_string_equal(tensor_file_metadata(&file, "key-499"), "value-499");
    assert_int_equal(file.count, 1);
    assert_int_equal(strlen(file.tensors[0].name), NAME);
    assert_int_equal(file.tensors[0].dims, RANK + 1);
    assert_int_equal(file.tensors[0].shape[RANK], 3);
    assert_int_equal(file.tensors[0].count, 6);
    tensor_file_free(&file);
}

/* Entries in another order than the data, and tensors without elements anywhere among them. */
static void test_any_order(void **state)
{
    (void)state;
    static const char *const names[] = {"z", "c", "y", "a", "x"};
    struct tensor_file file;
    struct error error;
    write_header(
        "{\"a\":" ENTRY("[2]", "[4,12]") ",\"x\":" ENTRY("[3,0]", "[12,12]") ",\"y\":" ENTRY(
            "[0,9223372036854775807,2]",
            "[4,4]") ",\"__metadata__\":{},\"c\":" ENTRY("[]",
                                                         "[0,4]") ",\"z\":" ENTRY("[0]",
                                                                                  "[0,0]") "}",
        12);
    assert_good(tensor_file_read(&file, path, &error), error);
    assert_int_equal(file.count, 5);
    for (size_t i = 0; i < 5; i++)
        assert_string_equal(file.tensors[i].name, names[i]);
    assert_int_equal(tensor_file_find(&file, "y")->count, 0);
    assert_int_equal(tensor_file_find(&file, "y")->dims, 3);
    assert_ptr_equal(tensor_file_find(&file, "a")->values,
                     tensor_file_find(&file, "c")->values + 1);
    tensor_file_free(&file);
}

static void test_types(void **state)
{
    (void)state;
    static const struct {
        const char *dtype, *bytes;
        size_t size;
        double value;
    } cases[] = {
        {"F32", "\0\0\xc0\xbf", 4, -1.5},
        {"F64", "\0\0\0\0\0\0\xf8\x3f", 8, 1.5},
        {"F16", "\0\xbe", 2, -1.5},
        {"F16", "\1\0", 2, 0x1p-24},
        {"F16", "\xff\3", 2, 0x3ffp-24},
        {"F16", "\0\4", 2, 0x1p-14},
        {"F16", "\xff\x7b", 2, 65504},
        {"F16", "\0\xfc", 2, -INFINITY},
        {"BF16", "\xc0\xbf", 2, -1.5},
        {"I64", "\xfe\xff\xff\xff\xff\xff\xff\xff", 8, -2},
        {"I32", "\xfe\xff\xff\xff", 4, -2},
        {"I16", "\xfe\xff", 2, -2},
        {"I8", "\xfe", 1, -2},
        {"U64", "\0\0\0\0\0\0\0\x80", 8, 0x1p63},
        {"U32", "\xfe\xff\xff\xff", 4, 4294967294},
        {"U16", "\xfe\xff", 2, 65534},
        {"U8", "\xfe", 1, 254},
        {"BOOL", "\1", 1, 1},
    };
    struct tensor_file file;
    struct error error;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint8_t data[128] = {0};
        int length = snprintf((char *)data + 8, 100,
                              "{\"a\":{\"dtype\":\"%s\",\"shape\":[1],\"data_offsets\":[0,%zu]}}",
                              cases[i].dtype, cases[i].size);
        data[0] = (uint8_t)length;
        memcpy(data + 8 + length, cases[i].bytes, cases[i].size);
        write_bytes(data, 8 + (size_t)length + cases[i].size);
        assert_good(tensor_file_read(&file, path, &error), error);
        const struct tensor *t = &file.tensors[0];
        assert_string_equal(dtype_name(t->dtype), cases[i].dtype);
        assert_true(dtype_has_values(t->dtype));
        assert_true(dtype_value(t->dtype, t->bytes, 0) == cases[i].value);
        assert_true((t->values != NULL) == (t->dtype == DTYPE_F32));
        tensor_file_free(&file);
    }
    assert_true(isnan(dtype_value(DTYPE_F16, (const uint8_t *)"\1\x7c", 0)));
    write_header("{\"a\":{\"dtype\":\"F4\",\"shape\":[4],\"data_offsets\":[0,2]}}", 2);
    assert_good(tensor_file_read(&file, path, &error), error);
    assert_false(dtype_has_values(file.tensors[0].dtype));
    tensor_file_free(&file);
}

/* What becomes of a file that another program saves with its metadata, and what does not pass for
 * one: the rule is in io/safetensors.h. */
static void test_saved_again(void **state)
{
    (void)state;
    struct tensor_file file, again;
    struct error error;
    write_tensors();
    assert_good(tensor_file_read(&file, path, &error), error);
    assert_int_equal(file.state, TENSORS_VERIFIED);
    struct metadata_pair pairs[4]; /* net, seed, payload_sha256, header_sha256 */
    assert_int_equal(file.pair_count, 4);
#define SAVED(sort, state_)                                                                        \
    do {                                                                                           \
        library_save(path, file.tensors, TENSORS, pairs, 4, sort);                                 \
        assert_good(tensor_file_read(&again, path, &error), error);                                \
        assert_int_equal(again.state, state_);                                                     \
        tensor_file_free(&again);                                                                  \
    } while (0)
#define DAMAGED(words)                                                                             \
    do {                                                                                           \
        library_save(path, file.tensors, TENSORS, pairs, 4, false);                                \
        assert_fails(tensor_file_read(&again, path, &error), error, words);                        \
        assert_good(tensor_file_read_unverified(&again, path, &error), error);                     \
        assert_int_equal(again.state, TENSORS_UNHASHED);                                           \
        tensor_file_free(&again);                                                                  \
    } while (0)
    memcpy(pairs, file.pairs, sizeof pairs);
    SAVED(false, TENSORS_VERIFIED); /* the very bytes */
    SAVED(true, TENSORS_RESAVED);
    memcpy(pairs, file.pairs + 2, sizeof pairs / 2); /* the same pairs in other orders */
    memcpy(pairs + 2, file.pairs, sizeof pairs / 2);
    SAVED(false, TENSORS_RESAVED);
    SAVED(true, TENSORS_RESAVED);
    /* In our order: another pair, another name, other values. */
    memcpy(pairs, file.pairs, sizeof pairs);
    pairs[1].value = "18";
    DAMAGED("damaged: the header's SHA-256");
    pairs[1].value = file.pairs[1].value;
    file.tensors[0].name = "c.weight";
    DAMAGED("damaged: the header's SHA-256");
    file.tensors[0].name = "a.weight";
    file.data[file.tensors[1].bytes - file.data] ^= 1;
    DAMAGED("damaged: the tensors' SHA-256");
    pairs[2].value = pairs[3].value;
    DAMAGED("damaged: the header's SHA-256");
    tensor_file_free(&file);
#undef SAVED
#undef DAMAGED
}

static void test_no_file(void **state)
{
    (void)state;
    struct tensor_file file;
    struct error error;
    unlink(path);
    assert_fails(tensor_file_read(&file, path, &error), error, "No such file");
    assert_fails(tensor_file_read(&file, "/dev", &error), error, "not a regular file");
    assert_fails(tensor_file_read(&file, "/dev/zero", &error), error, "not a regular file");
}

static void test_bad_text(void **state)
{
    (void)state;
    struct metadata metadata = {.count = 0};
    struct error error;
    metadata_add(&metadata, "net", "\xff\xfe");
    unlink(path);
    assert_fails(tensor_file_write(path, tensors, TENSORS, &metadata, &error), error, "not UTF-8");
    assert_false(file_exists(path));
}

static long allocations_left;

static void *allocate_scarce(size_t size)
{
    return allocations_left-- == 0 ? NULL : malloc(size);
}

/* The JSON library out of memory once, at each of its allocations: no file, or the very file. */
static void test_no_memory(void **state)
{
    (void)state;
    struct metadata metadata = {.count = 0};
    struct error error;
    uint8_t *good, *data;
    size_t good_size, size;
    write_tensors();
    read_bytes(&good, &good_size);
    metadata_add(&metadata, "net", "carlini");
    metadata_add(&metadata, "seed", "17");
    long failed = 0, wanted = 0;
    json_set_alloc_funcs(allocate_scarce, free);
    do {
        unlink(path);
        allocations_left = wanted++;
        if (!tensor_file_write(path, tensors, TENSORS, &metadata, &error)) {
            assert_non_null(strstr(error.text, "no memory"));
            assert_false(file_exists(path));
            failed++;
            continue;
        }
        read_bytes(&data, &size);
        assert_int_equal(size, good_size);
        assert_memory_equal(data, good, size);
        free(data);
    } while (allocations_left < 0);
    json_set_alloc_funcs(malloc, free);
    assert_true(failed > 10);
    free(good);
}

/* The same in reading: an error, or the very metadata, of a length for which buffers grow. */
static void test_no_memory_to_read(void **state)
{
    (void)state;
    static const char value[] = "a value that is longer than what a buffer has room for at first";
    struct metadata metadata = {.count = 0};
    struct tensor_file file;
    struct error error;
    metadata_add(&metadata, "a key that is also rather long", value);
    assert_good(tensor_file_write(path, tensors, TENSORS, &metadata, &error), error);
    long failed = 0, wanted = 0;
    json_set_alloc_funcs(allocate_scarce, free);
    do {
        allocations_left = wanted++;
        if (!tensor_file_read(&file, path, &error)) {
            assert_non_null(strstr(error.text, "out of memory"));
            failed++;
            continue;
        }
        assert_string_equal(tensor_file_metadata(&file, metadata.pairs[0].key), value);
        tensor_file_free(&file);
    } while (allocations_left < 0);
    json_set_alloc_funcs(malloc, free);
    assert_true(failed > 10);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_path, drop_path)
    const struct CMUnitTest tests[] = {
        TEST(test_round_trip),        TEST(test_layout),
        TEST(test_same_bytes),        TEST(test_nan),
        TEST(test_every_truncation),  TEST(test_every_corruption),
        TEST(test_malformed_headers), TEST(test_unusual_but_good),
        TEST(test_too_much),          TEST(test_limits),
        TEST(test_any_order),         TEST(test_types),
        TEST(test_saved_again),       TEST(test_no_file),
        TEST(test_bad_text),          TEST(test_hashes),
        TEST(test_no_memory),         TEST(test_no_memory_to_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
