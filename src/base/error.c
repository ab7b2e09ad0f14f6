#include "base/error.h"

#include "base/text.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Not the static analysers' models of them (tests/analyser.h). */
#undef error_set
#undef error_errno
#undef error_memory

static void set_text(struct error *error, bool refused, const char *format, va_list arguments)
{
    error->refused = refused;
    vsnprintf(error->text, sizeof error->text, format, arguments);
    text_make_plain(error->text);
}

bool error_set(struct error *error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    set_text(error, false, format, arguments);
    va_end(arguments);
    return false;
}

bool error_errno(struct error *error, const char *format, ...)
{
    int reason = errno;
    va_list arguments;
    va_start(arguments, format);
    set_text(error, true, format, arguments);
    va_end(arguments);
    const char *meaning = strerror(reason);
    size_t used = strlen(error->text), room = sizeof error->text - sizeof ": " - strlen(meaning);
    used = used < room ? used : room;
    snprintf(error->text + used, sizeof error->text - used, ": %s", meaning);
    return false;
}

bool error_memory(struct error *error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    set_text(error, true, format, arguments);
    va_end(arguments);
    return false;
}
