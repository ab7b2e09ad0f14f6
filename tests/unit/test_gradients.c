/* Gradients of both whole networks, by central differences of the reference in double.
 *
 * Tolerances: Carlini's 1e-4 of the derivative; what is seen is 1e-6. ResNet56 has some hundred
 * thousand rectifiers an image, a few so near 0 that float32 and double see them on different
 * sides, which moves single gradients by hundredths (see test_oracle.c) and their sum by less than
 * 1e-4 as a rule; test_layers.c checks its blocks without such accidents. */
#include "unit/gradient_check.h"

#include "exact/parallel.h"
#include "nets/nets.h"
#include "nn/initialise.h"

static void check(const struct network_spec *spec, const char *scheme, struct gradient_check check)
{
    struct error error;
    check.spec = spec;
    check.pass.training = true;
    assert_good(network_create(&check.network, spec, check.pass.batch, true, &error), error);
    assert_good(initialise_network(check.network, scheme, INIT_BIAS_DEFAULT, 1, &error), error);
    gradient_check_run(&check, 1);
    network_free(check.network);
}

static void test_carlini(void **state)
{
    (void)state;
    check(&net_carlini, "kaiming-uniform",
          (struct gradient_check){.pass = {.batch = 1, .seed = 1, .step = 1},
                                  .loss = LOSS_CROSS_ENTROPY,
                                  .output = 1e-5,
                                  .gradient = 1e-4,
                                  .h = 1e-8,
                                  .each_tensor = true});
}

static void test_resnet56(void **state)
{
    (void)state;
    for (int loss = 0; loss_names[loss] != NULL; loss++)
        check(&net_resnet56, "kaiming-normal",
              (struct gradient_check){.pass = {.batch = 3, .seed = 1, .step = 1},
                                      .loss = (enum loss_kind)loss,
                                      .output = 1e-3,
                                      .gradient = 0.01,
                                      .h = 1e-9});
}

int main(void)
{
    parallel_set_threads(2);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_carlini),
        cmocka_unit_test(test_resnet56),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
