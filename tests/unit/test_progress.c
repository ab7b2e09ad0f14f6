/* Progress is drawn on a terminal and nowhere else; signals are noticed and do not kill. */
#include "unit/support.h"

#include "base/file.h"
#include "base/interrupt.h"
#include "base/progress.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/time.h>

/* Turns stderr to `fd` until restored; returns the old one. */
static int redirect(int fd)
{
    fflush(stderr);
    int kept = dup(STDERR_FILENO);
    assert_true(kept >= 0 && dup2(fd, STDERR_FILENO) >= 0);
    return kept;
}

static void restore(int kept)
{
    fflush(stderr);
    assert_true(dup2(kept, STDERR_FILENO) >= 0 && close(kept) == 0);
}

/* What ten seconds of work would have drawn: `done` of `total`, begun at 0. */
static void draw(double done, double total, bool quiet)
{
    struct progress progress;
    progress_start(&progress, "images", 0, total, quiet);
    progress.started -= 10;
    progress_update(&progress, done, "epoch 1");
    progress_end(&progress);
}

static void test_no_terminal(void **state)
{
    (void)state;
    char *name = support_path("progress");
    int fd = open(name, O_RDWR | O_CREAT | O_EXCL, 0600);
    assert_true(fd >= 0);
    int kept = redirect(fd);
    draw(500, 1000, false);
    restore(kept);
    assert_int_equal(lseek(fd, 0, SEEK_END), 0);
    close(fd);
    unlink(name);
    free(name);
}

/* What came out of the other end of a pseudo-terminal. It may come in pieces and late, so that
 * a mark is written behind it and read up to. */
static void drawn(int terminal, double done, double total, bool quiet, char text[512])
{
    static const char mark = '$';
    int slave = open(ptsname(terminal), O_RDWR | O_NOCTTY);
    assert_true(slave >= 0);
    int kept = redirect(slave);
    draw(done, total, quiet);
    restore(kept);
    assert_int_equal(write(slave, &mark, 1), 1);
    size_t size = 0;
    while (size == 0 || text[size - 1] != mark) {
        assert_true(size < 512);
        ssize_t got = read(terminal, text + size, 512 - size);
        assert_true(got > 0);
        size += (size_t)got;
    }
    text[size - 1] = '\0';
    close(slave);
}

static void test_terminal(void **state)
{
    (void)state;
    char text[512];
    int terminal = posix_openpt(O_RDWR | O_NOCTTY);
    if (terminal < 0)
        skip();
    assert_true(grantpt(terminal) == 0 && unlockpt(terminal) == 0);
    drawn(terminal, 500, 1000, true, text);
    assert_string_equal(text, "");
    drawn(terminal, 500, 1000, false, text);
    double rate;
    int hours, minutes, seconds;
    assert_int_equal(sscanf(text, "\r\033[Kepoch 1 50.0%%  %lf images/s  %d:%2d:%2d left", &rate,
                            &hours, &minutes, &seconds),
                     4);
    assert_true(rate > 40 && rate <= 50); /* a moment has passed since */
    assert_true(hours == 0 && minutes == 0 && seconds >= 10 && seconds < 13);
    assert_string_equal(text + strlen(text) - 4, "\r\033[K"); /* erased at the end */
    drawn(terminal, 7270, 3 * 7270, false, text);
    assert_non_null(strstr(text, "33.3%"));
    drawn(terminal, 1, 3601, false, text);
    assert_non_null(strstr(text, "10:0")); /* 36,000 s */
    /* More seconds than an int holds, none, and fewer than none. */
    drawn(terminal, 1e-6, 1e30, false, text);
    assert_non_null(strstr(text, " 999:59:59 left"));
    drawn(terminal, 0, 1000, false, text);
    assert_non_null(strstr(text, " 0:00:00 left"));
    drawn(terminal, 2000, 1000, false, text);
    assert_non_null(strstr(text, " 0:00:00 left"));
    close(terminal);
}

static void test_clock(void **state)
{
    (void)state;
    double before = progress_seconds();
    usleep(20000);
    double passed = progress_seconds() - before;
    assert_true(passed >= 0.02 && passed < 60);
}

static void test_interrupt(void **state)
{
    (void)state;
    static const int signals[] = {SIGINT, SIGTERM};
    int ends[2];
    assert_int_equal(interrupt_seen, 0);
    interrupt_catch();
    for (size_t i = 0; i < 2; i++) {
        interrupt_seen = 0;
        assert_int_equal(raise(signals[i]), 0);
        assert_int_equal(interrupt_seen, 1);
    }
    /* A call that waits is given up: without that this read would wait for ever. */
    char byte;
    interrupt_seen = 0;
    assert_int_equal(pipe(ends), 0);
    struct sigaction action;
    assert_int_equal(sigaction(SIGINT, NULL, &action), 0);
    assert_int_equal(sigaction(SIGALRM, &action, NULL), 0);
    const struct itimerval second = {{1, 0}, {1, 0}}, none = {{0, 0}, {0, 0}};
    assert_int_equal(setitimer(ITIMER_REAL, &second, NULL), 0);
    assert_int_equal(read(ends[0], &byte, 1), -1);
    assert_int_equal(errno, EINTR);
    assert_int_equal(setitimer(ITIMER_REAL, &none, NULL), 0);
    assert_int_equal(interrupt_seen, 1);
    close(ends[0]);
    close(ends[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_terminal),
        cmocka_unit_test(test_terminal),
        cmocka_unit_test(test_clock),
        cmocka_unit_test(test_interrupt),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
