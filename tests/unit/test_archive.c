/* data/archive.h and data/gzip.h over hand-made archives, good and damaged. */
#include "data/archive.h"

#include "tar_builder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { A_SIZE = 700, B_SIZE = 1024 };

static const char path[] = "x.tar.gz";
static const struct archive_wanted wanted[] = {{"d/a.bin", A_SIZE, A_SIZE}, {"d/b.bin", 1, B_SIZE}};
static uint8_t a_data[A_SIZE], b_data[B_SIZE];

struct taken {
    uint8_t data[2][2048];
    size_t size[2];
    int calls;
};

static bool take(void *context, size_t index, struct archive *archive, struct error *error)
{
    struct taken *taken = context;
    taken->calls++;
    return archive_read(archive, taken->data[index], sizeof taken->data[index], &taken->size[index],
                        error);
}

/* Reads only a part, so that the rest must be skipped. */
static bool take_little(void *context, size_t index, struct archive *archive, struct error *error)
{
    struct taken *taken = context;
    return archive_read(archive, taken->data[index], 10, &taken->size[index], error);
}

static bool visit_path(struct taken *taken, struct error *error)
{
    *taken = (struct taken){.calls = 0};
    return archive_visit(path, wanted, 2, take, taken, error);
}

static bool visit_tar(const struct tar *tar, struct taken *taken, struct error *error)
{
    gzip_save(path, tar->data, tar->size);
    return visit_path(taken, error);
}

/* The visit fails with one line that names the archive and holds `reason`. */
static void expect_failure(const struct tar *tar, const char *reason)
{
    struct taken taken;
    struct error error = {""};
    assert_false(visit_tar(tar, &taken, &error));
    if (strstr(error.text, reason) == NULL)
        fail_msg("expected '%s' in: %s", reason, error.text);
    assert_non_null(strstr(error.text, path));
    assert_null(strchr(error.text, '\n'));
}

static void expect_success(const struct tar *tar)
{
    struct taken taken;
    struct error error = {""};
    if (!visit_tar(tar, &taken, &error))
        fail_msg("%s", error.text);
    assert_int_equal(taken.calls, 2);
    assert_int_equal(taken.size[0], A_SIZE);
    assert_int_equal(taken.size[1], B_SIZE);
    assert_memory_equal(taken.data[0], a_data, A_SIZE);
    assert_memory_equal(taken.data[1], b_data, B_SIZE);
}

/* A folder, a file nobody wants, and the two wanted ones; without the end. */
static struct tar begin(void)
{
    struct tar tar = {NULL, 0};
    tar_entry(&tar, "d/", '5', NULL, 0);
    tar_entry(&tar, "d/readme.html", '0', "hello", 5);
    tar_entry(&tar, "d/a.bin", '0', a_data, A_SIZE);
    return tar;
}

static void finish(struct tar *tar)
{
    tar_entry(tar, "d/b.bin", '0', b_data, B_SIZE);
    tar_end(tar);
}

static struct tar good_tar(void)
{
    struct tar tar = begin();
    finish(&tar);
    return tar;
}

static void test_good(void **state)
{
    (void)state;
    struct tar tar = good_tar();
    expect_success(&tar);
    tar_append(&tar, NULL, 10240); /* tar pads to whole records */
    expect_success(&tar);
    struct taken taken = {.calls = 0};
    struct error error;
    assert_true(archive_visit(path, wanted, 2, take_little, &taken, &error));
    assert_int_equal(taken.size[1], 10);
    assert_memory_equal(taken.data[1], b_data, 10);
    tar_free(&tar);
}

static void test_formats(void **state)
{
    (void)state;
    struct tar tar = good_tar();
    size_t at = 1536; /* d/a.bin */
    memcpy(tar.data + at + 257, "ustar  ", 8);
    memcpy(tar.data + at + 345, "12345670123", 11); /* GNU: a time, not a prefix */
    tar_sign(&tar, at);
    expect_success(&tar);
    memset(tar.data + at + 257, 0, 100); /* version 7 */
    tar.data[at + 156] = '\0';
    tar_sign(&tar, at);
    expect_success(&tar);
    memcpy(tar.data + at + 257, "ustar\00000", 8);
    memset(tar.data + at, 0, 100);
    memcpy(tar.data + at, "a.bin", 5);
    tar.data[at + 345] = 'd'; /* the folder as a prefix */
    tar_sign(&tar, at);
    expect_success(&tar);
    memcpy(tar.data + at + 257, "tsuar\00000", 8);
    tar_sign(&tar, at);
    expect_failure(&tar, "no known format");
    tar_free(&tar);
}

