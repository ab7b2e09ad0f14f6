/* LeNet-5 (LeCun, Bottou, Bengio & Haffner 1998, Fig. 2) as it is trained on CIFAR-10 today: three
 * input channels, ReLU and max pooling; 62,006 parameters. Pixels are scaled to [0,1]. */
#include "nets/nets.h"

/* clang-format off */
static const struct layer_spec layers[] = {
    CONV_RELU_MAX_POOL("conv1", 6, 5, 1, 0, 2),  /* 32x32x3 -> 28x28x6 -> 14x14x6 */
    CONV_RELU_MAX_POOL("conv2", 16, 5, 1, 0, 2), /* 10x10x16 -> 5x5x16 = 400 */
    LINEAR("fc1", 120), RELU,
    LINEAR("fc2", 84), RELU,
    LINEAR("fc3", 10),
};
/* clang-format on */

const struct network_spec net_lenet5 = {
    .name = "lenet5",
    .input = {32, 32, 3},
    .pixel_offset = 0.0f,
    .pixel_divisor = 1.0f,
    .layers = layers,
    .layer_count = sizeof layers / sizeof *layers,
};
