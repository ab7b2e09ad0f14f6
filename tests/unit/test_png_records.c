/* data/png_records.h: labels and images as the npm package has them, good and damaged. */
#include "data/png_records.h"

#include "png_builder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { COUNT = 5, RECORD = 3073 };

static uint8_t records[COUNT * RECORD];
static uint8_t labels[COUNT];

struct memory {
    const uint8_t *data;
    size_t size, at;
};

static bool read_memory(void *context, void *data, size_t size, size_t *got, struct error *error)
{
    struct memory *memory = context;
    (void)error;
    *got = size < memory->size - memory->at ? size : memory->size - memory->at;
    memcpy(data, memory->data + memory->at, *got);
    memory->at += *got;
    return true;
}

static bool read_nothing(void *context, void *data, size_t size, size_t *got, struct error *error)
{
    (void)context;
    (void)data;
    (void)size;
    (void)got;
    return error_set(error, "the disk is gone");
}

static bool write_png(const uint8_t *png, size_t size, struct error *error)
{
    struct memory memory = {png, size, 0};
    const struct png_source source = {read_memory, &memory};
    struct file_writer writer;
    bool good = file_writer_open(&writer, "out.bin", error)
                && png_records_write("x.png", &source, labels, COUNT, &writer, error)
                && file_writer_commit(&writer, NULL, error);
    file_writer_close(&writer);
    return good;
}

static void expect_failure(const uint8_t *png, size_t size, const char *reason)
{
    struct error error = {""};
    assert_false(write_png(png, size, &error));
    if (strncmp(error.text, "x.png: ", 7) != 0 || strstr(error.text, reason) == NULL)
        fail_msg("expected '%s' in: %s", reason, error.text);
    assert_false(file_exists("out.bin"));
}

static void test_records(void **state)
{
    (void)state;
    struct error error;
    size_t size, written;
    uint8_t *png = png_of_records(records, COUNT, &size), *data;
    if (!write_png(png, size, &error))
        fail_msg("%s", error.text);
    assert_true(file_read("out.bin", 1 << 20, &data, &written, &error));
    assert_int_equal(written, sizeof records);
    assert_memory_equal(data, records, sizeof records);
    unlink("out.bin");
    free(data);
    free(png);
}

/* Column 33 of row 2 is the second pixel of the second row of image 2: stated here apart from the
 * loop above that both sides of the test share. */
static void test_layout(void **state)
{
    (void)state;
    static uint8_t pixels[COUNT * 3072];
    memcpy(pixels + 2 * 3072 + 33 * 3, "RGB", 3);
    struct error error;
    size_t size, written;
    uint8_t *png = png_bytes(1024, COUNT, SPNG_COLOR_TYPE_TRUECOLOR, pixels, sizeof pixels, &size);
    uint8_t *data;
    assert_true(write_png(png, size, &error));
    assert_true(file_read("out.bin", 1 << 20, &data, &written, &error));
    assert_int_equal(data[2 * RECORD], labels[2]);
    assert_int_equal(data[2 * RECORD + 1 + 33], 'R');
    assert_int_equal(data[2 * RECORD + 1 + 1024 + 33], 'G');
    assert_int_equal(data[2 * RECORD + 1 + 2048 + 33], 'B');
    unlink("out.bin");
    free(data);
    free(png);
}

static void test_shapes(void **state)
{
    (void)state;
    static const struct {
        uint32_t width, height;
        uint8_t type;
        size_t channels;
        const char *reason;
    } cases[] = {
        {1023, COUNT, SPNG_COLOR_TYPE_TRUECOLOR, 3, "1023 wide and 5 high, not 1024 and 5"},
        {1025, COUNT, SPNG_COLOR_TYPE_TRUECOLOR, 3, "header"},
        {1024, COUNT - 1, SPNG_COLOR_TYPE_TRUECOLOR, 3, "1024 wide and 4 high"},
        {1024, COUNT + 1, SPNG_COLOR_TYPE_TRUECOLOR, 3, "header"},
        {1024, COUNT, SPNG_COLOR_TYPE_GRAYSCALE, 1, "not plain RGB"},
        {1024, COUNT, SPNG_COLOR_TYPE_TRUECOLOR_ALPHA, 4, "not plain RGB"},
    };
    uint8_t *pixels = calloc(1025 * (COUNT + 1), 4);
    must(pixels != NULL);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t size;
        uint8_t *png = png_bytes(cases[i].width, cases[i].height, cases[i].type, pixels,
                                 cases[i].width * cases[i].height * cases[i].channels, &size);
        expect_failure(png, size, cases[i].reason);
        free(png);
    }
    free(pixels);
}

