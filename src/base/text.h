/* Text from outside: file names, arguments, what a file holds. */
#ifndef REINIT_BASE_TEXT_H
#define REINIT_BASE_TEXT_H

#include <stdbool.h>
#include <stdint.h>

/* Makes it fit to be shown, in place: control characters, with which it could forge lines or
 * command a terminal, become '?': U+0000 to U+001F, U+007F, and in UTF-8 U+0080 to U+009F. All
 * other bytes of 0x80 and above stay. */
void text_make_plain(char *text);

/* A whole number below 2^64: decimal digits and nothing else. NULL is none. */
bool text_parse_number(const char *text, uint64_t *number);

/* The index of a text in a NULL-terminated list; -1 if it is NULL or not there. */
int text_index(const char *text, const char *const *list);

#endif
