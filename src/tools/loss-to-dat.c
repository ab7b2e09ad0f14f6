/* loss-to-dat: the logs of a run's seeds and its published curve, as a table for gnuplot. */
#include "base/options.h"
#include "io/curves.h"

struct arguments {
    struct option_list logs;
    const char *published, *out;
};

int main(int argc, char **argv)
{
    struct arguments a = {0};
    const struct option_spec options[] = {
        {"log", "FILE", "log of a training; once for each seed of the run", OPTION_LIST, &a.logs,
         .required = true},
        {"published", "FILE", "the digitised curve", OPTION_TEXT, &a.published, .required = true},
        {"out", "FILE", "where to write the table", OPTION_TEXT, &a.out, .required = true},
        {0}};
    const struct tool tool
        = {"loss-to-dat", "sets training losses beside the published curve", options, NULL};
    int code;
    if (!tool_start(&tool, argc, argv, &code))
        return code;
    struct error error;
    return tool_finish(&tool, curves_write(a.logs.items, a.logs.count, a.published, a.out, &error),
                       &error);
}
