#include "run/batches.h"

void batch_scaling(const struct network_spec *spec, float table[256])
{
    for (int p = 0; p < 256; p++)
        table[p] = ((float)p / 255.0f - spec->pixel_offset) / spec->pixel_divisor;
}

void batch_fill(struct network *network, const struct cifar10 *set, const float table[256],
                const uint32_t *order, size_t first, size_t count, uint8_t *labels)
{
    float *x = network_input(network);
#pragma omp parallel for schedule(static)
    for (size_t b = 0; b < count; b++) {
        size_t i = order != NULL ? order[first + b] : first + b;
        labels[b] = cifar10_example(set, i, table, x + b * CIFAR10_PIXELS);
    }
}
