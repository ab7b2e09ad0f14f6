/* Errors as one line of text.
 *
 * A library function that can fail returns bool and takes a struct error as its last argument. It
 * returns true, or sets the error and returns false:
 *
 *     if (fd < 0)
 *         return error_errno(error, "%s: cannot open", path);
 *
 * The text names the file, the place and the reason, without the program's name and without a
 * newline; only a tool's main prints it. Control characters in it are shown as '?', so that a
 * hostile file name cannot forge a second line.
 */
#ifndef REINIT_BASE_ERROR_H
#define REINIT_BASE_ERROR_H

#include <stdbool.h>

/* Room for two names as long as the system takes them (PATH_MAX is 4096), and the rest. */
struct error {
    char text[9216];
    bool refused; /* by the system: a call failed, which says nothing of what it was to act on */
};

/* Sets the text. Always returns false. */
bool error_set(struct error *error, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The same, where the system refused, followed by ": " and the meaning of errno, for which a text
 * that is too long is cut short. Always returns false. */
bool error_errno(struct error *error, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The same without a word on errno: there was no memory. Always returns false. */
bool error_memory(struct error *error, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
