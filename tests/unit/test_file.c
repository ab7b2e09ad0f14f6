/* The atomic writer, whole reads, folders, hashes and errors: whatever goes wrong, a file of the
 * final name is the old one or none. */
#include "unit/support.h"

#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

static char *path, *partial;

/* In place of the C library's: takes note of what is synced, and can fail. */
static char synced[1000];
static int sync_error;

int fsync(int fd)
{
    char link[40], name[200];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, name, sizeof name);
    size_t used = strlen(synced);
    if (length > 0)
        snprintf(synced + used, sizeof synced - used, "%.*s\n", (int)length, name);
    errno = sync_error;
    return sync_error == 0 ? 0 : -1;
}

static int make_path(void **state)
{
    (void)state;
    path = support_path("file");
    return asprintf(&partial, "%s.partial", path) > 0 ? 0 : -1;
}

static int drop_path(void **state)
{
    (void)state;
    unlink(path);
    unlink(partial);
    free(path);
    free(partial);
    return 0;
}

static void assert_holds(const char *text)
{
    uint8_t *data;
    size_t size;
    struct error error;
    assert_good(file_read(path, 100, &data, &size, &error), error);
    assert_int_equal(size, strlen(text));
    assert_memory_equal(data, text, size + 1); /* and the zero after it */
    free(data);
}

static void test_commit(void **state)
{
    (void)state;
    struct file_writer writer;
    struct error error;
    char hex[SHA256_HEX_SIZE], again[SHA256_HEX_SIZE];
    assert_good(file_writer_open(&writer, path, &error), error);
    assert_true(file_exists(partial));
    assert_good(file_writer_write(&writer, "ab", 2, &error), error);
    assert_good(file_writer_print(&writer, &error, "%s%d", "c", 4), error);
    assert_false(file_exists(path));
    assert_good(file_writer_commit(&writer, hex, &error), error);
    assert_false(file_exists(partial));
    file_writer_close(&writer);
    file_writer_close(&writer);
    assert_holds("abc4");
    assert_good(sha256_of("abc4", 4, again, &error), error);
    assert_string_equal(hex, again);
    assert_good(sha256_of_file(path, again, &error), error);
    assert_string_equal(hex, again);
}

static void test_abandoned(void **state)
{
    (void)state;
    struct file_writer writer;
    struct error error;
    assert_good(file_writer_open(&writer, path, &error), error);
    assert_good(file_writer_write(&writer, "new", 3, &error), error);
    file_writer_close(&writer);
    assert_false(file_exists(path));
    assert_false(file_exists(partial));
    assert_good(file_write(path, "old", 3, &error), error);
    assert_good(file_writer_open(&writer, path, &error), error);
    assert_good(file_writer_write(&writer, "new", 3, &error), error);
    file_writer_close(&writer);
    assert_holds("old");
    assert_false(file_exists(partial));
}

/* Pieces around the buffer's size come out whole and in order. */
static void test_sizes(void **state)
{
    (void)state;
    enum { BUFFER = 1 << 20, ALL = 7 * BUFFER };
    static const size_t pieces[] = {1, BUFFER - 1, 2, BUFFER, 0, BUFFER + 1, 3 * BUFFER, 3};
    uint8_t *all = support_allocate(ALL, 1), *data;
    size_t total = 0, size;
    struct file_writer writer;
    struct error error;
    char hex[SHA256_HEX_SIZE], want[SHA256_HEX_SIZE];
    uint64_t random = 1;
    for (size_t i = 0; i < ALL; i++)
        all[i] = (uint8_t)support_random(&random);
    assert_good(file_writer_open(&writer, path, &error), error);
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        assert_good(file_writer_write(&writer, all + total, pieces[i], &error), error);
        total += pieces[i];
    }
    assert_good(file_writer_commit(&writer, hex, &error), error);
    file_writer_close(&writer);
    assert_good(file_read(path, total, &data, &size, &error), error);
    assert_int_equal(size, total);
    assert_memory_equal(data, all, total);
    assert_good(sha256_of(all, total, want, &error), error);
    assert_string_equal(hex, want);
    free(data);
    assert_fails(file_read(path, total - 1, &data, &size, &error), error, "more than the");
    assert_null(data);
    free(all);
}

static void test_second_writer(void **state)
{
    (void)state;
    struct file_writer one, two;
    struct error error;
    assert_good(file_writer_open(&one, path, &error), error);
    assert_good(file_writer_write(&one, "one", 3, &error), error);
    assert_fails(file_writer_open(&two, path, &error), error, "another process is writing it");
    file_writer_close(&two); /* takes nothing of the first's away */
    assert_true(file_exists(partial));
    assert_good(file_writer_commit(&one, NULL, &error), error);
    file_writer_close(&one);
    assert_holds("one");
    assert_good(file_write(path, "two", 3, &error), error);
    assert_holds("two");
}

