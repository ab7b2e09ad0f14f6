/* numerics-fingerprint: prints the numerics fingerprint of this build, or a part of it. */
#include "base/options.h"
#include "exact/parallel.h"
#include "nets/nets.h"
#include "nn/initialise.h"
#include "nn/optimiser.h"
#include "run/fingerprint.h"

#include <stdio.h>

int main(int argc, char **argv)
{
    uint64_t threads = (uint64_t)parallel_threads();
    const char *folder = NULL;
    int index[FINGERPRINT_OPTIMISER + 1] = {-1, -1, -1, -1}; /* of the part's name; -1: not asked */
    const char *const *const names[] = {NULL, init_names(), nets_names(), optimiser_names()};
    const struct option_spec options[]
        = {{"folder", "DIR", "folder to work in; its files are left there", OPTION_TEXT, &folder,
            .required = true},
           {"scheme", "NAME", "the part of this initialisation scheme instead of the base",
            OPTION_CHOICE, &index[FINGERPRINT_SCHEME], .choices = init_names()},
           {"net", "NAME", "the part of this network instead of the base", OPTION_CHOICE,
            &index[FINGERPRINT_NET], .choices = nets_names()},
           {"optimiser", "NAME", "the part of this optimiser instead of the base", OPTION_CHOICE,
            &index[FINGERPRINT_OPTIMISER], .choices = optimiser_names()},
           PARALLEL_OPTION(&threads),
           {0}};
    const struct tool tool
        = {"numerics-fingerprint", "prints the numerics fingerprint of this build", options, NULL};
    int code;
    if (!tool_start(&tool, argc, argv, &code))
        return code;
    parallel_start(&tool, threads);
    struct error error;
    char hex[SHA256_HEX_SIZE];
    enum fingerprint_part part = FINGERPRINT_BASE;
    bool good = true;
    for (int p = FINGERPRINT_SCHEME; good && p <= FINGERPRINT_OPTIMISER; p++) {
        if (index[p] < 0)
            continue;
        good = part == FINGERPRINT_BASE || error_set(&error, "one part at a time can be printed");
        part = (enum fingerprint_part)p;
    }
    good = good
           && fingerprint_compute(part, part == FINGERPRINT_BASE ? NULL : names[part][index[part]],
                                  folder, hex, &error);
    if (good)
        printf("%s\n", hex);
    return tool_finish(&tool, good, &error);
}