static void test_damage(void **state)
{
    (void)state;
    size_t size;
    uint8_t *png = png_of_records(records, COUNT, &size);
    for (size_t cut = 0; cut < size; cut += cut < 100 || size - cut < 100 ? 1 : 97)
        expect_failure(png, cut, "");
    for (size_t at = 0; at < size; at += at < 60 || size - at < 30 ? 1 : 211) {
        png[at] ^= 0x10;
        expect_failure(png, size, "");
        png[at] ^= 0x10;
    }
    uint8_t *longer = malloc(size + 1);
    must(longer != NULL);
    memcpy(longer, png, size);
    longer[size] = 0;
    expect_failure(longer, size + 1, "more bytes follow");
    free(longer);
    free(png);
}

static void test_source_error(void **state)
{
    (void)state;
    const struct png_source source = {read_nothing, NULL};
    struct file_writer writer;
    struct error error;
    assert_true(file_writer_open(&writer, "out.bin", &error));
    assert_false(png_records_write("x.png", &source, labels, COUNT, &writer, &error));
    file_writer_close(&writer);
    assert_string_equal(error.text, "the disk is gone");
}

static void test_labels(void **state)
{
    (void)state;
    static const struct {
        const char *text, *reason; /* reason NULL: good */
    } cases[] = {
        {"[0,1,2,3,9]", NULL},
        {" [ 0 , 1 ,\n2,3, 9 ] \n", NULL},
        {"[0,1,2,3]", "4 labels, not 5"},
        {"[0,1,2,3,4,5]", "6 labels, not 5"},
        {"[0,1,2,3,10]", "label 4 is not a whole number 0..9"},
        {"[0,-1,2,3,9]", "label 1 is not a whole number 0..9"},
        {"[0,1,2.0,3,9]", "label 2 is not"},
        {"[0,1,\"2\",3,9]", "label 2 is not"},
        {"[0,1,null,3,9]", "label 2 is not"},
        {"[0,1,[2],3,9]", "label 2 is not"},
        {"[0,1,2,3,99999999999999999999]", "line 1"},
        {"[0,1,2,3,9", "line 1"},
        {"[0,1,2,3,9]x", "line 1"},
        {"", "line 1"},
        {"{\"labels\":[0,1,2,3,9]}", "not an array"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const uint8_t expected[COUNT] = {0, 1, 2, 3, 9};
        uint8_t parsed[COUNT];
        struct error error = {""};
        bool good = png_records_parse_labels("l.json", (const uint8_t *)cases[i].text,
                                             strlen(cases[i].text), COUNT, parsed, &error);
        assert_int_equal(good, cases[i].reason == NULL);
        if (good)
            assert_memory_equal(parsed, expected, COUNT);
        else if (strncmp(error.text, "l.json: ", 8) != 0
                 || strstr(error.text, cases[i].reason) == NULL)
            fail_msg("expected '%s' in: %s", cases[i].reason, error.text);
    }
}

int main(void)
{
    char folder[64], home[200];
    records_fill(records, COUNT, 1);
    for (size_t i = 0; i < COUNT; i++)
        labels[i] = records[i * RECORD];
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_records), cmocka_unit_test(test_layout),
        cmocka_unit_test(test_shapes),  cmocka_unit_test(test_damage),
        cmocka_unit_test(test_labels),  cmocka_unit_test(test_source_error),
    };
    scratch_enter(folder, home);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    scratch_leave(folder, home);
    return failed;
}
