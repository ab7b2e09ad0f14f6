#include "run/fingerprint.h"

#include "base/random.h"
#include "data/order.h"
#include "nets/nets.h"
#include "nn/adam.h"
#include "nn/initialise.h"
#include "nn/loss.h"
#include "run/batches.h"
#include "run/weights.h"

#include <stdio.h>
#include <string.h>

/* A batch of 5, then a short one of 3: enough that every layer, part and remainder is met. */
enum { BATCH = 5, STEPS = 3, SEED = 20230501 };

static void make_batch(struct network *network, uint64_t step, size_t batch, uint8_t *labels)
{
    uint8_t records[BATCH * CIFAR10_RECORD];
    uint32_t order[BATCH];
    float table[256];
    for (size_t i = 0; i < sizeof records; i++) {
        uint32_t words[4];
        random_block(SEED, RANDOM_DEMO, step, i, words);
        records[i] = (uint8_t)(words[0] % (i % CIFAR10_RECORD == 0 ? CIFAR10_CLASSES : 256));
    }
    struct cifar10 set = {.count = BATCH, .records = records};
    order_fill(order, BATCH, ORDER_SHUFFLED, SEED, step);
    batch_scaling(network_spec_of(network), table);
    batch_fill(network, &set, table, order, 0, batch, labels);
}

static bool add_network(struct sha256 *hash, const struct network_spec *spec,
                        enum init_scheme scheme, enum loss_kind loss, struct error *error)
{
    struct network *network;
    struct adam adam = {0};
    uint8_t labels[BATCH];
    char weights[SHA256_HEX_SIZE] = "";
    if (!network_create(&network, spec, BATCH, true, error))
        return false;
    size_t classes = network_classes(network);
    bool good = adam_create(&adam, network_trained(network), 1e-3, error)
                && initialise_network(network, scheme, INIT_BIAS_DEFAULT, SEED, error);
    for (uint64_t step = 1; good && step <= STEPS; step++) {
        struct pass pass = {step == STEPS ? 3 : BATCH, true, SEED, step};
        make_batch(network, step, pass.batch, labels);
        network_forward(network, &pass);
        double sum = loss_compute(loss, pass.batch, classes, network_output(network), labels,
                                  network_output_gradient(network));
        /* The exact bits of a double, in a form that does not depend on the machine. */
        char text[40];
        int length = snprintf(text, sizeof text, "%a", sum);
        sha256_update(hash, text, (size_t)length);
        network_backward(network, &pass);
        adam_update(&adam, network_values(network), network_gradients(network));
    }
    if (good) {
        make_batch(network, 0, BATCH, labels);
        network_forward(network, &(struct pass){.batch = BATCH});
        struct tensor logits
            = {.count = BATCH * classes, .values = (float *)network_output(network)};
        char hex[SHA256_HEX_SIZE];
        good = weights_hash(network, weights, error) && tensors_hash(&logits, 1, hex, error);
        if (good) {
            sha256_update(hash, weights, strlen(weights));
            sha256_update(hash, hex, strlen(hex));
        }
    }
    adam_release(&adam);
    network_free(network);
    return good;
}

bool fingerprint_compute(char hex[SHA256_HEX_SIZE], struct error *error)
{
    struct sha256 hash;
    if (!sha256_start(&hash, error))
        return false;
    bool good = true;
    for (int scheme = 0; good && init_names[scheme] != NULL; scheme++)
        good
            = add_network(&hash, &net_carlini, (enum init_scheme)scheme, LOSS_CROSS_ENTROPY, error);
    good = good
           && add_network(&hash, &net_resnet56, INIT_KAIMING_NORMAL, LOSS_CROSS_ENTROPY_OF_SOFTMAX,
                          error);
    if (good)
        sha256_finish(&hash, hex);
    else
        sha256_drop(&hash);
    return good;
}