static void test_extensions(void **state)
{
    (void)state;
    struct tar tar = begin();
    tar_entry(&tar, "pax_global", 'g', "16 comment=abcd\n", 16);
    tar_entry(&tar, "pax", 'x', "30 mtime=1234567890.123456789\n16 path=d/b.bin\n", 46);
    tar_entry(&tar, "cut-off-name", '0', b_data, B_SIZE);
    tar_end(&tar);
    expect_success(&tar);
    tar_free(&tar);

    tar = begin();
    tar_entry(&tar, "././@LongLink", 'L', "d/b.bin", 8);
    tar_entry(&tar, "././@LongLink", 'K', "somewhere", 10);
    tar_entry(&tar, "cut-off-name", '0', b_data, B_SIZE);
    tar_end(&tar);
    expect_success(&tar);
    tar_free(&tar);

    /* The name belongs to one entry only. */
    tar = begin();
    tar_entry(&tar, "pax", 'x', "14 path=other\n", 14);
    tar_entry(&tar, "d/b.bin", '0', "x", 1);
    finish(&tar);
    expect_success(&tar);
    tar_free(&tar);
}

/* Names as tar writes them when it is given ./d, d//b.bin or "."; the entry is the wanted one. */
static void test_spelling(void **state)
{
    (void)state;
    static const char *const same[]
        = {"./d/b.bin", "././d/b.bin", ".//d/b.bin", "d//b.bin", "d/./b.bin", "./d/.//./b.bin"};
    for (int extended = 0; extended < 2; extended++) {
        for (size_t i = 0; i < sizeof same / sizeof same[0]; i++) {
            struct tar tar = begin();
            if (extended)
                tar_entry(&tar, "././@LongLink", 'L', same[i], strlen(same[i]) + 1);
            tar_entry(&tar, extended ? "cut-off-name" : same[i], '0', b_data, B_SIZE);
            tar_end(&tar);
            expect_success(&tar);
            tar_free(&tar);
            tar = begin();
            tar_entry(&tar, same[i], '0', b_data, B_SIZE);
            finish(&tar);
            expect_failure(&tar, "there twice");
            tar_free(&tar);
        }
    }
}

static void test_bad_extensions(void **state)
{
    (void)state;
    static const struct {
        char type;
        const char *text;
        size_t size;
        const char *reason;
    } cases[] = {
        {'x', "99 path=x\n", 10, "malformed"},
        {'x', "10 path=xyz", 11, "malformed"},
        {'x', "path=x\n", 7, "malformed"},
        {'x', "5\n", 2, "malformed"},
        {'x', "7 path\n", 7, "malformed"},
        {'x', "99999999999 path=x\n", 19, "malformed"},
        {'x', "0 a=b\n", 6, "malformed"},
        {'x', "123456", 6, "malformed"},
        {'x', "18 size=123456789\n", 18, "sets a size"},
        {'g', "16 path=d/b.bin\n", 16, "for all entries"},
        {'x', "8 path=\n", 8, "empty"},
        {'x', "16 path=d/b\0bin\n", 16, "zero byte"},
        {'L', "d/\0b.bin", 9, "zero byte"},
        {'L', "", 1, "empty"},
        {'L', "", 0, "impossible size"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct tar tar = begin();
        tar_entry(&tar, "extension", cases[i].type, cases[i].text, cases[i].size);
        finish(&tar);
        expect_failure(&tar, cases[i].reason);
        tar_free(&tar);
    }
    struct tar tar = begin();
    tar_entry(&tar, "extension", 'x', NULL, 1 << 20);
    finish(&tar);
    expect_failure(&tar, "impossible size");
    tar_free(&tar);
    tar = begin();
    tar_entry(&tar, "d/b.bin", '0', b_data, B_SIZE);
    tar_entry(&tar, "extension", 'x', "14 path=other\n", 14);
    tar_end(&tar);
    expect_failure(&tar, "ends after an extension");
    tar_free(&tar);
}

/* Whichever whole number of blocks is left, or not quite, no shorter tar passes. */
static void test_truncated_tar(void **state)
{
    (void)state;
    struct tar tar = good_tar();
    struct tar part = tar;
    for (part.size = 0; part.size < tar.size; part.size += 512)
        expect_failure(&part, "ends too early");
    for (part.size = 1; part.size < tar.size; part.size += 511)
        expect_failure(&part, "ends too early");
    tar_free(&tar);
}

static void test_damaged_gzip(void **state)
{
    (void)state;
    struct tar tar = good_tar();
    struct taken taken;
    struct error error;
    size_t size;
    uint8_t *packed = gzip_bytes(tar.data, tar.size, &size);
    for (size_t cut = 0; cut < size; cut++) {
        bytes_save(path, packed, cut);
        assert_false(visit_path(&taken, &error));
        assert_non_null(strstr(error.text, "ends too early"));
    }
    /* One flipped bit in the magic, the method, the flags or the trailer, each in turn. */
    const size_t places[] = {0, 1, 2, size - 8, size - 5, size - 4, size - 1};
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        packed[places[i]] ^= 0x40;
        bytes_save(path, packed, size);
        assert_false(visit_path(&taken, &error));
        assert_non_null(strstr(error.text, "of the gzip file"));
        packed[places[i]] ^= 0x40;
    }
    uint8_t *longer = realloc(packed, 2 * size);
    must(longer != NULL);
    memcpy(longer + size, longer, size);
    bytes_save(path, longer, size + 1);
    assert_false(visit_path(&taken, &error));
    assert_non_null(strstr(error.text, "more bytes follow"));
    bytes_save(path, longer, 2 * size); /* a second member */
    assert_false(visit_path(&taken, &error));
    assert_non_null(strstr(error.text, "more bytes follow"));
    bytes_save(path, longer, size);
    assert_true(visit_path(&taken, &error));
    free(longer);
    tar_free(&tar);
}

