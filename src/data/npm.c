#include "data/npm.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    LINE_SIZE = 400,
    POLL_MILLISECONDS = 100,
    POLLS_TO_END = 20, /* npm may take this long to end when it is asked to */
    PACKAGE_MAX = 200
};

/* npm's stderr, line by line: the line that says most. */
struct complaint {
    char line[LINE_SIZE]; /* being collected; a longer one is cut */
    size_t length;
    char best[LINE_SIZE]; /* the first error line that is a sentence */
    char last[LINE_SIZE]; /* the last line that is not empty */
};

static const char name_characters[] = "abcdefghijklmnopqrstuvwxyz0123456789._-";

static bool is_name(const char *text, size_t length)
{
    return length > 0 && text[0] != '-' && text[0] != '.'
           && strspn(text, name_characters) >= length;
}

/* MAJOR.MINOR.PATCH, perhaps with -SOMETHING: not a range or a tag, which may mean something else
 * tomorrow. */
static bool is_version(const char *text)
{
    for (int part = 0; part < 3; part++) {
        size_t digits = strspn(text, "0123456789");
        if (digits == 0 || (part < 2 && text[digits] != '.'))
            return false;
        text += digits + (part < 2);
    }
    return text[0] == '\0' || (text[0] == '-' && is_name(text + 1, strlen(text + 1)));
}

bool npm_check_package(const char *package, struct error *error)
{
    const char *name = package;
    const char *slash = strchr(package, '/');
    bool good = strlen(package) <= PACKAGE_MAX;
    if (package[0] == '@') {
        good = good && slash != NULL && is_name(package + 1, (size_t)(slash - package - 1));
        name = slash != NULL ? slash + 1 : package;
    }
    const char *at = strchr(name + (name[0] != '\0'), '@');
    good = good && at != NULL && is_name(name, (size_t)(at - name));
    return (good && is_version(at + 1))
           || error_set(error, "'%s' is not NAME@VERSION with an exact version", package);
}

static void end_line(struct complaint *complaint)
{
    static const char *const prefixes[] = {"npm ERR! ", "npm error ", "npm fatal "};
    complaint->line[complaint->length] = '\0';
    complaint->length = 0;
    const char *text = complaint->line;
    bool is_error = false;
    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0] && !is_error; i++) {
        is_error = strncmp(text, prefixes[i], strlen(prefixes[i])) == 0;
        if (is_error)
            text += strlen(prefixes[i]);
    }
    if (text[strspn(text, " \t\r")] == '\0')
        return;
    snprintf(complaint->last, LINE_SIZE, "%s", text);
    size_t words = 0;
    for (const char *c = text; *c != '\0'; c += strcspn(c, " "), c += strspn(c, " "))
        words++;
    /* "code E404" and "errno -2" are no sentences; a stack trace is indented. */
    if (is_error && words >= 4 && text[0] != ' ' && complaint->best[0] == '\0')
        snprintf(complaint->best, LINE_SIZE, "%s", text);
}

static void take_text(struct complaint *complaint, const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (text[i] == '\n')
            end_line(complaint);
        else if (complaint->length < LINE_SIZE - 1)
            complaint->line[complaint->length++] = text[i];
    }
}

/* What npm_pack is to do and to say, whatever the user's settings are (npm.h). */
static const char *const fixed_arguments[] = {"npm",
                                              "pack",
                                              "--ignore-scripts",
                                              "--cache=cache",
                                              "--logs-max=0",
                                              "--logs-dir=cache",
                                              "--dry-run=false",
                                              "--pack-destination=.",
                                              "--usage=false",
                                              "--loglevel=error",
                                              "--color=false",
                                              "--heading=npm",
                                              "--"};

enum { FIXED = sizeof fixed_arguments / sizeof fixed_arguments[0] };

/* npm gets a process group of its own, so that it can be ended with whatever it has started, and
 * none of the calling thread's blocked signals. */
static int set_attributes(posix_spawnattr_t *attributes)
{
    sigset_t none;
    sigemptyset(&none);
    int status
        = posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK);
    if (status == 0)
        status = posix_spawnattr_setpgroup(attributes, 0);
    return status == 0 ? posix_spawnattr_setsigmask(attributes, &none) : status;
}

static int set_files(posix_spawn_file_actions_t *actions, const char *folder, int pipe_end)
{
    int status = posix_spawn_file_actions_addchdir_np(actions, folder);
    if (status == 0)
        status = posix_spawn_file_actions_addopen(actions, 0, "/dev/null", O_RDONLY, 0);
    if (status == 0)
        status = posix_spawn_file_actions_addopen(actions, 1, "/dev/null", O_WRONLY, 0);
    return status == 0 ? posix_spawn_file_actions_adddup2(actions, pipe_end, 2) : status;
}

