/* Initial weights: names, shapes and numbers of parameters; and of each scheme, in every tensor,
 * the mean, the spread, the bounds, the symmetry, and that nothing depends on anything else. Bounds
 * of statistics are five standard deviations of theirs. */
#include "unit/support.h"

#include "nets/nets.h"
#include "nn/initialise.h"

static struct network *create(const struct network_spec *spec)
{
    struct network *network;
    struct error error;
    assert_good(network_create(&network, spec, 1, false, &error), error);
    return network;
}

static void initialise(struct network *network, const char *scheme, uint32_t seed)
{
    struct error error;
    assert_good(initialise_network(network, scheme, INIT_BIAS_DEFAULT, seed, &error), error);
}

static const struct parameter *find(struct network *network, const char *name)
{
    size_t count;
    const struct parameter *parameters = network_parameters(network, &count);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(parameters[i].name, name) == 0)
            return &parameters[i];
    }
    fail_msg("no parameter %s", name);
    return NULL;
}

struct expected {
    const char *name;
    size_t dims, shape[4];
};

static void check_tensors(struct network *network, const struct expected *expected, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct parameter *p = find(network, expected[i].name);
        assert_int_equal(p->dims, expected[i].dims);
        assert_memory_equal(p->shape, expected[i].shape, sizeof p->shape);
    }
}

/* From the architecture's description; the whole list of names is proved by PyTorch's strict
 * load_state_dict in tests/oracle/make-fixture.py. */
static void test_carlini_tensors(void **state)
{
    (void)state;
    static const struct expected expected[] = {
        {"conv0.weight", 4, {64, 3, 3, 3}},    {"conv0.bias", 1, {64}},
        {"conv1.weight", 4, {64, 64, 3, 3}},   {"conv1.bias", 1, {64}},
        {"conv2.weight", 4, {128, 64, 3, 3}},  {"conv2.bias", 1, {128}},
        {"conv3.weight", 4, {128, 128, 3, 3}}, {"conv3.bias", 1, {128}},
        {"forward0.weight", 2, {256, 3200}},   {"forward0.bias", 1, {256}},
        {"forward1.weight", 2, {256, 256}},    {"forward1.bias", 1, {256}},
        {"forward2.weight", 2, {10, 256}},     {"forward2.bias", 1, {10}},
    };
    size_t count;
    struct network *network = create(&net_carlini);
    network_parameters(network, &count);
    assert_int_equal(count, sizeof expected / sizeof *expected);
    check_tensors(network, expected, count);
    assert_int_equal(network_trained(network), 1147978);
    network_free(network);
}

static void test_resnet56_tensors(void **state)
{
    (void)state;
    static const struct expected expected[] = {
        {"conv1.weight", 4, {16, 3, 3, 3}},
        {"bn1.weight", 1, {16}},
        {"bn1.running_mean", 1, {16}},
        {"layer1.0.bn1.weight", 1, {16}},
        {"layer1.0.conv1.weight", 4, {16, 16, 1, 1}},
        {"layer1.0.conv2.weight", 4, {16, 16, 3, 3}},
        {"layer1.0.conv3.weight", 4, {64, 16, 1, 1}},
        {"layer1.0.shortcut.0.weight", 4, {64, 16, 1, 1}},
        {"layer1.5.bn1.running_var", 1, {64}},
        {"layer1.5.conv1.weight", 4, {16, 64, 1, 1}},
        {"layer2.0.bn1.weight", 1, {64}},
        {"layer2.0.conv1.weight", 4, {64, 64, 1, 1}},
        {"layer2.0.conv3.weight", 4, {128, 64, 1, 1}},
        {"layer2.0.shortcut.0.bias", 1, {128}},
        {"layer3.0.bn1.weight", 1, {128}},
        {"layer3.0.shortcut.0.weight", 4, {256, 128, 1, 1}},
        {"layer3.5.bn3.bias", 1, {128}},
        {"layer3.5.conv3.weight", 4, {256, 128, 1, 1}},
        {"bn2.running_var", 1, {256}},
        {"sm.weight", 2, {10, 256}},
        {"sm.bias", 1, {10}},
    };
    size_t count, shortcuts = 0;
    struct network *network = create(&net_resnet56);
    const struct parameter *parameters = network_parameters(network, &count);
    check_tensors(network, expected, sizeof expected / sizeof *expected);
    for (size_t i = 0; i < count; i++)
        shortcuts += strstr(parameters[i].name, "shortcut") != NULL;
    /* 56 batch norms of four, 56 convolutions, 3 of them shortcuts, and a linear layer, of two */
    assert_int_equal(count, 56 * 4 + (1 + 18 * 3 + 3) * 2 + 2);
    assert_int_equal(shortcuts, 3 * 2);
    assert_int_equal(network_trained(network), 1663370);
    network_free(network);
}

