/* Both networks against PyTorch: the fixtures of tests/oracle hold logits, loss, gradients and the
 * weights after three steps of Adam, computed there in float64 from our initial weights. */
#include "unit/support.h"

#include "data/cifar10.h"
#include "nets/nets.h"
#include "nn/initialise.h"
#include "nn/loss.h"
#include "nn/optimiser.h"
#include "run/batches.h"

enum { EXAMPLES = 8, STEPS = 3, LAYERS_MAX = 512, LOGITS = EXAMPLES * CIFAR10_CLASSES };

/* How near we must come, and why: PyTorch's own float32 is this far from its float64
 * (make-fixture.py prints it):
 *                                                     carlini   resnet56
 *     largest difference of a logit                   9.7e-7    1.2e-5
 *     gradients: of the samples' rms, worst tensor    1.9e-6    0.019
 *     movement by three steps of Adam, the same       4.1e-5    0.039
 *     running statistics, the same                    -         2.3e-5
 * The second network has some millions of rectifiers, a few of which stand so near 0 that rounding
 * decides their side; each that flips changes gradients by a whole example's part. The tests of
 * single layers and of small networks of the same parts (test_layers.c) are the sharper ones. */
struct oracle {
    const struct network_spec *spec;
    const char *scheme;
    enum loss_kind loss;
    const char *fixture;
    size_t tensors;           /* lines about tensors */
    double logits, mean_loss; /* absolute */
    double tolerance[3];      /* gradients, moved, running: of the samples' rms */
};

static const struct oracle carlini = {.spec = &net_carlini,
                                      .scheme = "kaiming-uniform",
                                      .loss = LOSS_CROSS_ENTROPY,
                                      .fixture = "tests/oracle/carlini.txt",
                                      .tensors = 2 * 14,
                                      .logits = 1e-5,
                                      .mean_loss = 1e-6,
                                      .tolerance = {1e-5, 2e-4, 0}};
static const struct oracle resnet56 = {.spec = &net_resnet56,
                                       .scheme = "kaiming-normal",
                                       .loss = LOSS_CROSS_ENTROPY_OF_SOFTMAX,
                                       .fixture = "tests/oracle/resnet56.txt",
                                       .tensors = 531,
                                       .logits = 1e-4,
                                       .mean_loss = 1e-6,
                                       .tolerance = {0.06, 0.1, 1e-4}};

struct state {
    const struct oracle *oracle;
    struct layer_spec layers[LAYERS_MAX];
    struct network_spec spec;
    struct network *network;
    struct optimiser optimiser;
    uint8_t labels[EXAMPLES];
    float logits[LOGITS]; /* of the first step, as is all down to here */
    double loss;
    float *gradients; /* [trained] */
    float *moved;     /* [trained]: by all steps */
    double rate;
};

/* The table of the network with dropout switched off. */
static void switch_dropout_off(struct state *s)
{
    s->spec = *s->oracle->spec;
    assert_true(s->spec.layer_count <= LAYERS_MAX);
    memcpy(s->layers, s->spec.layers, s->spec.layer_count * sizeof *s->layers);
    for (size_t i = 0; i < s->spec.layer_count; i++)
        s->layers[i].probability = 0.0f;
    s->spec.layers = s->layers;
}

static void take_step(struct state *s, const struct cifar10 *set, bool first)
{
    float table[256];
    size_t trained = network_trained(s->network);
    struct pass pass = {.batch = EXAMPLES, .training = true, .seed = 1, .step = 1};
    batch_scaling(&s->spec, table);
    batch_fill(s->network, set, table, NULL, 0, EXAMPLES, s->labels);
    network_forward(s->network, &pass);
    double loss
        = loss_compute(s->oracle->loss, EXAMPLES, CIFAR10_CLASSES, network_output(s->network),
                       s->labels, network_output_gradient(s->network));
    if (first) {
        s->loss = loss / EXAMPLES;
        memcpy(s->logits, network_output(s->network), sizeof s->logits);
    }
    network_backward(s->network, &pass);
    if (first)
        memcpy(s->gradients, network_gradients(s->network), trained * sizeof(float));
    optimiser_update(&s->optimiser, network_values(s->network), network_gradients(s->network));
}

static void run_steps(struct state *s)
{
    struct error error;
    struct cifar10 set;
    switch_dropout_off(s);
    assert_good(cifar10_load(&set, "data/sample", CIFAR10_TRAIN, EXAMPLES, &error), error);
    assert_good(network_create(&s->network, &s->spec, EXAMPLES, true, &error), error);
    assert_good(initialise_network(s->network, s->oracle->scheme, INIT_BIAS_DEFAULT, 1, &error),
                error);
    size_t trained = network_trained(s->network);
    assert_good(optimiser_create(&s->optimiser, &optimiser_adam, trained, s->rate, 0, &error),
                error);
    s->gradients = support_floats(trained);
    s->moved = support_floats(trained);
    memcpy(s->moved, network_values(s->network), trained * sizeof(float));
    for (int step = 0; step < STEPS; step++)
        take_step(s, &set, step == 0);
    for (size_t i = 0; i < trained; i++)
        s->moved[i] = network_values(s->network)[i] - s->moved[i];
    cifar10_free(&set);
}

static const struct parameter *find(struct state *s, const char *name)
{
    size_t count;
    const struct parameter *parameters = network_parameters(s->network, &count);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(parameters[i].name, name) == 0)
            return &parameters[i];
    }
    fail_msg("the network has no %s", name);
    return NULL;
}

