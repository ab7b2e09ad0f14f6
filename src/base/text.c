#include "base/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The bytes of the control character at the front; 0 if it is none. */
static size_t control_length(const char *text)
{
    unsigned char first = (unsigned char)text[0], second = (unsigned char)text[first != 0];
    if (first < 0x20 || first == 0x7f)
        return 1;
    return first == 0xc2 && second >= 0x80 && second <= 0x9f ? 2 : 0;
}

void text_make_plain(char *text)
{
    char *to = text;
    while (*text != '\0') {
        size_t length = control_length(text);
        *to++ = length > 0 ? '?' : *text;
        text += length > 0 ? length : 1;
    }
    *to = '\0';
}

bool text_parse_number(const char *text, uint64_t *number)
{
    char *end;
    if (text == NULL || text[0] < '0' || text[0] > '9')
        return false;
    errno = 0;
    *number = strtoull(text, &end, 10);
    return *end == '\0' && errno == 0;
}

int text_index(const char *text, const char *const *list)
{
    for (int i = 0; text != NULL && list[i] != NULL; i++) {
        if (strcmp(text, list[i]) == 0)
            return i;
    }
    return -1;
}