static void test_lenet5_tensors(void **state)
{
    (void)state;
    static const struct expected expected[] = {
        {"conv1.weight", 4, {6, 3, 5, 5}}, {"conv2.weight", 4, {16, 6, 5, 5}},
        {"fc1.weight", 2, {120, 400}},     {"fc2.weight", 2, {84, 120}},
        {"fc3.weight", 2, {10, 84}},
    };
    struct network *network = create(&net_lenet5);
    check_tensors(network, expected, sizeof expected / sizeof *expected);
    assert_int_equal(network_trained(network), 62006);
    network_free(network);
}

/* What a tensor's values should be: uniform within +-bound, or normal of this deviation. */
struct law {
    bool normal;
    double size;
};

static bool is_named(const char *scheme, const char *name)
{
    return strcmp(scheme, name) == 0;
}

static struct law law_of(const struct parameter *p, const char *scheme)
{
    double n_in = (double)(p->inputs * p->height * p->width);
    double n_out = (double)p->outputs * (p->dims == 4 ? (double)(p->height * p->width) : 1);
    if (is_named(scheme, "kaiming-uniform"))
        return (struct law){false, sqrt(6 / n_in)};
    if (is_named(scheme, "kaiming-normal"))
        return (struct law){true, sqrt(2 / n_in)};
    if (is_named(scheme, "xavier-uniform"))
        return (struct law){false, sqrt(6 / (n_in + n_out))};
    if (is_named(scheme, "xavier-normal"))
        return (struct law){true, sqrt(2 / (n_in + n_out))};
    if (is_named(scheme, "lecun-normal"))
        return (struct law){true, sqrt(1 / n_in)};
    assert_true(is_named(scheme, "default"));
    return (struct law){false, 1 / sqrt(n_in)};
}

/* Moments of x / size. For U(-1,1): mean square 1/3, its variance 4/45. For N(0,1): 1 and 2. */
static void check_law(const struct parameter *p, struct law law)
{
    double n = (double)p->count, sum = 0, squares = 0, cubes = 0, above = 0, largest = 0;
    for (size_t i = 0; i < p->count; i++) {
        double x = (double)p->value[i] / law.size;
        sum += x;
        squares += x * x;
        cubes += x * x * x;
        above += x > 0;
        largest = fmax(largest, fabs(x));
    }
    double variance = law.normal ? 1 : 1.0 / 3;
    assert_near(sum / n, 0, 5 * sqrt(variance / n), p->name);
    assert_near(squares / n, variance, 5 * sqrt((law.normal ? 2 : 4.0 / 45) / n), p->name);
    assert_near(cubes / n, 0, 5 * sqrt((law.normal ? 15 : 1.0 / 7) / n), p->name);
    assert_near(above / n, 0.5, 5 * sqrt(0.25 / n), p->name);
    if (law.normal) {
        /* P(max > t) < n exp(-t^2/2): below 1e-6 here; and a long tail must be there */
        assert_true(largest < sqrt(2 * (log(n) + 14)));
        if (n > 6000) /* P(none above 3) = 0.9973^n < 1e-7 */
            assert_true(largest > 3);
    } else {
        assert_true(largest <= 1 + 1e-7);
        assert_true(largest > 1 - 20 / n); /* P(all below) = (1 - 20/n)^n < 3e-9 */
    }
}

