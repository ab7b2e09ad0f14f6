/* init-weights: writes the initial weights of a network. */
#include "base/options.h"
#include "exact/parallel.h"
#include "nets/nets.h"
#include "nn/initialise.h"
#include "run/weights.h"

#include <inttypes.h>
#include <stdio.h>

struct arguments {
    int net, scheme, bias, track;
    uint64_t seed;
    const char *out;
};

static const char *const track_names[] = {"as-run", "as-written", NULL};

static bool run(const struct arguments *a, struct error *error)
{
    struct network *network;
    parallel_set_threads(1);
    if (!network_create(&network, nets_all[a->net], 1, false, error))
        return false;
    char seed[24];
    snprintf(seed, sizeof seed, "%" PRIu64, a->seed);
    struct metadata metadata = {.count = 0};
    metadata_add(&metadata, "net", nets_all[a->net]->name);
    metadata_add(&metadata, "scheme", init_names()[a->scheme]);
    metadata_add(&metadata, "bias", init_bias_names[a->bias]);
    metadata_add(&metadata, "seed", seed);
    if (a->track >= 0)
        metadata_add(&metadata, "track", track_names[a->track]);
    metadata_add(&metadata, "step", "0");
    bool good = initialise_network(network, init_names()[a->scheme], (enum init_bias)a->bias,
                                   (uint32_t)a->seed, error)
                && weights_write(a->out, network, &metadata, error);
    network_free(network);
    return good;
}

int main(int argc, char **argv)
{
    struct arguments a = {.bias = INIT_BIAS_DEFAULT, .track = -1};
    const struct option_spec options[]
        = {{"net", "NAME", "network", OPTION_CHOICE, &a.net, .required = true,
            .choices = nets_names()},
           {"scheme", "NAME", "how weights are drawn", OPTION_CHOICE, &a.scheme, .required = true,
            .choices = init_names()},
           {"bias", "NAME", "biases: PyTorch's default, or the constant of the scheme",
            OPTION_CHOICE, &a.bias, .choices = init_bias_names},
           {"seed", "N", "seed of the random streams", OPTION_UNSIGNED, &a.seed, .required = true,
            .maximum = UINT32_MAX},
           {"track", "NAME", "track to note in the file", OPTION_CHOICE, &a.track,
            .choices = track_names},
           {"out", "FILE", "weight file to write", OPTION_TEXT, &a.out, .required = true},
           {0}};
    const struct tool tool
        = {"init-weights", "writes the initial weights of a network", options, NULL};
    int code;
    if (!tool_start(&tool, argc, argv, &code))
        return code;
    struct error error;
    return tool_finish(&tool, run(&a, &error), &error);
}
