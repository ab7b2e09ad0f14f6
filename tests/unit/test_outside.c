/* Nothing that is fetched leads outside the output folder: not the entries of an archive, whatever
 * their names and kinds, not links that lie in the folder, not the names that URLs get. */
#include "small_set.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static char folder[64];

/* What there is outside "out", with what is in it: kinds, sizes, targets of links, sums. */
static void list_outside(char listing[8192])
{
    char command[] = "find . -name out -prune -o -printf '%y %s %p %l\\n' | sort;"
                     "find . -name out -prune -o -type f -print0 | sort -z | xargs -0 sha256sum";
    FILE *pipe = popen(command, "r");
    must(pipe != NULL);
    size_t got = fread(listing, 1, 8191, pipe);
    must(pclose(pipe) == 0 && got > 0 && got < 8191);
    listing[got] = '\0';
}

/* Fetches into "out" as it is. reason: what the error must hold; NULL: all six must be there. */
static void fetch_into_out(const char *source, const char *reason)
{
    char before[8192], after[8192];
    struct error error = {""};
    struct fetch fetch = {.set = &set, .folder = "out", .quiet = true};
    list_outside(before);
    assert_true(fetch_open(&fetch, &error));
    bool good = fetch_from(&fetch, source, &error) && fetch_sweep(&fetch, &error);
    fetch_close(&fetch);
    if (good != (reason == NULL) || (!good && strstr(error.text, reason) == NULL))
        fail_msg("%s: expected '%s', got: %s", source, reason ? reason : "success",
                 good ? "success" : error.text);
    list_outside(after);
    assert_string_equal(after, before);
    for (size_t i = 0; good && i < OFFICIAL_FILES; i++) {
        struct stat status;
        char path[100];
        snprintf(path, sizeof path, "out/%s", set.files[i].name);
        assert_true(lstat(path, &status) == 0 && S_ISREG(status.st_mode));
        assert_true(official_check(&set, i, "out", &error));
    }
}

static void clear_out(void)
{
    must(system("rm -rf out") == 0);
}

static void save_tar(struct tar *tar)
{
    tar_end(tar);
    gzip_save("x.tar.gz", tar->data, tar->size);
    tar_free(tar);
}

/* A header for a link, which has no contents. */
static void add_link(struct tar *tar, const char *name, char type, const char *target)
{
    size_t at = tar_header(tar, name, type, 0);
    must(strlen(target) < 100);
    memcpy(tar->data + at + 157, target, strlen(target));
    tar_sign(tar, at);
}

/* Beside the six, entries of names and kinds that a careless reader would follow. */
static void test_entries(void **state)
{
    (void)state;
    static const char *const names[] = {"../escaped",  "cifar-10-batches-bin/../../escaped",
                                        "./escaped",   "escaped",
                                        "..",          "link/escaped",
                                        "out/escaped", "data_batch_1.bin",
                                        "../victim",   ""};
    char absolute[100];
    clear_out();
    snprintf(absolute, sizeof absolute, "%s/escaped", folder);
    struct tar tar = tar_of_set("x");
    add_link(&tar, "link", '2', "..");
    add_link(&tar, "cifar-10-batches-bin/link", '2', folder);
    add_link(&tar, "hard", '1', "../victim");
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        tar_entry(&tar, names[i], '0', "escaped", 7);
    tar_entry(&tar, absolute, '0', "escaped", 7);
    for (const char *type = "3456"; *type != '\0'; type++)
        tar_entry(&tar, "../device", *type, NULL, 0);
    save_tar(&tar);
    fetch_into_out("x.tar.gz", NULL);
    assert_int_equal(count_names("out"), OFFICIAL_FILES);
}

/* One of the six itself is a link, a device or a folder. */
static void test_wanted_entries(void **state)
{
    (void)state;
    for (const char *type = "123456"; *type != '\0'; type++) {
        struct tar tar = {NULL, 0};
        clear_out();
        add_link(&tar, "cifar-10-batches-bin/data_batch_1.bin", *type, "../victim");
        save_tar(&tar);
        fetch_into_out("x.tar.gz", "not a regular file");
        assert_int_equal(count_names("out"), 0);
    }
}

/* Links in the output folder under the names that are written there: a final name is replaced, not
 * followed; a name that is written to is refused. */
static void test_links_in_folder(void **state)
{
    (void)state;
    char path[FILE_PATH], name[FILE_PATH + 16];
    struct error error;
    const struct fetch fetch = {.set = &set, .folder = "out"};
    clear_out();
    must(mkdir("out", 0777) == 0 && symlink("../victim", "out/data_batch_1.bin") == 0);
    fetch_into_out("official.tar.gz", NULL);

    clear_out();
    must(mkdir("out", 0777) == 0 && symlink("../victim", "out/data_batch_1.bin.partial") == 0);
    fetch_into_out("official.tar.gz", "out/data_batch_1.bin.partial: cannot create");

    clear_out();
    assert_true(fetch_download_path(path, &fetch, url, &error));
    snprintf(name, sizeof name, "%s.download", path);
    must(mkdir("out", 0777) == 0 && symlink("../victim", name) == 0);
    fetch_into_out(url, ".download: cannot create");

    clear_out();
    must(mkdir("out", 0777) == 0 && fetch_make_scratch(path, &fetch, "a@1.0.0", &error));
    must(rmdir(path) == 0 && symlink("../folder", path) == 0);
    save_npm("exit 1");
    fetch_into_out("npm:a@1.0.0", "npm failed");

    clear_out();
    must(symlink("folder", "out") == 0); /* the folder asked for may be a link: that is asked for */
    struct fetch asked = {.set = &set, .folder = "out", .quiet = true};
    assert_true(fetch_open(&asked, &error) && fetch_from(&asked, "official.tar.gz", &error));
    fetch_close(&asked);
    assert_int_equal(count_names("folder"), OFFICIAL_FILES + 1);
    must(unlink("out") == 0);
}

/* However a URL looks, its download is a name of digits in the folder. */
static void test_download_names(void **state)
{
    (void)state;
    static const char *const urls[]
        = {"file:///../../../escaped", "http://x/../..", "http://x/%2e%2e/%2e%2e/escaped",
           "http://x/a\n/b",           "file:///",       "https://x/?a=/../b"};
    const struct fetch fetch = {.set = &set, .folder = "out"};
    for (size_t i = 0; i < sizeof urls / sizeof urls[0]; i++) {
        struct error error;
        char path[FILE_PATH];
        assert_true(fetch_download_path(path, &fetch, urls[i], &error));
        assert_int_equal(strncmp(path, "out/archive-", 12), 0);
        assert_int_equal(strspn(path + 12, "0123456789abcdef"), 12);
        assert_int_equal(strlen(path), 24);
    }
}

int main(void)
{
    char home[200];
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_entries),
        cmocka_unit_test(test_wanted_entries),
        cmocka_unit_test(test_links_in_folder),
        cmocka_unit_test(test_download_names),
    };
    scratch_enter(folder, home);
    make_set();
    save_npm("exit 1");
    bytes_save("victim", "as it was", 9);
    bytes_save("x.tar.gz", "", 0);
    must(mkdir("folder", 0777) == 0);
    bytes_save("folder/kept", "as it was", 9);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    must(setenv("PATH", "/usr/bin:/bin", 1) == 0);
    scratch_leave(folder, home);
    return failed;
}