/* The sum over i of a[i * stride] b[i * stride]. */
static double product(const float *a, const float *b, size_t count, size_t stride)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += (double)a[i * stride] * (double)b[i * stride];
    return sum;
}

/* Orthonormal rows or columns, and R = Q' G is upper triangular with a positive diagonal. The
 * normal values G are those of kaiming-normal but for their scale. */
static void check_orthogonal(const struct parameter *p, const struct parameter *kaiming)
{
    size_t outputs = p->outputs, inputs = p->count / outputs;
    bool tall = outputs >= inputs;
    size_t vectors = tall ? inputs : outputs, length = tall ? outputs : inputs;
    size_t next = tall ? 1 : inputs,
           stride = tall ? inputs : 1; /* from vector to vector, within one */
    float *q = support_floats(p->count), *g = support_floats(p->count);
    parameter_export(p, p->value, q);
    parameter_export(kaiming, kaiming->value, g);
    for (size_t j = 0; j < vectors; j++) {
        double norm = sqrt(product(g + j * next, g + j * next, length, stride));
        for (size_t k = j; k < vectors; k++)
            assert_near(product(q + j * next, q + k * next, length, stride), j == k, 1e-6, p->name);
        for (size_t k = j + 1; k < vectors; k++)
            assert_near(product(q + k * next, g + j * next, length, stride) / norm, 0, 1e-5,
                        p->name);
        assert_true(product(q + j * next, g + j * next, length, stride) > 0);
    }
    free(q);
    free(g);
}

static void check_network(const struct network_spec *spec, const char *scheme)
{
    size_t count;
    double n_in = 0;
    struct network *network = create(spec), *reference = create(spec);
    const struct parameter *parameters = network_parameters(network, &count);
    const struct parameter *kaiming = network_parameters(reference, &count);
    initialise(network, scheme, 1);
    if (is_named(scheme, "orthogonal"))
        initialise(reference, "kaiming-normal", 1);
    for (size_t t = 0; t < count; t++) {
        const struct parameter *p = &parameters[t];
        bool one = p->role == PARAMETER_SCALE || p->role == PARAMETER_RUNNING_VARIANCE;
        if (p->role == PARAMETER_WEIGHT)
            n_in = (double)(p->inputs * p->height * p->width);
        bool constant = is_named(scheme, "zeros") || is_named(scheme, "ones");
        if (p->role == PARAMETER_WEIGHT && is_named(scheme, "orthogonal")) {
            check_orthogonal(p, &kaiming[t]);
        } else if (p->role == PARAMETER_WEIGHT && !constant) {
            check_law(p, law_of(p, scheme));
        } else if (p->role == PARAMETER_BIAS) {
            check_law(p, (struct law){false, 1 / sqrt(n_in)}); /* whatever the scheme */
        } else {
            float want = p->role == PARAMETER_WEIGHT ? is_named(scheme, "ones") : one;
            for (size_t i = 0; i < p->count; i++)
                assert_true(support_bits(p->value[i]) == support_bits(want));
        }
    }
    network_free(network);
    network_free(reference);
}

static void test_laws(void **state)
{
    (void)state;
    for (int scheme = 0; init_names()[scheme] != NULL; scheme++) {
        check_network(&net_carlini, init_names()[scheme]);
        check_network(&net_resnet56, init_names()[scheme]);
        check_network(&net_lenet5, init_names()[scheme]);
    }
}

