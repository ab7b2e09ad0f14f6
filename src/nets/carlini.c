/* The Carlini network: four convolutions without padding, three linear layers; 1,147,978
 * parameters. Pixels are scaled to [0,1]. */
#include "nets/nets.h"

/* clang-format off */
static const struct layer_spec layers[] = {
    CONV_RELU("conv0", 64, 3, 1, 0),             /* 32x32x3 -> 30x30x64 */
    CONV_RELU_MAX_POOL("conv1", 64, 3, 1, 0, 2), /* 28x28x64 -> 14x14x64 */
    CONV_RELU("conv2", 128, 3, 1, 0),            /* 12x12x128 */
    CONV_RELU_MAX_POOL("conv3", 128, 3, 1, 0, 2), /* 10x10x128 -> 5x5x128 = 3200 */
    LINEAR("forward0", 256), RELU, DROPOUT(0.5f),
    LINEAR("forward1", 256), RELU,
    LINEAR("forward2", 10),
};
/* clang-format on */

const struct network_spec net_carlini = {
    .name = "carlini",
    .input = {32, 32, 3},
    .pixel_offset = 0.0f,
    .pixel_divisor = 1.0f,
    .layers = layers,
    .layer_count = sizeof layers / sizeof *layers,
};
