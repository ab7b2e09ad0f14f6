/* numerics-fingerprint: prints the numerics fingerprint of this build, or a part of it. */
#include "base/options.h"
#include "exact/parallel.h"
#include "nets/nets.h"
#include "nn/initialise.h"
#include "run/fingerprint.h"

#include <stdio.h>

int main(int argc, char **argv)
{
    uint64_t threads = (uint64_t)parallel_threads();
    const char *folder = NULL;
    int scheme = -1, net = -1;
    const struct option_spec options[]
        = {{"folder", "DIR", "folder to work in; its files are left there", OPTION_TEXT, &folder,
            .required = true},
           {"scheme", "NAME", "the part of this initialisation scheme instead of the base",
            OPTION_CHOICE, &scheme, .choices = init_names()},
           {"net", "NAME", "the part of this network instead of the base", OPTION_CHOICE, &net,
            .choices = nets_names()},
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
    const char *name = scheme >= 0 ? init_names()[scheme] : net >= 0 ? nets_names()[net] : NULL;
    enum fingerprint_part part = scheme >= 0 ? FINGERPRINT_SCHEME
                                 : net >= 0  ? FINGERPRINT_NET
                                             : FINGERPRINT_BASE;
    bool good = (scheme < 0 || net < 0 || error_set(&error, "give --scheme or --net, not both"))
                && fingerprint_compute(part, name, folder, hex, &error);
    if (good)
        printf("%s\n", hex);
    return tool_finish(&tool, good, &error);
}