static void test_after_end(void **state)
{
    (void)state;
    struct tar tar = good_tar();
    tar_append(&tar, NULL, 2000);
    tar_append(&tar, "x", 1);
    expect_failure(&tar, "something follows");
    tar.data[tar.size - 1] = 0;
    expect_success(&tar);
    tar.size -= 2001 + 512; /* a lone zero block, then an entry */
    tar_entry(&tar, "more", '0', "x", 1);
    expect_failure(&tar, "something follows");
    tar_free(&tar);
}

static void test_header_fields(void **state)
{
    (void)state;
    static const struct {
        const char *size; /* 12 bytes */
        const char *reason;
    } cases[] = {
        {"77777777777\0", "larger than 1 GiB"},
        {"777777777777", "larger than 1 GiB"},
        {"10000000000 ", "larger than 1 GiB"},
        {"7777777777\0 ", "larger than 1 GiB"},
        {"\200\0\0\0\0\0\0\0\0\0\2\274", "not an octal number"},
        {"\377\377\377\377\377\377\377\377\377\377\377\377", "not an octal number"},
        {"00000001278\0", "not an octal number"},
        {"0000000127x\0", "not an octal number"},
        {"-0000001274\0", "not an octal number"},
        {"0000 001274\0", "not an octal number"},
        {"            ", "not an octal number"},
        {"\0\0\0\0\0\0\0\0\0\0\0\0", "not an octal number"},
        {"00000001273\0", "699 bytes, less than the 700"},
        {"00000001275\0", "701 bytes, more than the 700"},
        {"00000000000\0", "0 bytes, less than the 700"},
        {"00000100000\0", "32768 bytes, more than the 700"},
    };
    struct tar tar = good_tar();
    size_t at = 1536;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        memcpy(tar.data + at + 124, cases[i].size, 12);
        tar_sign(&tar, at);
        expect_failure(&tar, cases[i].reason);
    }
    memcpy(tar.data + at + 124, "       1274 ", 12); /* spaces are as good as zeros */
    tar_sign(&tar, at);
    expect_success(&tar);
    for (size_t i = 0; i < 512; i += 7) { /* no byte of a header may change unnoticed */
        tar.data[at + i] ^= 1;
        expect_failure(&tar, "checksum");
        tar.data[at + i] ^= 1;
    }
    memset(tar.data + at + 148, ' ', 8);
    expect_failure(&tar, "checksum");
    tar_free(&tar);
}

/* A skipped entry may claim a large size, but then its contents must be there. */
static void test_oversized_other(void **state)
{
    (void)state;
    struct tar tar = begin();
    tar_header(&tar, "large", '0', 1000000);
    finish(&tar);
    expect_failure(&tar, "ends too early");
    tar_free(&tar);
}

