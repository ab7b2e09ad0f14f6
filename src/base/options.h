/* Command lines: a table of long options in, a filled struct or a one-line complaint out.
 *
 *     int main(int argc, char **argv)
 *     {
 *         struct arguments a = {.seed = 1};
 *         const struct option_spec options[] = {
 *             {"seed", "N", "seed of the random streams", OPTION_UNSIGNED, &a.seed,
 *              .maximum = UINT32_MAX},
 *             {"out", "FILE", "where to write the weights", OPTION_TEXT, &a.out, .required = true},
 *             {0}};
 *         const struct tool tool = {"init-weights", "writes initial weights", options, &a.quiet};
 *         int code;
 *         if (!tool_start(&tool, argc, argv, &code))
 *             return code;
 *         struct error error;
 *         return tool_finish(&tool, run(&a, &error), &error);
 *     }
 *
 * --help, --version and --quiet are every tool's. Names are given in full, never abbreviated.
 * Numbers are parsed strictly: the whole argument, decimal, within the option's range. Exit codes:
 * 0 done, 1 failed, 2 wrong usage.
 */
#ifndef REINIT_BASE_OPTIONS_H
#define REINIT_BASE_OPTIONS_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2, OPTION_LIST_MAX = 64 };

enum option_kind {
    OPTION_FLAG,     /* bool *: no value; its presence sets true */
    OPTION_TEXT,     /* const char **: any value that is not empty */
    OPTION_UNSIGNED, /* uint64_t *: minimum .. maximum (0: no maximum) */
    OPTION_REAL,     /* double *: finite and > 0 */
    OPTION_CHOICE,   /* int *: the index of the value in .choices, a NULL-terminated list */
    OPTION_LIST,     /* struct option_list *: may be given OPTION_LIST_MAX times */
    OPTION_PARSED    /* void *: what .parse makes of the value */
};

struct option_list {
    const char *items[OPTION_LIST_MAX];
    size_t count;
};

struct option_spec {
    const char *name;  /* without the dashes; NULL ends the table */
    const char *value; /* what --help calls the value; NULL for a flag */
    const char *help;
    enum option_kind kind;
    void *target;
    bool required;
    uint64_t minimum, maximum;
    const char *const *choices;
    /* Sets the target, or fails with the reason alone. */
    bool (*parse)(const char *value, void *target, struct error *error);
};

struct tool {
    const char *name;
    const char *summary;
    const struct option_spec *options;
    bool *quiet; /* set by --quiet; NULL where there is nothing to keep quiet */
    /* What must be given beside options, such as "A B", a word each, and where the values go. */
    const char *operands; /* NULL: nothing */
    const char **values;
};

/* Parses the command line. Returns true when the tool is to run; otherwise *code is main's result,
 * after --help, --version or a complaint on stderr. */
bool tool_start(const struct tool *tool, int argc, char **argv, int *code);

/* Prints the error, if not good, as "tool: text"; flushes stdout and fails if that fails. */
int tool_finish(const struct tool *tool, bool good, const struct error *error);

/* Prints one line "tool: text" on stderr: a remark, not a failure. Control characters in the text
 * are shown as '?'. */
void tool_say(const struct tool *tool, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
