/* Weight files: what is written reads back the same, byte for byte and on every run; nothing
 * damaged, cut off, oversized or contradictory is let in. */
#include "unit/support.h"

#include "base/file.h"
#include "io/safetensors.h"

#include <fcntl.h>
#include <jansson.h>

enum { TENSORS = 3, SIZE_MAX_HERE = 4096 };

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
    {.name = "a.weight", .shape = {3, 2}, .dims = 2, .count = 6, .values = first},
    {.name = "a.bias", .shape = {1}, .dims = 1, .count = 1, .values = second},
    {.name = "b.weight", .shape = {2, 1, 2, 2}, .dims = 4, .count = 8, .values = third},
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
               && memcmp(file->tensors[t].shape, tensors[t].shape, sizeof tensors[t].shape) == 0;
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
            = {.name = "a", .shape = {1}, .dims = 1, .count = 1, .values = &value};
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
 * names, shapes, metadata and padding as well as the values. */
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
            if (tensor_file_read(&file, path, &error))
                fail_msg("byte %zu from %02x to %02x goes unnoticed", at, kept, others[i]);
            assert_null(file.tensors);
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
        {"{\"a\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[0,8]}}", "dtype is not F32", 8},
        {"{\"a\":{\"dtype\":32,\"shape\":[1],\"data_offsets\":[0,4]}}", "dtype is not F32", 4},
        {"{\"a\":" ENTRY("3", "[0,4]") "}", "shape is not a list", 4},
        {"{\"a\":" ENTRY("[1,1,1,1,1]", "[0,4]") "}", "shape is not a list", 4},
        {"{\"a\":" ENTRY("[0]", "[0,0]") "}", "larger than the file or not whole", 0},
        {"{\"a\":" ENTRY("[-1]", "[0,4]") "}", "larger than the file or not whole", 4},
        {"{\"a\":" ENTRY("[1.0]", "[0,4]") "}", "larger than the file or not whole", 4},
        {"{\"a\":" ENTRY("[\"1\"]", "[0,4]") "}", "larger than the file or not whole", 4},
        {"{\"a\":" ENTRY("[2]", "[0,8]") "}", "larger than the file or not whole", 4},
        {"{\"a\":" ENTRY("[9223372036854775807]", "[0,4]") "}", "larger than the file", 4},
        {"{\"a\":" ENTRY("[4294967296,4294967296]", "[0,4]") "}", "larger than the file", 4},
        {"{\"a\":" ENTRY("[2,4611686018427387905]", "[0,8]") "}", "larger than the file", 8},
        {"{\"a\":" ENTRY("[99999999999999999999]", "[0,4]") "}", "not a JSON object", 4},
        {"{\"a\":" ENTRY("[1]", "[0,4.0]") "}", "data_offsets are not [0, 4]", 4},
        {"{\"a\":" ENTRY("[1]", "[0]") "}", "data_offsets are not [0, 4]", 4},
        {"{\"a\":" ENTRY("[1]", "[0,4,8]") "}", "data_offsets are not [0, 4]", 4},
        {"{\"a\":" ENTRY("[1]", "[4,0]") "}", "data_offsets are not [0, 4]", 4},
        {"{\"a\":" ENTRY("[1]", "[-4,0]") "}", "data_offsets are not [0, 4]", 4},
        {"{\"a\":" ENTRY("[1]", "[0,8]") "}", "data_offsets are not [0, 4]", 8},
        /* a gap, an overlap, tensors out of order */
        {"{\"a\":" ENTRY("[1]", "[0,4]") ",\"b\":" ENTRY("[1]", "[8,12]") "}",
         "tensor b: data_offsets are not [4, 8]", 12},
        {"{\"a\":" ENTRY("[1]", "[0,4]") ",\"b\":" ENTRY("[1]", "[0,4]") "}",
         "tensor b: data_offsets are not [4, 8]", 4},
        {"{\"a\":" ENTRY("[1]", "[4,8]") ",\"b\":" ENTRY("[1]", "[0,4]") "}",
         "tensor a: data_offsets are not [0, 4]", 8},
        {"{\"a\":" ENTRY("[1]", "[0,4]") ",\"b\":" ENTRY("[1]", "[4,8]") "}", "[4, 8]", 4},
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
        {"{\"__metadata__\":{\"payload_sha256\":\"00\",\"header_sha256\":\"00\"}}", "damaged", 0},
        {"{\"__metadata__\":{\"payload_sha256\":\"00\",\"header_sha256\" : \"00\"}}", "damaged", 0},
        {"{\"a\\u0000b\":" ENTRY("[1]", "[0,4]") "}", "not a JSON object", 4},
        {"{\"\xff\":" ENTRY("[1]", "[0,4]") "}", "not a JSON object", 4},
        {"{\"0123456789012345678901234567890123456789012345678901234567890123\":" ENTRY(
             "[1]", "[0,4]") "}",
         "name longer than 63", 4},
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
    /* A header of more than a mebibyte, though all of it is there. */
    size_t length = (1 << 20) + 1;
    char *header = support_allocate(length + 1, 1);
    memset(header, ' ', length);
    memcpy(header, "{}", 2);
    write_header(header, 0);
    assert_fails(tensor_file_read(&file, path, &error), error, "not a safetensors file");
    free(header);
    /* More pairs of metadata than there is room for. */
    char text[1024] = "{\"__metadata__\":{";
    for (int i = 0; i <= METADATA_MAX; i++)
        snprintf(text + strlen(text), 24, "%s\"k%d\":\"\"", i > 0 ? "," : "", i);
    strcat(text, "}}");
    write_header(text, 0);
    assert_fails(tensor_file_read(&file, path, &error), error, "__metadata__ is not an object");
    /* Brackets within brackets, deeper than any stack should follow. */
    char *deep = support_allocate(500001, 1);
    memset(deep, '[', 500000);
    write_header(deep, 0);
    assert_fails(tensor_file_read(&file, path, &error), error, "not a JSON object");
    free(deep);
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
        assert_string_equal(tensor_file_metadata(&file, metadata.keys[0]), value);
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
        TEST(test_too_much),          TEST(test_no_file),
        TEST(test_bad_text),          TEST(test_hashes),
        TEST(test_no_memory),         TEST(test_no_memory_to_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
