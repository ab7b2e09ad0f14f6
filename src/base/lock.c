#include "base/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum outcome { LOCKED, AGAIN, FAILED };

/* One attempt to lock what is open. AGAIN: the name has come to lead to another file, or to none,
 * or a signal came, or the file has another name too, and has now lost this one. */
static enum outcome lock_now(int fd, const char *path, const char *busy, struct error *error)
{
    struct stat held, named;
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        if (errno == EINTR)
            return AGAIN;
        if (errno == EWOULDBLOCK)
            error_set(error, "%s", busy);
        else
            error_errno(error, "%s: cannot lock", path);
        return FAILED;
    }
    if (fstat(fd, &held) != 0 || stat(path, &named) != 0) {
        if (errno == ENOENT)
            return AGAIN;
        error_errno(error, "%s: cannot examine", path);
        return FAILED;
    }
    if (held.st_ino != named.st_ino || held.st_dev != named.st_dev)
        return AGAIN;
    if (held.st_nlink <= 1)
        return LOCKED;
    /* As in lock_release: while it is held, no one else takes the name away or gives it anew. */
    if (unlink(path) == 0)
        return AGAIN;
    error_errno(error, "%s: has other names too (hard links), and cannot be removed", path);
    return FAILED;
}

int lock_open(const char *path, const char *busy, struct error *error)
{
    enum outcome outcome = AGAIN;
    for (int attempt = 0; outcome == AGAIN && attempt < 100; attempt++) {
        int fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0666);
        if (fd < 0 && errno == EINTR)
            continue;
        if (fd < 0) {
            error_errno(error, "%s: cannot create", path);
            return -1;
        }
        outcome = lock_now(fd, path, busy, error);
        if (outcome == LOCKED)
            return fd;
        close(fd);
    }
    if (outcome == AGAIN)
        error_set(error, "%s: other processes keep replacing it", path);
    return -1;
}

bool lock_take(struct lock *lock, const char *path, const char *purpose, struct error *error)
{
    *lock = (struct lock){.fd = -1};
    struct error busy;
    error_set(&busy, "%s: another process is %s", path, purpose);
    if (asprintf(&lock->path, "%s.lock", path) < 0) {
        lock->path = NULL;
        return error_memory(error, "%s: out of memory", path);
    }
    lock->fd = lock_open(lock->path, busy.text, error);
    if (lock->fd < 0)
        lock_release(lock);
    return lock->path != NULL;
}

/* Removed while held: whoever opened it before finds that the name leads elsewhere. */
void lock_release(struct lock *lock)
{
    if (lock->fd >= 0) {
        unlink(lock->path);
        close(lock->fd);
    }
    free(lock->path);
    *lock = (struct lock){.fd = -1};
}
