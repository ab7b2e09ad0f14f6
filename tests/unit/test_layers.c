/* Each kind of layer, alone and joined to others: forward and backward against the reference in
 * double, and what is special to each. A first convolution or linear layer stands before the layer
 * in question where its gradient of x is to be tested: that layer's own gradients rest on it. */
#include "unit/gradient_check.h"

#include "exact/parallel.h"

#define TABLE(...) ((const struct layer_spec[]){__VA_ARGS__})
#define COUNT(...) (sizeof TABLE(__VA_ARGS__) / sizeof(struct layer_spec))
#define SPEC(h, w, c, ...)                                                                         \
    ((const struct network_spec){                                                                  \
        "test", {h, w, c}, 0.0f, 1.0f, TABLE(__VA_ARGS__), COUNT(__VA_ARGS__)})

/* Parameters with nothing special about them: weights of the size that keeps values near 1. */
static void fill_parameters(struct network *network, uint64_t seed)
{
    size_t count;
    struct parameter *parameters = network_parameters(network, &count);
    for (size_t t = 0; t < count; t++) {
        struct parameter *p = &parameters[t];
        double spread = 0.5, middle = 0;
        if (p->role == PARAMETER_WEIGHT)
            spread = sqrt(6.0 / (double)(p->inputs * p->height * p->width));
        if (p->role == PARAMETER_SCALE || p->role == PARAMETER_RUNNING_VARIANCE)
            middle = 1;
        for (size_t i = 0; i < p->count; i++)
            p->value[i] = (float)(middle + spread * support_centred(&seed));
    }
}

static struct network *create(const struct network_spec *spec, size_t batch, bool training)
{
    struct network *network;
    struct error error;
    assert_good(network_create(&network, spec, batch, training, &error), error);
    fill_parameters(network, 7);
    return network;
}

/* Training and evaluation, at the planned size and below it. */
static void check(const struct network_spec spec)
{
    enum { PLANNED = 5, SHORT = 2 };
    for (size_t batch = SHORT; batch <= PLANNED; batch += PLANNED - SHORT) {
        for (int training = 0; training < 2; training++) {
            struct network *network = create(&spec, PLANNED, training);
            struct gradient_check c
                = {.spec = &spec,
                   .pass = {.batch = batch, .training = training, .seed = 3, .step = 9},
                   .loss = batch == PLANNED ? LOSS_CROSS_ENTROPY : LOSS_CROSS_ENTROPY_OF_SOFTMAX,
                   .output = 1e-5,
                   .gradient = 2e-5,
                   .h = 1e-8,
                   .each_tensor = true,
                   .network = network};
            gradient_check_run(&c, 11 + batch);
            network_free(network);
        }
    }
}

static void test_linear(void **state)
{
    (void)state;
    check(SPEC(1, 1, 7, LINEAR("a", 5)));
    check(SPEC(3, 2, 4, LINEAR("a", 33), LINEAR("b", 3)));
}

static void test_convolution(void **state)
{
    (void)state;
    check(SPEC(5, 7, 3, CONV("a", 4, 3, 1, 0), CONV("b", 5, 3, 1, 1), LINEAR("c", 4)));
    check(SPEC(8, 5, 1, CONV("a", 6, 1, 1, 0), CONV("b", 3, 3, 2, 1), LINEAR("c", 4)));
    check(SPEC(7, 6, 2, CONV("a", 3, 5, 1, 2), CONV("b", 17, 1, 2, 0), LINEAR("c", 4)));
}

static void test_batch_norm(void **state)
{
    (void)state;
    check(SPEC(4, 3, 2, CONV("a", 5, 1, 1, 0), BATCH_NORM("b"), LINEAR("c", 4)));
    check(SPEC(4, 4, 2, CONV("a", 9, 3, 1, 1), BATCH_NORM("b"), LINEAR("c", 4)));
    check(SPEC(1, 1, 6, LINEAR("a", 8), BATCH_NORM("b"), LINEAR("c", 3)));
}

static void test_relu(void **state)
{
    (void)state;
    check(SPEC(4, 4, 2, CONV("a", 9, 3, 1, 1), RELU, LINEAR("c", 4)));
}

