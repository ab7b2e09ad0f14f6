#include "base/text.h"

char text_plain(char c)
{
    return (unsigned char)c < 0x20 || c == 0x7f ? '?' : c;
}

void text_make_plain(char *text)
{
    for (; *text != '\0'; text++)
        *text = text_plain(*text);
}
