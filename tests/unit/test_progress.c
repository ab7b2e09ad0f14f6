/* Progress is drawn on a terminal, in one line no wider than it; elsewhere it is lasting lines.
 * Signals are noticed and do not kill, or erase the line first. */
#include "unit/support.h"

#include "base/file.h"
#include "base/interrupt.h"
#include "base/progress.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/time.h>
#include <sys/wait.h>

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
    progress.name = "a";
    progress_update(&progress, done, "epoch 1");
    progress_line(&progress, done, "epoch 1");
    progress_end(&progress);
}

/* Without a terminal, or on one that cannot erase, there are lasting lines. */
static void test_no_terminal(void **state)
{
    (void)state;
    char *name = support_path("progress"), text[512];
    int fd = open(name, O_RDWR | O_CREAT | O_EXCL, 0600);
    assert_true(fd >= 0);
    int kept = redirect(fd);
    draw(500, 1000, true);
    draw(500, 1000, false);
    restore(kept);
    ssize_t size = pread(fd, text, sizeof text - 1, 0);
    assert_true(size > 0);
    text[size] = '\0';
    double rate;
    int seconds, end = 0;
    assert_int_equal(
        sscanf(text, "a: epoch 1 50.0%% %lf images/s 0:00:%2d left%n", &rate, &seconds, &end), 2);
    assert_string_equal(text + end, "\n");
    assert_null(strchr(text, '\033'));
    close(fd);
    unlink(name);
    free(name);
}

/* A pseudo-terminal, or -1. */
static int open_terminal(unsigned short columns)
{
    const struct winsize size = {.ws_row = 24, .ws_col = columns};
    int terminal = posix_openpt(O_RDWR | O_NOCTTY);
    if (terminal >= 0)
        assert_true(grantpt(terminal) == 0 && unlockpt(terminal) == 0
                    && ioctl(terminal, TIOCSWINSZ, &size) == 0);
    return terminal;
}

/* What came out of the other end of a pseudo-terminal. It may come in pieces and late, so that
 * a mark is written behind it and read up to. */
static void read_to_mark(int terminal, int slave, char text[512])
{
    static const char mark = '$';
    assert_int_equal(write(slave, &mark, 1), 1);
    size_t size = 0;
    while (size == 0 || text[size - 1] != mark) {
        assert_true(size < 512);
        ssize_t got = read(terminal, text + size, 512 - size);
        assert_true(got > 0);
        size += (size_t)got;
    }
    text[size - 1] = '\0';
}

static int open_slave(int terminal)
{
    int slave = open(ptsname(terminal), O_RDWR | O_NOCTTY);
    assert_true(slave >= 0);
    return slave;
}

static void drawn(int terminal, double done, double total, bool quiet, char text[512])
{
    int slave = open_slave(terminal);
    int kept = redirect(slave);
    draw(done, total, quiet);
    restore(kept);
    read_to_mark(terminal, slave, text);
    close(slave);
}

static void test_terminal(void **state)
{
    (void)state;
    char text[512];
    int terminal = open_terminal(100);
    if (terminal < 0)
        skip();
    drawn(terminal, 500, 1000, true, text);
    assert_string_equal(text, "");
    drawn(terminal, 500, 1000, false, text);
    double rate;
    int hours, minutes, seconds, end = 0;
    assert_int_equal(sscanf(text, "\r\033[Ka: epoch 1  50.0%%  %lf images/s  %d:%2d:%2d left%n",
                            &rate, &hours, &minutes, &seconds, &end),
                     4);
    assert_true(rate > 40 && rate <= 50); /* a moment has passed since */
    assert_true(hours == 0 && minutes == 0 && seconds >= 10 && seconds < 13);
    assert_string_equal(text + end, "\r\r\033[K"); /* erased at the end */
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
    setenv("TERM", "dumb", 1);
    drawn(terminal, 500, 1000, false, text);
    setenv("TERM", "xterm", 1);
    assert_int_equal(strncmp(text, "a: epoch 1  50.0%", 17), 0);
    assert_null(strchr(text, '\033'));
    close(terminal);
}

