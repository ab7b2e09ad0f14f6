/* Text from outside, such as file names and what a file holds, made fit to be shown: control
 * characters, with which it could forge lines or command a terminal, become '?'. Bytes of 0x80 and
 * above stay, so that UTF-8 does. */
#ifndef REINIT_BASE_TEXT_H
#define REINIT_BASE_TEXT_H

#include <stdbool.h>
#include <stdint.h>

/* c, or '?' for a control character. */
char text_plain(char c);

/* The same for a whole string, in place. */
void text_make_plain(char *text);

/* A whole number below 2^64: decimal digits and nothing else. NULL is none. */
bool text_parse_number(const char *text, uint64_t *number);

/* The index of a text in a NULL-terminated list; -1 if it is NULL or not there. */
int text_index(const char *text, const char *const *list);

#endif