/* Starts npm in the folder with its stderr going to `pipe_end`. Returns posix_spawnp's error. */
static int spawn(const char *package, const char *folder, int pipe_end, pid_t *child)
{
    char *arguments[FIXED + 2] = {NULL};
    for (size_t i = 0; i < FIXED; i++)
        arguments[i] = (char *)(uintptr_t)fixed_arguments[i]; /* exec writes to none */
    arguments[FIXED] = (char *)(uintptr_t)package;
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    int status = posix_spawn_file_actions_init(&actions);
    if (status != 0)
        return status;
    if ((status = posix_spawnattr_init(&attributes)) == 0) {
        if ((status = set_files(&actions, folder, pipe_end)) == 0
            && (status = set_attributes(&attributes)) == 0)
            status = posix_spawnp(child, arguments[0], &actions, &attributes, arguments, environ);
        posix_spawnattr_destroy(&attributes);
    }
    posix_spawn_file_actions_destroy(&actions);
    return status;
}

/* Listens until npm closes its stderr. Told to stop, asks npm to end, and ends it if it does not.
 * Returns whether it was told to. */
static bool listen_to(int fd, pid_t child, const atomic_bool *stop, struct complaint *complaint)
{
    bool stopped = false;
    for (int polls = 0;; polls++) {
        if (!stopped && stop != NULL && atomic_load(stop)) {
            kill(-child, SIGTERM);
            stopped = true;
            polls = 0;
        } else if (stopped && polls >= POLLS_TO_END) {
            kill(-child, SIGKILL);
            break;
        }
        struct pollfd waiting = {.fd = fd, .events = POLLIN};
        int ready = poll(&waiting, 1, POLL_MILLISECONDS);
        if (ready == 0 || (ready < 0 && errno == EINTR))
            continue;
        if (ready < 0)
            break;
        char text[4096];
        ssize_t got = read(fd, text, sizeof text);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        take_text(complaint, text, (size_t)got);
    }
    end_line(complaint);
    return stopped;
}

static bool run(const char *package, const char *folder, const atomic_bool *stop,
                struct error *error)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return error_errno(error, "cannot make a pipe");
    pid_t child;
    int status = spawn(package, folder, ends[1], &child);
    close(ends[1]);
    if (status != 0) {
        close(ends[0]);
        errno = status;
        return status == ENOENT ? error_set(error, "npm is not installed")
                                : error_errno(error, "npm does not start");
    }
    struct complaint complaint = {.length = 0};
    bool stopped = listen_to(ends[0], child, stop, &complaint);
    close(ends[0]);
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        continue;
    if (stopped)
        return error_set(error, "interrupted");
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return true;
    if (complaint.last[0] == '\0')
        return error_set(error, "npm failed and did not say why");
    return error_set(error, "npm failed: %s",
                     complaint.best[0] != '\0' ? complaint.best : complaint.last);
}

/* The one .tgz in the folder. */
static bool find_tarball(const char *folder, char **tarball, struct error *error)
{
    DIR *listing = opendir(folder);
    if (listing == NULL)
        return error_errno(error, "%s: cannot list", folder);
    bool good = true;
    errno = 0; /* the end of the folder leaves it */
    for (const struct dirent *entry; good && (entry = readdir(listing)) != NULL; errno = 0) {
        size_t length = strlen(entry->d_name);
        if (length < 5 || strcmp(entry->d_name + length - 4, ".tgz") != 0)
            continue;
        if (*tarball != NULL)
            good = error_set(error, "%s: npm left more than one .tgz", folder);
        else if (asprintf(tarball, "%s/%s", folder, entry->d_name) < 0) {
            *tarball = NULL;
            good = error_memory(error, "%s: out of memory", folder);
        }
    }
    if (good && errno != 0)
        good = error_errno(error, "%s: cannot list", folder);
    closedir(listing);
    if (good && *tarball == NULL)
        good = error_set(error, "%s: npm left no .tgz", folder);
    if (!good) {
        free(*tarball);
        *tarball = NULL;
    }
    return good;
}

bool npm_pack(const char *package, const char *folder, const atomic_bool *stop, char **tarball,
              struct error *error)
{
    *tarball = NULL;
    return npm_check_package(package, error) && run(package, folder, stop, error)
           && find_tarball(folder, tarball, error);
}
