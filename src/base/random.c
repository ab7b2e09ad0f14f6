#include "base/random.h"

#include <Random123/philox.h>

void random_block(uint32_t seed, uint32_t stream, uint64_t what, uint64_t where, uint32_t out[4])
{
    philox4x32_key_t key = {{seed, stream}};
    philox4x32_ctr_t counter
        = {{(uint32_t)what, (uint32_t)(what >> 32), (uint32_t)where, (uint32_t)(where >> 32)}};
    philox4x32_ctr_t block = philox4x32_R(10, counter, key);
    for (int i = 0; i < 4; i++)
        out[i] = block.v[i];
}

uint32_t random_below(uint32_t low, uint32_t high, uint32_t bound)
{
    uint64_t from_high = (uint64_t)high * bound;
    uint64_t from_low = (uint64_t)low * bound;
    return (uint32_t)((from_high + (from_low >> 32)) >> 32);
}