static void test_pools(void **state)
{
    (void)state;
    check(SPEC(6, 8, 2, CONV("a", 5, 3, 1, 1), MAX_POOL(2), LINEAR("c", 4)));
    check(SPEC(7, 9, 2, CONV("a", 5, 3, 1, 1), MAX_POOL(3), LINEAR("c", 4)));
    check(SPEC(6, 8, 2, CONV("a", 5, 3, 1, 1), AVERAGE_POOL(2), LINEAR("c", 4)));
    check(SPEC(7, 9, 2, CONV("a", 5, 3, 1, 1), AVERAGE_POOL(4), LINEAR("c", 4)));
}

static void test_dropout(void **state)
{
    (void)state;
    check(SPEC(2, 2, 2, LINEAR("a", 31), DROPOUT(0.5f), LINEAR("c", 4)));
    check(SPEC(2, 2, 2, LINEAR("a", 31), RELU, DROPOUT(0.25f), LINEAR("c", 4)));
}

/* Every way in which a gradient can be gathered from two readers. */
static void test_shortcut(void **state)
{
    (void)state;
    check(SPEC(4, 4, 3, CONV("a", 6, 3, 1, 1), BRANCH, CONV("b", 6, 3, 1, 1), ADD, RELU,
               LINEAR("c", 4)));
    check(SPEC(4, 4, 3, CONV("a", 6, 3, 1, 1), BRANCH, CONV("b", 8, 3, 2, 1), RELU,
               CONV("d", 5, 1, 1, 0), SHORTCUT_CONV("s.0", 5, 2), ADD, RELU, LINEAR("c", 4)));
    check(SPEC(4, 4, 3, CONV("a", 6, 3, 1, 1), BRANCH, CONV("b", 6, 1, 1, 0), ADD, BRANCH,
               BATCH_NORM_RELU("n"), CONV("d", 6, 1, 1, 0), ADD_RELU, LINEAR("c", 4)));
}

/* Rectified in the same pass: as the layer followed by a rectifier. */
static void test_rectified(void **state)
{
    (void)state;
    check(SPEC(5, 6, 3, CONV("a", 5, 3, 1, 1), CONV_RELU("b", 7, 3, 2, 1), LINEAR("c", 4)));
    check(SPEC(5, 6, 3, CONV_RELU("a", 16, 3, 1, 1), CONV_RELU("b", 16, 3, 1, 0), LINEAR("c", 4)));
    check(SPEC(4, 4, 2, CONV("a", 9, 3, 1, 1), BATCH_NORM_RELU("b"), LINEAR("c", 4)));
    check(SPEC(4, 4, 3, CONV("a", 6, 3, 1, 1), BRANCH, CONV("b", 6, 3, 1, 1), ADD_RELU,
               LINEAR("c", 4)));
    check(SPEC(6, 6, 3, CONV_RELU("a", 6, 3, 1, 1), MAX_POOL(2), DROPOUT(0.5f), LINEAR("c", 4)));
}

/* And pooled in the same pass, with and without rows left over. */
static void test_pooled(void **state)
{
    (void)state;
    check(SPEC(7, 6, 3, CONV_RELU_MAX_POOL("a", 6, 3, 1, 1, 2), LINEAR("c", 4)));
    check(SPEC(9, 10, 3, CONV("a", 16, 1, 1, 0), CONV_RELU_MAX_POOL("b", 16, 3, 1, 0, 2),
               CONV_RELU_MAX_POOL("d", 5, 3, 1, 1, 3), LINEAR("c", 4)));
}

/* 3x3 convolutions of 16 channels and more go another way; tiles hang over the edges. */
static void test_wide_convolution(void **state)
{
    (void)state;
    check(SPEC(9, 6, 3, CONV("a", 16, 1, 1, 0), CONV("b", 32, 3, 1, 1), LINEAR("c", 4)));
    check(SPEC(7, 11, 3, CONV("a", 32, 1, 1, 0), CONV("b", 16, 3, 1, 0), LINEAR("c", 4)));
}

