#include "base/options.h"

#include "base/version.h"

#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_OPTIONS = 32 };

static void print_help(const struct tool *tool)
{
    printf("%s %s\n\nUsage: %s [OPTION]...\n\n", tool->name, tool->summary, tool->name);
    for (const struct option_spec *o = tool->options; o->name != NULL; o++) {
        char left[80];
        snprintf(left, sizeof left, "--%s%s%s", o->name, o->value ? " " : "",
                 o->value ? o->value : "");
        printf("  %-26s %s", left, o->help);
        if (o->choices != NULL) {
            printf(": ");
            for (const char *const *c = o->choices; *c != NULL; c++)
                printf("%s%s", c == o->choices ? "" : "|", *c);
        }
        printf("%s\n", o->required ? " (required)" : "");
    }
    printf("  %-26s %s\n  %-26s %s\n", "--help", "show this help", "--version", "show the version");
}

static bool parse_unsigned(const struct option_spec *o, const char *text, struct error *error)
{
    char *end;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    uint64_t maximum = o->maximum != 0 ? o->maximum : UINT64_MAX;
    if (text[0] < '0' || text[0] > '9' || *end != '\0')
        return error_set(error, "--%s: '%s' is not a whole number", o->name, text);
    if (errno != 0 || value < o->minimum || value > maximum)
        return error_set(error, "--%s: %s is not within %llu..%llu", o->name, text,
                         (unsigned long long)o->minimum, (unsigned long long)maximum);
    *(uint64_t *)o->target = value;
    return true;
}

/* Only digits, a point and an exponent: strtod alone would take hexadecimal, "inf" and "nan". */
static bool parse_real(const struct option_spec *o, const char *text, struct error *error)
{
    char *end;
    double value = strtod(text, &end);
    if (text[0] == '\0' || *end != '\0' || strspn(text, "0123456789.eE+-") != strlen(text))
        return error_set(error, "--%s: '%s' is not a number", o->name, text);
    if (!isfinite(value) || value <= 0)
        return error_set(error, "--%s: %s is not a finite number above 0", o->name, text);
    *(double *)o->target = value;
    return true;
}

static bool parse_choice(const struct option_spec *o, const char *text, struct error *error)
{
    char known[256] = "";
    for (int i = 0; o->choices[i] != NULL; i++) {
        if (strcmp(text, o->choices[i]) == 0) {
            *(int *)o->target = i;
            return true;
        }
        size_t used = strlen(known);
        snprintf(known + used, sizeof known - used, "%s%s", i > 0 ? ", " : "", o->choices[i]);
    }
    return error_set(error, "--%s: '%s' is none of %s", o->name, text, known);
}

static bool parse_value(const struct option_spec *o, const char *text, struct error *error)
{
    if (o->kind != OPTION_FLAG && text[0] == '\0')
        return error_set(error, "--%s: the value is empty", o->name);
    switch (o->kind) {
    case OPTION_FLAG:
        *(bool *)o->target = true;
        return true;
    case OPTION_TEXT:
        *(const char **)o->target = text;
        return true;
    case OPTION_UNSIGNED:
        return parse_unsigned(o, text, error);
    case OPTION_REAL:
        return parse_real(o, text, error);
    case OPTION_CHOICE:
        return parse_choice(o, text, error);
    case OPTION_LIST: {
        struct option_list *list = o->target;
        if (list->count == OPTION_LIST_MAX)
            return error_set(error, "--%s: given more than %d times", o->name, OPTION_LIST_MAX);
        list->items[list->count++] = text;
        return true;
    }
    }
    return error_set(error, "--%s: unknown kind of option", o->name);
}

static bool wrong_usage(const struct tool *tool, const struct error *error, int *code)
{
    fprintf(stderr, "%s: %s; see %s --help\n", tool->name, error->text, tool->name);
    *code = EXIT_USAGE;
    return false;
}

bool tool_start(const struct tool *tool, int argc, char **argv, int *code)
{
    struct option table[MAX_OPTIONS + 3];
    bool given[MAX_OPTIONS] = {false};
    int count = 0;
    for (; tool->options[count].name != NULL && count < MAX_OPTIONS; count++) {
        bool takes = tool->options[count].kind != OPTION_FLAG;
        table[count] = (struct option){tool->options[count].name,
                                       takes ? required_argument : no_argument, NULL, count};
    }
    table[count] = (struct option){"help", no_argument, NULL, MAX_OPTIONS};
    table[count + 1] = (struct option){"version", no_argument, NULL, MAX_OPTIONS + 1};
    table[count + 2] = (struct option){0};

    struct error error;
    const struct option_spec *o = tool->options;
    int index;
    opterr = 0;
    while ((index = getopt_long(argc, argv, ":", table, NULL)) != -1) {
        if (index == MAX_OPTIONS || index == MAX_OPTIONS + 1) {
            if (index == MAX_OPTIONS)
                print_help(tool);
            else
                printf("%s (reinit) %s\n", tool->name, REINIT_VERSION);
            *code = tool_finish(tool, true, NULL);
            return false;
        }
        const char *shown = argv[optind - 1];
        if (index == ':')
            error_set(&error, "'%s' needs a value", shown);
        else if (index < 0 || index >= count)
            error_set(&error, "'%s' is not an option, not one alone, or takes no value", shown);
        else if (given[index] && o[index].kind != OPTION_LIST)
            error_set(&error, "--%s: given twice", o[index].name);
        else if (parse_value(&o[index], optarg != NULL ? optarg : "", &error)) {
            given[index] = true;
            continue;
        }
        return wrong_usage(tool, &error, code);
    }
    if (optind < argc) {
        error_set(&error, "'%s' is not an option", argv[optind]);
        return wrong_usage(tool, &error, code);
    }
    for (int i = 0; i < count; i++) {
        if (o[i].required && !given[i]) {
            error_set(&error, "--%s is missing", o[i].name);
            return wrong_usage(tool, &error, code);
        }
    }
    return true;
}

int tool_finish(const struct tool *tool, bool good, const struct error *error)
{
    if (!good) {
        fprintf(stderr, "%s: %s\n", tool->name, error->text);
        return EXIT_FAILED;
    }
    if (fflush(stdout) != 0 || ferror(stdout)) {
        fprintf(stderr, "%s: cannot write to standard output: %s\n", tool->name, strerror(errno));
        return EXIT_FAILED;
    }
    return EXIT_DONE;
}

void tool_say(const struct tool *tool, const char *format, ...)
{
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    fprintf(stderr, "%s: %s\n", tool->name, text);
}
