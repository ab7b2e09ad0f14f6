/* numerics-fingerprint: prints the fingerprint of this build's arithmetic. */
#include "base/options.h"
#include "exact/parallel.h"
#include "run/fingerprint.h"

#include <stdio.h>

int main(int argc, char **argv)
{
    uint64_t threads = (uint64_t)parallel_threads();
    const char *folder = NULL;
    const struct option_spec options[]
        = {{"folder", "DIR", "folder to work in; its files are left there", OPTION_TEXT, &folder,
            .required = true},
           PARALLEL_OPTION(&threads),
           {0}};
    const struct tool tool = {"numerics-fingerprint",
                              "prints the fingerprint of this build's arithmetic", options, NULL};
    int code;
    if (!tool_start(&tool, argc, argv, &code))
        return code;
    parallel_set_threads((int)threads);
    struct error error;
    char hex[SHA256_HEX_SIZE];
    bool good = fingerprint_compute(folder, hex, &error);
    if (good)
        printf("%s\n", hex);
    return tool_finish(&tool, good, &error);
}
