/* Command lines: the input's lines are the arguments of a tool that has every kind of option. */
#include "fuzz/fuzz.h"

#include "base/options.h"

#include <getopt.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ARGUMENTS_MAX = 100, SEED_MAX = 1000, THREADS_MIN = 2 };

struct arguments {
    const char *out;
    uint64_t seed, threads;
    double rate;
    int order;
    struct option_list logs;
    bool verify, quiet;
};

static const char *const orders[] = {"sequential", "shuffled", NULL};

/* getopt_long keeps its place in a cluster of short options from one command line to the next. */
static void reset_getopt(void)
{
    char name[] = "fuzz";
    char *const arguments[] = {name, NULL};
    const struct option none = {0};
    optind = 0;
    getopt_long(1, arguments, "", &none, NULL);
    optind = 1;
}

static void check(const struct arguments *a)
{
    fuzz_check(a->out != NULL && a->out[0] != '\0', "a required text is there");
    fuzz_check(a->seed <= SEED_MAX, "a maximum holds");
    fuzz_check(a->threads == 0 || a->threads >= THREADS_MIN, "a minimum holds");
    fuzz_check(isfinite(a->rate) && a->rate > 0, "a real is finite and above 0");
    fuzz_check(a->order >= 0 && a->order < 2, "a choice is one of those");
    fuzz_check(a->logs.count <= OPTION_LIST_MAX, "a list ends");
    for (size_t i = 0; i < a->logs.count; i++)
        fuzz_check(a->logs.items[i][0] != '\0', "a list has no empty items");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1), name[] = "fuzz";
    fuzz_check(text != NULL, "memory");
    memcpy(text, data, size);
    text[size] = '\0';
    char *argv[ARGUMENTS_MAX + 2] = {name};
    int argc = 1;
    for (char *at = text; at != NULL && argc <= ARGUMENTS_MAX;) {
        char *line = strsep(&at, "\n");
        if (at != NULL || line[0] != '\0')
            argv[argc++] = line;
    }
    struct arguments a = {.rate = 1, .seed = 1};
    const struct option_spec options[]
        = {{"out", "FILE", "file", OPTION_TEXT, &a.out, .required = true},
           {"seed", "N", "seed", OPTION_UNSIGNED, &a.seed, .maximum = SEED_MAX},
           {"threads", "N", "threads", OPTION_UNSIGNED, &a.threads, .minimum = THREADS_MIN},
           {"lr", "X", "rate", OPTION_REAL, &a.rate},
           {"order", "NAME", "order", OPTION_CHOICE, &a.order, .choices = orders},
           {"log", "FILE", "log", OPTION_LIST, &a.logs},
           {"verify", NULL, "only look", OPTION_FLAG, &a.verify},
           {0}};
    const struct tool tool = {"fuzz", "is fuzzed", options, &a.quiet};
    int code = -1;
    reset_getopt();
    if (tool_start(&tool, argc, argv, &code))
        check(&a);
    else
        fuzz_check(code == EXIT_DONE || code == EXIT_USAGE, "help, or wrong usage");
    free(text);
    return 0;
}