/* The parts of ResNet56, two blocks of each kind, small enough that no rectifier stands near 0. */
static void test_blocks(void **state)
{
    (void)state;
    check(SPEC(8, 8, 3, CONV("conv1", 4, 3, 1, 1), BATCH_NORM_RELU("bn1"),
               /* */
               BRANCH, UNUSED_BATCH_NORM("0.bn1"), CONV("0.conv1", 4, 1, 1, 0),
               BATCH_NORM_RELU("0.bn2"), CONV("0.conv2", 4, 3, 1, 1), BATCH_NORM_RELU("0.bn3"),
               CONV("0.conv3", 8, 1, 1, 0), SHORTCUT_CONV("0.shortcut.0", 8, 1), ADD_RELU,
               /* */
               BRANCH, BATCH_NORM_RELU("1.bn1"), CONV("1.conv1", 6, 1, 2, 0),
               BATCH_NORM_RELU("1.bn2"), CONV("1.conv2", 6, 3, 1, 1), BATCH_NORM_RELU("1.bn3"),
               CONV("1.conv3", 10, 1, 1, 0), SHORTCUT_CONV("1.shortcut.0", 10, 2), ADD_RELU,
               /* */
               BRANCH, BATCH_NORM_RELU("2.bn1"), CONV("2.conv1", 6, 1, 1, 0),
               BATCH_NORM_RELU("2.bn2"), CONV("2.conv2", 6, 3, 1, 1), BATCH_NORM_RELU("2.bn3"),
               CONV("2.conv3", 10, 1, 1, 0), ADD_RELU,
               /* */
               BATCH_NORM("bn2"), AVERAGE_POOL(4), LINEAR("sm", 5)));
}

/* Runs one step forward and, where the network trains, backward from a gradient of ones. */
static void run(struct network *network, struct pass pass, const float *x, size_t inputs)
{
    memcpy(network_input(network), x, inputs * sizeof *x);
    network_forward(network, &pass);
    float *dz = network_output_gradient(network);
    if (!pass.training)
        return;
    for (size_t i = 0; i < pass.batch * network_classes(network); i++)
        dz[i] = 1.0f;
    network_backward(network, &pass);
}

/* Rate and scale of the mask; the same for the same seed and step and no other; none in evaluation.
 * The layer's input is made 1 by a linear layer of zero weights and a bias of 1, whose gradient
 * then counts the mask as backward applies it. */
static void test_dropout_mask(void **state)
{
    (void)state;
    enum { BATCH = 64, WIDTH = 500 };
    const float rates[] = {0.5f, 0.25f};
    float x[BATCH] = {0}, *kept = support_floats(BATCH * WIDTH);
    for (int r = 0; r < 2; r++) {
        const struct layer_spec layers[] = {LINEAR("a", WIDTH), DROPOUT(rates[r])};
        const struct network_spec spec = {"test", {1, 1, 1}, 0, 1, layers, 2};
        struct network *network = create(&spec, BATCH, true);
        size_t count;
        struct parameter *p = network_parameters(network, &count);
        for (size_t i = 0; i < WIDTH; i++) {
            p[0].value[i] = 0.0f;
            p[1].value[i] = 1.0f;
        }
        struct pass pass = {.batch = BATCH, .training = true, .seed = 5, .step = 1};
        const float *y = network_output(network), scale = 1.0f / (1.0f - rates[r]);
        run(network, pass, x, BATCH);
        memcpy(kept, y, BATCH * WIDTH * sizeof *kept);
        double ones = 0, n = BATCH * WIDTH, rate = 1 - (double)rates[r];
        for (size_t i = 0; i < BATCH * WIDTH; i++) {
            assert_true(kept[i] == 0.0f || kept[i] == scale);
            ones += kept[i] != 0.0f;
        }
        assert_near(ones / n, rate, 5 * sqrt(rate * (1 - rate) / n), "share kept");
        for (size_t o = 0; o < WIDTH; o++) {
            float sum = 0;
            for (size_t b = 0; b < BATCH; b++)
                sum += kept[b * WIDTH + o];
            assert_near((double)p[1].gradient[o], (double)sum, 1e-4, "backward's mask");
        }
        run(network, pass, x, BATCH);
        assert_memory_equal(kept, y, BATCH * WIDTH * sizeof *kept);
        pass.step = 2;
        run(network, pass, x, BATCH);
        assert_true(memcmp(kept, y, BATCH * WIDTH * sizeof *kept) != 0);
        pass = (struct pass){.batch = BATCH, .training = true, .seed = 6, .step = 1};
        run(network, pass, x, BATCH);
        assert_true(memcmp(kept, y, BATCH * WIDTH * sizeof *kept) != 0);
        pass.training = false;
        run(network, pass, x, BATCH);
        for (size_t i = 0; i < BATCH * WIDTH; i++)
            assert_true(y[i] == 1.0f);
        network_free(network);
    }
    free(kept);
}