/* What a killed process left, longer than what is now written. */
static void test_left_over(void **state)
{
    (void)state;
    struct error error;
    int fd = open(partial, O_WRONLY | O_CREAT, 0644);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "left over", 9), 9);
    close(fd);
    assert_good(file_write(path, "new", 3, &error), error);
    assert_holds("new");
    assert_false(file_exists(partial));
}

/* Never through a link that someone put in the partial file's place. */
static void test_link(void **state)
{
    (void)state;
    struct error error;
    char *target = support_path("target");
    assert_int_equal(symlink(target, partial), 0);
    assert_fails(file_write(path, "new", 3, &error), error, "cannot create");
    assert_false(file_exists(target));
    assert_false(file_exists(path));
    free(target);
}

/* Nor into a file that has another name: it keeps what it holds, and the one written has none. */
static void test_hard_link(void **state)
{
    (void)state;
    struct error error;
    struct stat status;
    uint8_t *data;
    size_t size;
    char *other = support_path("other");
    assert_good(file_write(other, "other", 5, &error), error);
    assert_int_equal(link(other, partial), 0);
    assert_good(file_write(path, "new", 3, &error), error);
    assert_holds("new");
    assert_false(file_exists(partial));
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_nlink, 1);
    assert_good(file_read(other, 9, &data, &size, &error), error);
    assert_string_equal((const char *)data, "other");
    free(data);
    unlink(other);
    free(other);
}

/* The disk full, as far as a process can tell: writing beyond a limit fails. */
static void test_no_space(void **state)
{
    (void)state;
    static const size_t sizes[] = {100000, 10000}; /* direct, and through the buffer */
    struct error error;
    struct rlimit kept, limit;
    char *block = support_allocate(sizes[0], 1);
    assert_good(file_write(path, "old", 3, &error), error);
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &kept), 0);
    limit = (struct rlimit){4096, kept.rlim_max};
    for (int i = 0; i < 2; i++) {
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
        bool good = file_write(path, block, sizes[i], &error);
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &kept), 0);
        assert_false(good);
        assert_non_null(strstr(error.text, "cannot write: File too large"));
        assert_holds("old");
        assert_false(file_exists(partial));
    }
    free(block);
}

static void test_bad_places(void **state)
{
    (void)state;
    struct error error;
    uint8_t *data;
    size_t size;
    assert_fails(file_write("/nowhere/file", "x", 1, &error), error,
                 "/nowhere/file.partial: cannot create: No such file");
    assert_fails(file_read("/nowhere/file", 9, &data, &size, &error), error, "cannot open");
    assert_fails(file_read("/", 9, &data, &size, &error), error, "not a regular file");
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_fails(file_read(path, 9, &data, &size, &error), error, "not a regular file");
    unlink(path);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_fails(file_write(path, "x", 1, &error), error, "not a regular file");
    assert_false(file_exists(partial));
    rmdir(path);
    char hex[SHA256_HEX_SIZE];
    assert_fails(sha256_of_file(path, hex, &error), error, "cannot open");
}

static void test_publish(void **state)
{
    (void)state;
    struct error error;
    assert_good(file_write(partial, "done", 4, &error), error);
    assert_good(file_publish(partial, path, &error), error);
    assert_holds("done");
    assert_false(file_exists(partial));
    assert_fails(file_publish(partial, path, &error), error, "cannot open");
    assert_holds("done");
}

static void test_folders(void **state)
{
    (void)state;
    struct error error;
    char *deep;
    assert_true(asprintf(&deep, "%s/a//b/c/", path) > 0);
    assert_good(file_make_folder(deep, &error), error);
    assert_good(file_make_folder(deep, &error), error);
    assert_true(file_exists(deep));
    for (char *slash = deep + strlen(deep) - 1; slash > deep + strlen(path) - 1;) {
        *slash = '\0';
        rmdir(deep);
        slash = strrchr(deep, '/');
    }
    rmdir(path);
    assert_false(file_exists(path));
    assert_good(file_write(path, "x", 1, &error), error);
    assert_fails(file_make_folder(path, &error), error, "not a folder");
    strcpy(deep, path);
    strcat(deep, "/a");
    assert_fails(file_make_folder(deep, &error), error, path);
    free(deep);
}

