#include "base/options.h"

#include "base/float_environment.h"
#include "base/text.h"
#include "base/version.h"

#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

/* What getopt_long gives for an option: its index in the tool's table, or one of the last three. */
enum { MAX_OPTIONS = 32, OWN_HELP = MAX_OPTIONS, OWN_VERSION, OWN_QUIET, OWN_END };

static void print_help(const struct tool *tool)
{
    printf("%s %s\n\nUsage: %s %s%s[OPTION]...\n\n", tool->name, tool->summary, tool->name,
           tool->operands != NULL ? tool->operands : "", tool->operands != NULL ? " " : "");
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
    const char *quiet = tool->quiet != NULL ? "show no progress and no remarks"
                                            : "for every tool's sake; this one shows no progress";
    printf("  %-26s %s\n  %-26s %s\n  %-26s %s\n", "--quiet", quiet, "--help", "show this help",
           "--version", "show the version");
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
    case OPTION_PARSED: {
        struct error reason;
        return o->parse(text, o->target, &reason)
               || error_set(error, "--%s: %s", o->name, reason.text);
    }
    }
    return error_set(error, "--%s: unknown kind of option", o->name);
}

/* Lays out the table for getopt_long; returns the number of the tool's own options. */
static int fill_table(const struct tool *tool, struct option table[OWN_END + 1])
{
    int count = 0;
    for (; tool->options[count].name != NULL && count < MAX_OPTIONS; count++) {
        bool takes = tool->options[count].kind != OPTION_FLAG;
        table[count] = (struct option){tool->options[count].name,
                                       takes ? required_argument : no_argument, NULL, count};
    }
    table[count] = (struct option){"help", no_argument, NULL, OWN_HELP};
    table[count + 1] = (struct option){"version", no_argument, NULL, OWN_VERSION};
    table[count + 2] = (struct option){"quiet", no_argument, NULL, OWN_QUIET};
    table[count + 3] = (struct option){0};
    return count;
}

/* Refuses what getopt_long would let pass or not tell apart: an abbreviated name, which may come to
 * mean another option when the tool gains one, and a value where none is taken. `argument` is the
 * whole of what was given, such as "--seed=1". */
static bool check_name(const struct option *table, const char *argument, struct error *error)
{
    if (strncmp(argument, "--", 2) != 0)
        return error_set(error, "'%s' is not an option", argument);
    const char *name = argument + 2;
    size_t length = strcspn(name, "=");
    for (const struct option *o = table; o->name != NULL; o++) {
        if (strlen(o->name) != length || strncmp(o->name, name, length) != 0)
            continue;
        if (name[length] == '=' && o->has_arg == no_argument)
            return error_set(error, "'--%s' takes no value", o->name);
        return true;
    }
    return error_set(error, "'--%.*s' is not an option", (int)length, name);
}

/* One option that getopt_long has found. Returns false with the error set, or, after --help or
 * --version, with *code set. */
static bool take_option(const struct tool *tool, int index, bool given[OWN_END], int *code,
                        struct error *error)
{
    const struct option_spec *o = tool->options;
    if (index == OWN_HELP || index == OWN_VERSION) {
        if (index == OWN_HELP)
            print_help(tool);
        else
            printf("%s (reinit) %s\n", tool->name, REINIT_VERSION);
        *code = tool_finish(tool, true, NULL);
        return false;
    }
    bool is_list = index < MAX_OPTIONS && o[index].kind == OPTION_LIST;
    if (given[index] && !is_list)
        return error_set(error, "--%s: given twice", index == OWN_QUIET ? "quiet" : o[index].name);
    given[index] = true;
    if (index != OWN_QUIET)
        return parse_value(&o[index], optarg != NULL ? optarg : "", error);
    if (tool->quiet != NULL)
        *tool->quiet = true;
    return true;
}

/* How many operands the tool takes. */
static int count_operands(const struct tool *tool)
{
    int count = tool->operands != NULL;
    for (const char *c = tool->operands; count > 0 && *c != '\0'; c++)
        count += *c == ' ';
    return count;
}

/* The arguments up to `end`. */
static bool take_operands(const struct tool *tool, char **argv, int end, int *taken,
                          struct error *error)
{
    int operands = count_operands(tool);
    for (; optind < end; optind++) {
        if (*taken == operands)
            return error_set(error, operands > 0 ? "'%s' is one too many" : "'%s' is not an option",
                             argv[optind]);
        tool->values[(*taken)++] = argv[optind];
    }
    return true;
}

static bool take_options(const struct tool *tool, int argc, char **argv, bool given[OWN_END],
                         int *code, struct error *error)
{
    struct option table[OWN_END + 1];
    int count = fill_table(tool, table), taken = 0;
    opterr = 0;
    while (optind < argc) {
        /* '+': arguments are looked at in the order given, so this one is next. */
        const char *argument = argv[optind];
        int index = getopt_long(argc, argv, "+:", table, NULL);
        if (index == -1) {
            /* An operand; or "--", which getopt_long has passed over, and all that follow it. */
            int end = strcmp(argument, "--") == 0 ? argc : optind + 1;
            if (!take_operands(tool, argv, end, &taken, error))
                return false;
            continue;
        }
        if (!check_name(table, argument, error))
            return false;
        if (index == ':')
            return error_set(error, "'%s' needs a value", argument);
        if (index == '?')
            return error_set(error, "'%s' is not an option", argument);
        if (!take_option(tool, index, given, code, error))
            return false;
    }
    if (taken < count_operands(tool))
        return error_set(error, "%s expected, %d given", tool->operands, taken);
    for (int i = 0; i < count; i++) {
        if (tool->options[i].required && !given[i])
            return error_set(error, "--%s is missing", tool->options[i].name);
    }
    return true;
}

/* Limits that kill a process silently: on the stack, which is raised as far as it may be, and
 * on the size of files, which becomes an error of the write. */
static bool settle_limits(struct error *error)
{
    enum { NEEDED = 256 << 10, USUAL = 8 << 20 };
    struct rlimit stack;
    signal(SIGXFSZ, SIG_IGN);
    if (getrlimit(RLIMIT_STACK, &stack) != 0 || stack.rlim_cur >= USUAL)
        return true;
    stack.rlim_cur = stack.rlim_max < USUAL ? stack.rlim_max : USUAL;
    setrlimit(RLIMIT_STACK, &stack);
    return stack.rlim_cur >= NEEDED
           || error_set(error, "the stack is limited to %ju KiB (ulimit -s); %d are needed",
                        (uintmax_t)stack.rlim_cur >> 10, NEEDED >> 10);
}

bool tool_start(const struct tool *tool, int argc, char **argv, int *code)
{
    bool given[OWN_END] = {false};
    struct error error;
    float_environment_reset();
    if (!settle_limits(&error)) {
        *code = tool_finish(tool, false, &error);
        return false;
    }
    *code = EXIT_USAGE;
    if (take_options(tool, argc, argv, given, code, &error))
        return true;
    if (*code == EXIT_USAGE)
        fprintf(stderr, "%s: %s; see %s --help\n", tool->name, error.text, tool->name);
    return false;
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
    char text[sizeof(struct error)];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    text_make_plain(text);
    fprintf(stderr, "%s: %s\n", tool->name, text);
}