/* Narrower than the line, without its name too: what does not fit is left out. */
static void test_narrow(void **state)
{
    (void)state;
    static const unsigned short widths[] = {1, 2, 20, 40, 60, 119, 120, 121, 400};
    for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) {
        char text[512];
        int terminal = open_terminal(widths[i]);
        if (terminal < 0)
            skip();
        drawn(terminal, 500, 1000, false, text);
        const char *line = text + strlen("\r\033[K");
        size_t length = strcspn(line, "\r");
        assert_true(length < widths[i] && length <= PROGRESS_COLUMNS);
        assert_int_equal(strncmp(line, "a: epoch 1", 10) == 0, widths[i] > 40);
        close(terminal);
    }
    /* The terminal does not know its width. */
    char text[512];
    int terminal = open_terminal(0);
    setenv("COLUMNS", "12", 1);
    drawn(terminal, 500, 1000, false, text);
    assert_int_equal(strcspn(text + strlen("\r\033[K"), "\r"), 11);
    setenv("COLUMNS", "x", 1);
    drawn(terminal, 500, 1000, false, text);
    assert_non_null(strstr(text, "a: epoch 1"));
    unsetenv("COLUMNS");
    close(terminal);
}

/* Where another process draws on the terminal, this one does not. */
static void test_one_draws(void **state)
{
    (void)state;
    char text[512];
    int terminal = open_terminal(100);
    if (terminal < 0)
        skip();
    int other = open_slave(terminal);
    assert_int_equal(flock(other, LOCK_EX | LOCK_NB), 0);
    drawn(terminal, 500, 1000, false, text);
    assert_string_equal(text, "");
    assert_int_equal(flock(other, LOCK_UN), 0);
    drawn(terminal, 500, 1000, false, text);
    assert_non_null(strstr(text, "epoch 1"));
    close(other);
    close(terminal);
}

/* What others are estimated to take is added, shared among the jobs. */
static void test_others(void **state)
{
    (void)state;
    char *name = support_path("progress"), text[512];
    int fd = open(name, O_RDWR | O_CREAT | O_EXCL, 0600);
    assert_true(fd >= 0);
    int kept = redirect(fd);
    struct progress progress;
    progress_start(&progress, "images", 0, 1000, false);
    static const double others[] = {-1, 0, 3600, 7100, 10};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        progress.started = progress_seconds() - 100.1;
        progress.others = others[i];
        progress.jobs = i < 3 ? 1 : 2;
        progress_line(&progress, 500, "x");
    }
    restore(kept);
    ssize_t size = pread(fd, text, sizeof text - 1, 0);
    assert_true(size > 0);
    text[size] = '\0';
    static const char *const ends[]
        = {"0:01:40 left\n", "0:01:40 left\n", "0:01:40 left, all runs ~1:01:40\n",
           "0:01:40 left, all runs ~1:00:00\n", "0:01:40 left, all runs ~0:01:40\n"};
    const char *line = text;
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        const char *next = strchr(line, '\n') + 1;
        assert_int_equal(strncmp(next - strlen(ends[i]), ends[i], strlen(ends[i])), 0);
        line = next;
    }
    close(fd);
    unlink(name);
    free(name);
}

/* A signal that ends a process while it draws leaves no line behind. */
static void test_killed(void **state)
{
    (void)state;
    char text[512];
    int terminal = open_terminal(100);
    if (terminal < 0)
        skip();
    int slave = open_slave(terminal);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct progress progress;
        signal(SIGINT, SIG_DFL);
        redirect(slave);
        progress_start(&progress, "images", 0, 1000, false);
        progress.started -= 10;
        progress_update(&progress, 500, "epoch 1");
        raise(SIGINT);
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGINT);
    read_to_mark(terminal, slave, text);
    assert_non_null(strstr(text, "epoch 1"));
    assert_string_equal(text + strlen(text) - 4, "\r\033[K");
    close(slave);
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
    setenv("TERM", "xterm", 1);
    unsetenv("COLUMNS");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_terminal), cmocka_unit_test(test_terminal),
        cmocka_unit_test(test_narrow),      cmocka_unit_test(test_one_draws),
        cmocka_unit_test(test_others),      cmocka_unit_test(test_killed),
        cmocka_unit_test(test_clock),       cmocka_unit_test(test_interrupt),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