static void test_types(void **state)
{
    (void)state;
    for (const char *type = "123456"; *type != '\0'; type++) {
        struct tar tar = begin();
        tar_entry(&tar, "harmless", *type, NULL, 0);
        finish(&tar);
        expect_success(&tar);
        tar_free(&tar);
        tar = begin();
        tar_entry(&tar, "d/b.bin", *type, NULL, 0);
        finish(&tar);
        expect_failure(&tar, "not a regular file");
        tar_free(&tar);
        tar = begin();
        tar_entry(&tar, "odd", *type, "data", 4);
        finish(&tar);
        expect_failure(&tar, "has contents");
        tar_free(&tar);
    }
    for (const char *type = "SDMNVX8Z\377 "; *type != '\0'; type++) {
        struct tar tar = begin();
        tar_entry(&tar, "strange", *type, NULL, 0);
        finish(&tar);
        expect_failure(&tar, "unknown type");
        tar_free(&tar);
    }
}

/* Names that come near a wanted one are only skipped: the wanted one is missing then. */
static void test_names(void **state)
{
    (void)state;
    static const char *const near_names[] = {
        "/d/b.bin", "//d/b.bin", "../d/b.bin", "d/../d/b.bin", "x/./d/b.bin", "b.bin",
        "d/b.bin/", "d/b.bi",    "d/b.binx",   "D/b.bin",      ".d/b.bin",    "d./b.bin",
        "d/.b.bin", "d/b.bin/.", "",
    };
    for (size_t i = 0; i < sizeof near_names / sizeof near_names[0]; i++) {
        struct tar tar = begin();
        tar_entry(&tar, near_names[i], '0', b_data, B_SIZE);
        tar_end(&tar);
        expect_failure(&tar, "no entry 'd/b.bin'");
        tar_free(&tar);
    }
    char long_name[1200];
    memset(long_name, 'a', sizeof long_name);
    struct tar tar = begin();
    tar_entry(&tar, "long", 'L', long_name, sizeof long_name);
    tar_entry(&tar, "d/b.bin", '0', b_data, B_SIZE);
    tar_end(&tar);
    expect_failure(&tar, "no entry 'd/b.bin'");
    tar_free(&tar);
    tar = begin();
    tar_entry(&tar, "d/a.bin", '0', a_data, A_SIZE);
    finish(&tar);
    expect_failure(&tar, "there twice");
    tar_free(&tar);
}

/* A hostile name cannot break the error's one line. */
static void test_control_characters(void **state)
{
    (void)state;
    struct tar tar = {NULL, 0};
    tar_entry(&tar, "a\nfetch: all is well\033[2J", '9', NULL, 0);
    expect_failure(&tar, "a?fetch: all is well?[2J");
    tar_free(&tar);
}

static void test_too_many_entries(void **state)
{
    (void)state;
    struct tar tar = {NULL, 0};
    for (int i = 0; i < 10001; i++)
        tar_header(&tar, "empty", '0', 0);
    tar_end(&tar);
    expect_failure(&tar, "too many entries");
    tar_free(&tar);
}

static void test_no_file(void **state)
{
    (void)state;
    struct taken taken;
    struct error error;
    unlink(path);
    assert_false(visit_path(&taken, &error));
    assert_string_equal(error.text, "x.tar.gz: cannot open: No such file or directory");
    assert_false(archive_visit(".", wanted, 2, take, &taken, &error));
    assert_string_equal(error.text, ".: not a regular file");
}

int main(void)
{
    char folder[64], home[200];
    for (size_t i = 0; i < A_SIZE; i++)
        a_data[i] = (uint8_t)(i * 7 + 1);
    for (size_t i = 0; i < B_SIZE; i++)
        b_data[i] = (uint8_t)(i * 13 + 5);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),
        cmocka_unit_test(test_formats),
        cmocka_unit_test(test_extensions),
        cmocka_unit_test(test_spelling),
        cmocka_unit_test(test_bad_extensions),
        cmocka_unit_test(test_truncated_tar),
        cmocka_unit_test(test_damaged_gzip),
        cmocka_unit_test(test_after_end),
        cmocka_unit_test(test_header_fields),
        cmocka_unit_test(test_oversized_other),
        cmocka_unit_test(test_types),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_control_characters),
        cmocka_unit_test(test_too_many_entries),
        cmocka_unit_test(test_no_file),
    };
    scratch_enter(folder, home);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    scratch_leave(folder, home);
    return failed;
}