/* The share of a normal's values below some points, where moments say little. */
static void test_normal_shape(void **state)
{
    (void)state;
    static const double points[] = {-2, -1, -0.5, 0, 0.25, 1, 1.5, 3};
    struct network *network = create(&net_carlini);
    initialise(network, "kaiming-normal", 3);
    const struct parameter *p = find(network, "forward0.weight");
    double deviation = sqrt(2.0 / 3200), n = (double)p->count;
    for (size_t k = 0; k < sizeof points / sizeof *points; k++) {
        double below = 0, want = 0.5 * erfc(-points[k] / sqrt(2));
        for (size_t i = 0; i < p->count; i++)
            below += (double)p->value[i] < points[k] * deviation;
        assert_near(below / n, want, 5 * sqrt(want * (1 - want) / n), "normal distribution");
    }
    network_free(network);
}

/* Correlation of two samples, for independent ones within 5 / sqrt(n) of 0. */
static void assert_independent(const float *a, const float *b, size_t count, const char *what)
{
    double ab = 0, aa = 0, bb = 0;
    for (size_t i = 0; i < count; i++) {
        ab += (double)a[i] * (double)b[i];
        aa += (double)a[i] * (double)a[i];
        bb += (double)b[i] * (double)b[i];
    }
    assert_near(ab / sqrt(aa * bb), 0, 5 / sqrt((double)count), what);
}

static void test_independence(void **state)
{
    (void)state;
    static const char *const schemes[] = {"kaiming-uniform", "kaiming-normal"};
    for (int s = 0; s < 2; s++) {
        struct network *one = create(&net_carlini), *two = create(&net_carlini);
        initialise(one, schemes[s], 1);
        initialise(two, schemes[s], 2);
        const struct parameter *a = find(one, "conv1.weight"), *b = find(one, "conv2.weight");
        assert_independent(a->value, b->value, a->count, "two tensors");
        assert_independent(a->value, a->value + 1, a->count - 1, "neighbours in memory");
        float *file = support_floats(a->count);
        parameter_export(a, a->value, file);
        for (size_t lag = 1; lag <= 8; lag++)
            assert_independent(file, file + lag, a->count - lag, "neighbours in the file");
        free(file);
        size_t trained = network_trained(one);
        assert_independent(network_values(one), network_values(two), trained, "two seeds");
        initialise(two, schemes[s], 1);
        assert_memory_equal(network_values(one), network_values(two), trained * sizeof(float));
        network_free(one);
        network_free(two);
    }
}

/* PyTorch's default whatever the scheme, unless they are asked to take its constant. */
static void test_biases(void **state)
{
    (void)state;
    struct error error;
    struct network *network = create(&net_carlini);
    const struct parameter *bias = find(network, "forward0.bias");
    float kept[256];
    initialise(network, "zeros", 1);
    memcpy(kept, bias->value, sizeof kept);
    initialise(network, "xavier-normal", 1);
    assert_memory_equal(kept, bias->value, sizeof kept); /* no scheme touches them */
    assert_good(initialise_network(network, "ones", INIT_BIAS_SCHEME, 1, &error), error);
    assert_true(bias->value[0] == 1.0f && bias->value[255] == 1.0f);
    assert_good(initialise_network(network, "zeros", INIT_BIAS_SCHEME, 1, &error), error);
    assert_true(bias->value[0] == 0.0f && bias->value[255] == 0.0f);
    assert_fails(initialise_network(network, "default", INIT_BIAS_SCHEME, 1, &error), error,
                 "zeros and ones only");
    assert_fails(initialise_network(network, "sevens", INIT_BIAS_DEFAULT, 1, &error), error,
                 "unknown initialisation scheme sevens");
    network_free(network);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_carlini_tensors), cmocka_unit_test(test_resnet56_tensors),
        cmocka_unit_test(test_lenet5_tensors),  cmocka_unit_test(test_laws),
        cmocka_unit_test(test_normal_shape),    cmocka_unit_test(test_independence),
        cmocka_unit_test(test_biases),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
