/* backlog: says how much a make has to train, and how long that takes. */
#include "base/options.h"
#include "run/backlog.h"

#include <stdio.h>

static void print_time(double seconds)
{
    long minutes = (long)(seconds / 60 + 0.5);
    if (seconds < 90)
        printf(", about %.0f s", seconds);
    else if (minutes < 100)
        printf(", about %ld min", minutes);
    else
        printf(", about %ld h %ld min", minutes / 60, minutes % 60);
}

static bool run(const char *list, struct error *error)
{
    struct backlog backlog;
    bool good = backlog_read(&backlog, list, error);
    struct backlog_left left = {0};
    if (good)
        left = backlog_left(&backlog, NULL, 0);
    if (left.runs > 0) {
        printf("%zu run%s to train", left.runs, left.runs == 1 ? "" : "s");
        if (left.seconds > 0)
            print_time(left.seconds / left.jobs);
        printf("%s\n", left.seconds > 0 ? " on this machine" : "");
    }
    backlog_free(&backlog);
    return good;
}

int main(int argc, char **argv)
{
    const char *list = NULL;
    const struct option_spec options[] = {{"list", "FILE", "the runs, and logs (run/backlog.h)",
                                           OPTION_TEXT, &list, .required = true},
                                          {0}};
    const struct tool tool
        = {"backlog", "says how much a make has to train, and how long that takes", options, NULL};
    int code;
    if (!tool_start(&tool, argc, argv, &code))
        return code;
    struct error error;
    return tool_finish(&tool, run(list, &error), &error);
}
