#include "data/order.h"

#include "base/random.h"

const char *const order_names[] = {"sequential", "shuffled", NULL};

void order_fill(uint32_t *order, size_t count, enum order_kind kind, uint32_t seed, uint64_t epoch)
{
    for (size_t i = 0; i < count; i++)
        order[i] = (uint32_t)i;
    if (kind == ORDER_SEQUENTIAL)
        return;
    for (size_t i = count; i-- > 1;) {
        uint32_t words[4];
        random_block(seed, RANDOM_SHUFFLE, epoch, i, words);
        uint32_t j = random_below(words[0], words[1], (uint32_t)i + 1);
        uint32_t kept = order[i];
        order[i] = order[j];
        order[j] = kept;
    }
}
