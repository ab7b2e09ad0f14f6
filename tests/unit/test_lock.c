/* Locks: one holder at a time, none left behind by a process that is killed, and no one locks a
 * file that has been removed from under its name. */
#include "unit/support.h"

#include "base/file.h"
#include "base/lock.h"

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

static char *path, *lock_path;

static int make_path(void **state)
{
    (void)state;
    path = support_path("locked");
    return asprintf(&lock_path, "%s.lock", path) > 0 ? 0 : -1;
}

static int drop_path(void **state)
{
    (void)state;
    unlink(lock_path);
    free(path);
    free(lock_path);
    return 0;
}

static void test_one_holder(void **state)
{
    (void)state;
    struct lock one, two;
    struct error error;
    assert_good(lock_take(&one, path, "at it", &error), error);
    assert_fails(lock_take(&two, path, "at it", &error), error, "locked: another process is at it");
    lock_release(&two); /* takes nothing of the first's away */
    assert_true(file_exists(lock_path));
    assert_fails(lock_take(&two, path, "at it", &error), error, "another process");
    lock_release(&one);
    lock_release(&one);
    assert_false(file_exists(lock_path));
    assert_good(lock_take(&two, path, "at it", &error), error);
    lock_release(&two);
}

static void test_killed_holder(void **state)
{
    (void)state;
    struct lock lock;
    struct error error;
    int ready[2];
    char byte;
    assert_int_equal(pipe(ready), 0);
    pid_t child = fork();
    if (child == 0) {
        if (lock_take(&lock, path, "at it", &error) && write(ready[1], "x", 1) == 1)
            pause();
        _exit(1);
    }
    assert_int_equal(read(ready[0], &byte, 1), 1);
    assert_fails(lock_take(&lock, path, "at it", &error), error, "another process is at it");
    kill(child, SIGKILL);
    assert_int_equal(waitpid(child, NULL, 0), child);
    assert_true(file_exists(lock_path)); /* left, and held by no one */
    assert_good(lock_take(&lock, path, "at it", &error), error);
    lock_release(&lock);
    assert_false(file_exists(lock_path));
    close(ready[0]);
    close(ready[1]);
}

/* Many processes take and release the same lock: no two are ever inside together. */
static void test_crowd(void **state)
{
    (void)state;
    enum { PROCESSES = 8, ENTRIES = 200 };
    char *inside;
    assert_true(asprintf(&inside, "%s.inside", path) > 0);
    pid_t children[PROCESSES];
    for (int p = 0; p < PROCESSES; p++) {
        children[p] = fork();
        if (children[p] != 0)
            continue;
        struct lock lock;
        struct error error;
        for (int entries = 0; entries < ENTRIES;) {
            if (!lock_take(&lock, path, "at it", &error))
                continue;
            if (mkdir(inside, 0700) != 0 || rmdir(inside) != 0)
                _exit(1);
            lock_release(&lock);
            entries++;
        }
        _exit(0);
    }
    for (int p = 0; p < PROCESSES; p++) {
        int status;
        assert_int_equal(waitpid(children[p], &status, 0), children[p]);
        assert_int_equal(status, 0);
    }
    assert_false(file_exists(lock_path));
    free(inside);
}

/* Files with further names: two locks on one file, as in a copied folder, do not shut each other
 * out, and one that is held through its other name is not taken away. */
static void test_hard_links(void **state)
{
    (void)state;
    struct lock one, two;
    struct error error;
    char *copy = support_path("copy"), *copy_lock;
    assert_true(asprintf(&copy_lock, "%s.lock", copy) > 0);
    assert_good(file_write(lock_path, "", 0, &error), error);
    assert_int_equal(link(lock_path, copy_lock), 0);
    assert_good(lock_take(&one, path, "at it", &error), error);
    assert_good(lock_take(&two, copy, "at it", &error), error);
    lock_release(&two);
    assert_int_equal(link(lock_path, copy_lock), 0);
    assert_fails(lock_take(&two, copy, "at it", &error), error, "copy: another process is at it");
    assert_true(file_exists(copy_lock));
    lock_release(&one);
    unlink(copy_lock);
    free(copy_lock);
    free(copy);
}

static void test_no_place(void **state)
{
    (void)state;
    struct lock lock;
    struct error error;
    assert_fails(lock_take(&lock, "/no/such/folder/x", "at it", &error), error,
                 "/no/such/folder/x.lock: cannot create: No such file");
    lock_release(&lock);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_one_holder, make_path, drop_path),
        cmocka_unit_test_setup_teardown(test_killed_holder, make_path, drop_path),
        cmocka_unit_test_setup_teardown(test_crowd, make_path, drop_path),
        cmocka_unit_test_setup_teardown(test_hard_links, make_path, drop_path),
        cmocka_unit_test(test_no_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
