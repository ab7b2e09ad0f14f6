#include "nn/network.h"

/* Where in memory, [y][x][i][o], the file's element [o][i][y][x] lies. */
static size_t memory_index(const struct parameter *p, size_t o, size_t i, size_t y, size_t x)
{
    return ((y * p->width + x) * p->inputs + i) * p->outputs + o;
}

void parameter_export(const struct parameter *p, const float *memory, float *file)
{
    for (size_t o = 0; o < p->outputs; o++) {
        for (size_t i = 0; i < p->inputs; i++) {
            for (size_t y = 0; y < p->height; y++) {
                for (size_t x = 0; x < p->width; x++)
                    *file++ = memory[memory_index(p, o, i, y, x)];
            }
        }
    }
}

void parameter_import(const struct parameter *p, const float *file, float *memory)
{
    for (size_t o = 0; o < p->outputs; o++) {
        for (size_t i = 0; i < p->inputs; i++) {
            for (size_t y = 0; y < p->height; y++) {
                for (size_t x = 0; x < p->width; x++)
                    memory[memory_index(p, o, i, y, x)] = *file++;
            }
        }
    }
}
