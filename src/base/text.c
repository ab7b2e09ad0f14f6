#include "base/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

char text_plain(char c)
{
    return (unsigned char)c < 0x20 || c == 0x7f ? '?' : c;
}

void text_make_plain(char *text)
{
    for (; *text != '\0'; text++)
        *text = text_plain(*text);
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