static double read_number(FILE *file)
{
    double number;
    assert_int_equal(fscanf(file, "%lf", &number), 1);
    return number;
}

/* Differences and values at a tensor's samples, summed up as squares. */
struct gap {
    double differences, values;
};

/* The rest of a line: compares the samples, the tensor's root mean square, and its sum. */
static double compare_line(FILE *file, const struct parameter *p, const float *memory,
                           double tolerance, double few, const char *what)
{
    float *ours = support_floats(p->count);
    parameter_export(p, memory, ours);
    assert_int_equal((size_t)read_number(file), p->count);
    double sum = read_number(file), rms = read_number(file), our_sum = 0, squares = 0;
    for (size_t i = 0; i < p->count; i++) {
        our_sum += (double)ours[i];
        squares += (double)ours[i] * (double)ours[i];
    }
    double n = (double)p->count;
    /* Of n values that are each off by a random tolerance * rms, or few of them by a whole step:
     * where a gradient is all but 0, rounding decides which way Adam goes. */
    assert_near(our_sum, sum, 10 * sqrt(n) * fmax(tolerance, few) * rms, what);
    assert_near(sqrt(squares / n), rms, tolerance * rms, what);
    double differences = 0, values = 0;
    size_t samples = (size_t)read_number(file);
    for (size_t k = 0; k < samples; k++) {
        size_t i = (size_t)read_number(file);
        assert_true(i < p->count);
        double want = read_number(file), difference = (double)ours[i] - want;
        differences += difference * difference;
        values += want * want;
    }
    free(ours);
    double ratio = sqrt(differences / (values > 0 ? values : 1));
    if (!(ratio <= tolerance))
        fail_msg("%s: off by %.2g of its rms, more than %.2g", what, ratio, tolerance);
    return ratio;
}

/* A bias before a batch norm: nothing but rounding error, beside gradients of 1e-4 and more; and
 * Adam then moves it by no more than its steps. */
static void check_zero(struct state *s, const struct parameter *p)
{
    for (size_t i = 0; i < p->count; i++) {
        assert_near((double)s->gradients[p->offset + i], 0, 1e-6, p->name);
        assert_near((double)s->moved[p->offset + i], 0, 1.01 * STEPS * s->rate, p->name);
    }
}

enum { GRADIENT, MOVED, RUNNING, KINDS };
static const char *const kinds[KINDS] = {"gradient", "moved", "running"};

/* A line about a tensor; worst[kind] is the largest difference seen. */
static void check_tensor(struct state *s, FILE *file, const char *kind, double worst[KINDS])
{
    char name[64], what[96];
    assert_int_equal(fscanf(file, "%63s", name), 1);
    const struct parameter *p = find(s, name);
    if (strcmp(kind, "zero") == 0) {
        check_zero(s, p);
        return;
    }
    const float *values[KINDS] = {s->gradients + p->offset, s->moved + p->offset, p->value};
    for (int k = 0; k < KINDS; k++) {
        if (strcmp(kind, kinds[k]) != 0)
            continue;
        snprintf(what, sizeof what, "%s of %s", kind, name);
        double ratio = compare_line(file, p, values[k], s->oracle->tolerance[k],
                                    k == MOVED ? 2e-2 : 0, what);
        worst[k] = ratio > worst[k] ? ratio : worst[k];
        return;
    }
    fail_msg("unknown line %s", kind);
}

/* Reads the fixture to its end, the rate coming first; returns the number of its lines about
 * tensors. */
static size_t check_lines(struct state *s, FILE *file)
{
    char kind[16];
    double largest = 0, worst[KINDS] = {0};
    size_t tensors = 0;
    while (fscanf(file, "%15s", kind) == 1) {
        if (kind[0] == '#') {
            assert_int_equal(fscanf(file, "%*[^\n]"), 0);
        } else if (strcmp(kind, "rate") == 0) {
            s->rate = read_number(file);
            run_steps(s);
        } else if (strcmp(kind, "logits") == 0) {
            assert_int_equal((size_t)read_number(file), LOGITS);
            for (size_t i = 0; i < LOGITS; i++) {
                double difference = fabs((double)s->logits[i] - read_number(file));
                assert_near(difference, 0, s->oracle->logits, "logit");
                largest = difference > largest ? difference : largest;
            }
        } else if (strcmp(kind, "loss") == 0) {
            assert_near(s->loss, read_number(file), s->oracle->mean_loss, "loss");
        } else {
            check_tensor(s, file, kind, worst);
            tensors++;
        }
    }
    print_message("%s: logits within %.2g, gradients %.2g, moved %.2g, running %.2g\n",
                  s->spec.name, largest, worst[GRADIENT], worst[MOVED], worst[RUNNING]);
    return tensors;
}

static void check(const struct oracle *oracle)
{
    struct state *s = support_allocate(1, sizeof *s);
    s->oracle = oracle;
    FILE *file = fopen(oracle->fixture, "r");
    assert_non_null(file);
    assert_int_equal(check_lines(s, file), oracle->tensors);
    fclose(file);
    network_free(s->network);
    optimiser_release(&s->optimiser);
    free(s->gradients);
    free(s->moved);
    free(s);
}

static void test_carlini(void **state)
{
    (void)state;
    check(&carlini);
}

static void test_resnet56(void **state)
{
    (void)state;
    check(&resnet56);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_carlini),
        cmocka_unit_test(test_resnet56),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
