/* ResNet56 as the author built it: 18 pre-activation bottleneck blocks (He et al. 2016, "Identity
 * mappings in deep residual networks") with a rectifier after each addition; 1,663,370 parameters.
 * Pixels are scaled to [-1,1]. */
#include "nets/nets.h"

/* clang-format off */

/* norm, 1x1 to mid, norm, 3x3, norm, 1x1 to out; then the shortcut is added. */
#define REST_OF_BLOCK(name, mid, out)                                                             \
    BATCH_NORM_RELU(name ".bn2"), CONV(name ".conv2", mid, 3, 1, 1),                             \
    BATCH_NORM_RELU(name ".bn3"), CONV(name ".conv3", out, 1, 1, 0)

#define BLOCK(name, mid, out)                                                                     \
    BRANCH, BATCH_NORM_RELU(name ".bn1"), CONV(name ".conv1", mid, 1, 1, 0),                     \
    REST_OF_BLOCK(name, mid, out), ADD_RELU

/* A stage's first block changes the shape, its shortcut too. */
#define FIRST_BLOCK(name, mid, out, stride)                                                       \
    BRANCH, BATCH_NORM_RELU(name ".bn1"), CONV(name ".conv1", mid, 1, stride, 0),                \
    REST_OF_BLOCK(name, mid, out), SHORTCUT_CONV(name ".shortcut.0", out, stride), ADD_RELU

/* The very first takes its input as it is: its bn1 is in the file and never used. */
#define VERY_FIRST_BLOCK(name, mid, out)                                                          \
    BRANCH, UNUSED_BATCH_NORM(name ".bn1"), CONV(name ".conv1", mid, 1, 1, 0),                    \
    REST_OF_BLOCK(name, mid, out), SHORTCUT_CONV(name ".shortcut.0", out, 1), ADD_RELU

static const struct layer_spec layers[] = {
    CONV("conv1", 16, 3, 1, 1), BATCH_NORM_RELU("bn1"), /* 32x32x16 */

    VERY_FIRST_BLOCK("layer1.0", 16, 64), /* 32x32x64 */
    BLOCK("layer1.1", 16, 64), BLOCK("layer1.2", 16, 64), BLOCK("layer1.3", 16, 64),
    BLOCK("layer1.4", 16, 64), BLOCK("layer1.5", 16, 64),

    FIRST_BLOCK("layer2.0", 64, 128, 2), /* 16x16x128 */
    BLOCK("layer2.1", 64, 128), BLOCK("layer2.2", 64, 128), BLOCK("layer2.3", 64, 128),
    BLOCK("layer2.4", 64, 128), BLOCK("layer2.5", 64, 128),

    FIRST_BLOCK("layer3.0", 128, 256, 2), /* 8x8x256 */
    BLOCK("layer3.1", 128, 256), BLOCK("layer3.2", 128, 256), BLOCK("layer3.3", 128, 256),
    BLOCK("layer3.4", 128, 256), BLOCK("layer3.5", 128, 256),

    BATCH_NORM("bn2"), AVERAGE_POOL(8), LINEAR("sm", 10),
};
/* clang-format on */

const struct network_spec net_resnet56 = {
    .name = "resnet56",
    .input = {32, 32, 3},
    .pixel_offset = 0.5f,
    .pixel_divisor = 0.5f,
    .layers = layers,
    .layer_count = sizeof layers / sizeof *layers,
};
