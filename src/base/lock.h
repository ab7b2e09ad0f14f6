/* Locks between processes, which the kernel lets go of however their holder ends: none is ever
 * stale.
 *
 * A lock is an advisory one (flock) on a file. The file may be renamed or removed by its holder
 * while another process waits to look at it; what is locked is therefore compared with what the
 * name leads to, and opened again when they differ. No one waits: a lock that is held is an error.
 *
 * What is locked is there to be written, and has this name alone: a file that has others (hard
 * links, such as cp -l makes) loses this one, and a fresh file takes it.
 */
#ifndef REINIT_BASE_LOCK_H
#define REINIT_BASE_LOCK_H

#include "base/error.h"

struct lock {
    char *path; /* of the lock's own file; NULL when not held */
    int fd;
};

/* Opens a file, made if it is missing, under an exclusive lock. Returns -1 with the error set; if
 * another process has it, to "BUSY". */
int lock_open(const char *path, const char *busy, struct error *error);

/* Locks whatever PATH stands for through a file PATH.lock. PURPOSE completes the error "PATH:
 * another process is ...". Overwrites *lock. */
bool lock_take(struct lock *lock, const char *path, const char *purpose, struct error *error);

/* Removes the lock's file and lets go. Safe after a failed take and when called twice. */
void lock_release(struct lock *lock);

#endif
