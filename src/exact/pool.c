#include "exact/pool.h"

#include "exact/isa.h"

#include <string.h>

size_t pool_element(const struct pool_shape *s, size_t at, size_t w)
{
    size_t k = s->kernel, width = s->width / k;
    size_t row = at / width * k + w / k, column = at % width * k + w % k;
    return (row * s->width + column) * s->channels;
}

static size_t outputs(const struct pool_shape *s)
{
    return (s->height / s->kernel) * (s->width / s->kernel);
}

void pool_max_forward(const struct pool_shape *s, const float *x, float *y, uint8_t *place)
{
    size_t c = s->channels;
    for (size_t at = 0; at < outputs(s); at++, y += c, place += c) {
        memcpy(y, x + pool_element(s, at, 0), c * sizeof *y);
        memset(place, 0, c);
        for (size_t w = 1; w < s->kernel * s->kernel; w++)
            isa_kernels()->elementwise->pool_max(c, (uint8_t)w, x + pool_element(s, at, w), y,
                                                 place);
    }
}

void pool_max_backward(const struct pool_shape *s, const float *dy, const uint8_t *place, float *dx)
{
    size_t c = s->channels;
    if (s->height % s->kernel != 0 || s->width % s->kernel != 0)
        memset(dx, 0, s->height * s->width * c * sizeof *dx);
    for (size_t at = 0; at < outputs(s); at++, dy += c, place += c) {
        for (size_t w = 0; w < s->kernel * s->kernel; w++)
            isa_kernels()->elementwise->pool_max_gradient(c, (uint8_t)w, dy, place,
                                                          dx + pool_element(s, at, w));
    }
}