/* running = 0.9 running + 0.1 (mean, unbiased variance), twice, with a short batch second. */
static void test_running_statistics(void **state)
{
    (void)state;
    enum { BATCH = 6, AREA = 6, C = 3, INPUTS = BATCH * AREA * C };
    const struct network_spec spec
        = SPEC(2, 3, C, CONV("i", C, 1, 1, 0), BATCH_NORM("a"), LINEAR("b", 2));
    struct network *network = create(&spec, BATCH, true);
    size_t count;
    struct parameter *p = network_parameters(network, &count);
    for (size_t i = 0; i < C * C; i++)
        p[0].value[i] = i % (C + 1) == 0 ? 1 : 0; /* x as it is */
    memset(p[1].value, 0, C * sizeof *p[1].value);
    p += 2;
    float x[INPUTS];
    for (int step = 0; step < 2; step++) {
        double before[2][C];
        size_t rows = (step == 0 ? BATCH : 1) * AREA;
        support_fill(x, INPUTS, (uint64_t)step);
        for (size_t i = 0; i < INPUTS; i++)
            x[i] += 3.0f;
        for (size_t k = 0; k < C; k++) {
            before[0][k] = (double)p[2].value[k];
            before[1][k] = (double)p[3].value[k];
        }
        memcpy(network_input(network), x, sizeof x);
        network_forward(network, &(struct pass){.batch = rows / AREA, .training = true});
        for (size_t k = 0; k < C; k++) {
            double mean = 0, variance = 0;
            for (size_t i = 0; i < rows; i++)
                mean += (double)x[i * C + k] / (double)rows;
            for (size_t i = 0; i < rows; i++)
                variance += pow((double)x[i * C + k] - mean, 2) / (double)(rows - 1);
            assert_near((double)p[2].value[k], 0.9 * before[0][k] + 0.1 * mean, 1e-6, "mean");
            assert_near((double)p[3].value[k], 0.9 * before[1][k] + 0.1 * variance, 1e-6,
                        "variance");
        }
    }
    /* Evaluation leaves them alone. */
    float kept[2][C];
    memcpy(kept[0], p[2].value, sizeof kept[0]);
    memcpy(kept[1], p[3].value, sizeof kept[1]);
    run(network, (struct pass){.batch = 2}, x, INPUTS);
    assert_memory_equal(kept[0], p[2].value, sizeof kept[0]);
    assert_memory_equal(kept[1], p[3].value, sizeof kept[1]);
    network_free(network);
}

/* NaN stays NaN through the rectifier and the greatest of a window; equals go to the first. */
static void test_special_values(void **state)
{
    (void)state;
    const struct network_spec spec = SPEC(2, 2, 3, RELU, MAX_POOL(2));
    struct network *network = create(&spec, 1, false);
    /* channels: a NaN, an infinity, and negatives with -0 */
    const float x[12] = {1, -INFINITY, -1, NAN, 2, -0.0f, 3, INFINITY, -2, 4, 5, -3};
    run(network, (struct pass){.batch = 1}, x, 12);
    assert_true(isnan(network_output(network)[0]));
    assert_true(isinf(network_output(network)[1]));
    assert_true(support_bits(network_output(network)[2]) == 0);
    network_free(network);
}

static void test_max_pool_ties(void **state)
{
    (void)state;
    const struct network_spec spec = SPEC(2, 2, 1, CONV("a", 1, 1, 1, 0), MAX_POOL(2));
    struct network *network = create(&spec, 1, true);
    size_t count;
    struct parameter *p = network_parameters(network, &count);
    const float x[4] = {0, 5, 5, 5};
    p[0].value[0] = 1.0f;
    p[1].value[0] = 0.0f;
    run(network, (struct pass){.batch = 1, .training = true}, x, 4);
    assert_true(network_output(network)[0] == 5.0f);
    assert_true(p[0].gradient[0] == 5.0f); /* one of the equals, not three */
    assert_true(p[1].gradient[0] == 1.0f);
    network_free(network);
}

int main(void)
{
    parallel_set_threads(1); /* tiny products */
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_linear),
        cmocka_unit_test(test_convolution),
        cmocka_unit_test(test_batch_norm),
        cmocka_unit_test(test_relu),
        cmocka_unit_test(test_pools),
        cmocka_unit_test(test_dropout),
        cmocka_unit_test(test_shortcut),
        cmocka_unit_test(test_rectified),
        cmocka_unit_test(test_pooled),
        cmocka_unit_test(test_wide_convolution),
        cmocka_unit_test(test_blocks),
        cmocka_unit_test(test_dropout_mask),
        cmocka_unit_test(test_running_statistics),
        cmocka_unit_test(test_special_values),
        cmocka_unit_test(test_max_pool_ties),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