/* What is in a new folder is not safe before the folder's own name is: its parent is synced. */
static void test_durable_folders(void **state)
{
    (void)state;
    struct error error;
    char *whole = realpath(getenv("TMP") != NULL ? getenv("TMP") : "/tmp", NULL), *deep;
    char expected[1000];
    assert_non_null(whole);
    assert_true(asprintf(&deep, "%s/a/b", path) > 0);
    synced[0] = '\0';
    assert_good(file_make_folder(deep, &error), error);
    snprintf(expected, sizeof expected, "%s\n%s/%s\n%s/%s/a\n", whole, whole,
             strrchr(path, '/') + 1, whole, strrchr(path, '/') + 1);
    assert_string_equal(synced, expected);
    synced[0] = '\0';
    assert_good(file_make_folder(deep, &error), error);
    assert_string_equal(synced, "");
    rmdir(deep);
    sync_error = EIO;
    assert_fails(file_make_folder(deep, &error), error, "/a: cannot write the folder to disk");
    sync_error = EINVAL; /* file systems that cannot */
    rmdir(deep);
    assert_good(file_make_folder(deep, &error), error);
    sync_error = 0;
    rmdir(deep);
    *strrchr(deep, '/') = '\0';
    rmdir(deep);
    rmdir(path);
    free(deep);
    free(whole);
}

static void test_names(void **state)
{
    (void)state;
    static const char *const cases[][2]
        = {{"a/b/c", "a/b"}, {"a", "."}, {"/a", "/"}, {"/", "/"}, {"./a", "."}};
    char path_text[FILE_PATH], *long_text = support_allocate(FILE_PATH, 1);
    struct error error;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_good(file_folder(path_text, cases[i][0], &error), error);
        assert_string_equal(path_text, cases[i][1]);
    }
    memset(long_text, 'x', FILE_PATH - 1);
    assert_good(file_path(path_text, &error, "%s", long_text), error);
    assert_string_equal(path_text, long_text);
    assert_fails(file_path(path_text, &error, "a%s", long_text), error, "the name is too long");
    free(long_text);
}

/* FIPS 180-4's example, nothing at all, and a million letters fed in odd pieces. */
static void test_sha256(void **state)
{
    (void)state;
    struct error error;
    struct sha256 hash;
    char hex[SHA256_HEX_SIZE], piece[997];
    assert_good(sha256_of("abc", 3, hex, &error), error);
    assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_good(sha256_of(NULL, 0, hex, &error), error);
    assert_string_equal(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    memset(piece, 'a', sizeof piece);
    assert_good(sha256_start(&hash, &error), error);
    for (size_t left = 1000000; left > 0;) {
        size_t n = left < sizeof piece ? left : sizeof piece;
        sha256_update(&hash, piece, n);
        left -= n;
    }
    sha256_finish(&hash, hex);
    assert_string_equal(hex, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

/* One line, whatever a file's name holds, and cut off rather than overflowing. */
static void test_errors(void **state)
{
    (void)state;
    struct error error;
    enum { LONG = 100000 };
    char *long_text = support_allocate(LONG, 1);
    assert_false(error_set(&error, "%s: bad", "a\nb\tc\x1b[1m\x7f"));
    for (const char *c = error.text; *c != '\0'; c++)
        assert_true((unsigned char)*c >= 32 && *c != 127);
    assert_int_equal(strncmp(error.text, "a?b?c?[1m", 9), 0);
    errno = ENOENT;
    assert_false(error_errno(&error, "x: cannot open"));
    assert_string_equal(error.text, "x: cannot open: No such file or directory");
    memset(long_text, 'x', LONG - 1);
    assert_false(error_set(&error, "%s", long_text));
    assert_true(strlen(error.text) < sizeof error.text);
    /* The reason stands at the end, whatever else is cut off. */
    assert_fails(error_errno(&error, "%s: cannot open", long_text), error,
                 "x: No such file or directory");
    long_text[FILE_PATH - 1] = '\0';
    assert_fails(error_set(&error, "%s: not a regular file", long_text), error,
                 "x: not a regular file");
    errno = ENOENT;
    assert_fails(error_errno(&error, "%s: cannot rename to %s", long_text, long_text), error,
                 "x: cannot rename to x");
    assert_non_null(strstr(error.text, "x: No such file or directory"));
    free(long_text);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_path, drop_path)
    const struct CMUnitTest tests[] = {
        TEST(test_commit),
        TEST(test_abandoned),
        TEST(test_sizes),
        TEST(test_second_writer),
        TEST(test_left_over),
        TEST(test_link),
        TEST(test_hard_link),
        TEST(test_no_space),
        TEST(test_bad_places),
        TEST(test_publish),
        TEST(test_folders),
        TEST(test_durable_folders),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_sha256),
        cmocka_unit_test(test_errors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
