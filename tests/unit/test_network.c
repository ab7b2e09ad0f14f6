/* Networks at work: no bit depends on the number of threads, on how many examples were planned for,
 * or on what the memory held before; evaluation answers for each example alone; with either engine
 * a trainer has the same gradients but for rounding. And their weights to and from files. */
#include "unit/support.h"

#include "exact/parallel.h"
#include "nets/nets.h"
#include "nn/initialise.h"
#include "nn/loss.h"
#include "run/evaluation.h"
#include "run/trainer.h"
#include "run/weights.h"

enum { PLANNED = 5, SHORT = 3, CLASSES = 10 };

static struct network *create(const struct network_spec *spec, size_t batch, bool training)
{
    struct network *network;
    struct error error;
    assert_good(network_create(&network, spec, batch, training, &error), error);
    assert_good(initialise_network(network, "default", INIT_BIAS_DEFAULT, 1, &error), error);
    return network;
}

/* One step forward, and back if it trains, on examples drawn from a seed. z: the output, whose
 * memory the backward pass may use again. */
static void step(struct network *network, size_t batch, bool training, uint64_t seed,
                 float z[PLANNED * CLASSES])
{
    uint8_t labels[PLANNED];
    struct pass pass = {.batch = batch, .training = training, .seed = 1, .step = seed};
    support_fill(network_input(network), batch * shape_size(network_spec_of(network)->input), seed);
    for (size_t b = 0; b < batch; b++)
        labels[b] = (uint8_t)((seed + b) % CLASSES);
    network_forward(network, &pass);
    memcpy(z, network_output(network), batch * CLASSES * sizeof *z);
    if (!training)
        return;
    loss_compute(LOSS_CROSS_ENTROPY, batch, CLASSES, z, labels, network_output_gradient(network));
    network_backward(network, &pass);
}

static void assert_same_state(struct network *a, struct network *b, const char *what)
{
    size_t count;
    struct parameter *pa = network_parameters(a, &count), *pb = network_parameters(b, &count);
    assert_same_bits(network_gradients(a), network_gradients(b), network_trained(a), what);
    for (size_t t = 0; t < count; t++)
        assert_same_bits(pa[t].value, pb[t].value, pa[t].count, pa[t].name);
}

/* A short batch in a network planned for more, after a full one has left its traces. */
static void check_short_batch(const struct network_spec *spec)
{
    struct network *large = create(spec, PLANNED, true), *small = create(spec, SHORT, true);
    float z[2][PLANNED * CLASSES];
    size_t count;
    struct parameter *from, *to;
    step(large, PLANNED, true, 1, z[0]);
    from = network_parameters(large, &count);
    to = network_parameters(small, &count);
    for (size_t t = 0; t < count; t++) /* the running statistics have moved */
        memcpy(to[t].value, from[t].value, from[t].count * sizeof(float));
    step(large, SHORT, true, 2, z[0]);
    step(small, SHORT, true, 2, z[1]);
    assert_same_bits(z[0], z[1], SHORT * CLASSES, spec->name);
    assert_same_state(large, small, spec->name);
    network_free(large);
    network_free(small);
}

static void test_short_batch(void **state)
{
    (void)state;
    check_short_batch(&net_carlini);
    check_short_batch(&net_resnet56);
}

static void check_threads(const struct network_spec *spec)
{
    static const int threads[] = {2, 5};
    float z[2][PLANNED * CLASSES];
    parallel_set_threads(1);
    struct network *one = create(spec, PLANNED, true);
    step(one, PLANNED, true, 1, z[0]);
    for (size_t t = 0; t < sizeof threads / sizeof *threads; t++) {
        parallel_set_threads(threads[t]);
        struct network *many = create(spec, PLANNED, true);
        step(many, PLANNED, true, 1, z[1]);
        assert_same_bits(z[1], z[0], PLANNED * CLASSES, spec->name);
        assert_same_state(many, one, spec->name);
        network_free(many);
    }
    network_free(one);
    parallel_set_threads(2);
}

static void test_threads(void **state)
{
    (void)state;
    check_threads(&net_carlini);
    check_threads(&net_resnet56);
}

/* In evaluation an example's answer is its own, whoever shares the batch; nothing is moved; and a
 * network that only evaluates needs less memory. */
static void check_evaluation(const struct network_spec *spec)
{
    struct network *training = create(spec, PLANNED, true), *alone = create(spec, 1, false);
    struct network *evaluating = create(spec, PLANNED, false);
    size_t size = shape_size(spec->input);
    float *x = support_floats(PLANNED * size), z[2][PLANNED * CLASSES];
    step(evaluating, PLANNED, false, 4, z[0]);
    step(training, PLANNED, false, 4, z[1]);
    assert_same_bits(z[1], z[0], PLANNED * CLASSES, spec->name);
    support_fill(x, PLANNED * size, 4);
    for (size_t b = 0; b < PLANNED; b++) {
        memcpy(network_input(alone), x + b * size, size * sizeof *x);
        network_forward(alone, &(struct pass){.batch = 1});
        assert_same_bits(network_output(alone), z[0] + b * CLASSES, CLASSES, spec->name);
    }
    assert_true(network_memory(evaluating) < network_memory(training));
    free(x);
    network_free(training);
    network_free(evaluating);
    network_free(alone);
}

static void test_evaluation(void **state)
{
    (void)state;
    check_evaluation(&net_carlini);
    check_evaluation(&net_resnet56);
}

/* Counting correct answers over a set whose size is no multiple of the batch. */
static void test_count(void **state)
{
    (void)state;
    enum { EXAMPLES = EVALUATION_BATCH + 7 };
    const struct layer_spec layers[] = {LINEAR("a", CLASSES)};
    const struct network_spec spec = {"test", {32, 32, 3}, 0.5f, 0.5f, layers, 1};
    struct network *network = create(&spec, EVALUATION_BATCH, false);
    struct cifar10 set = {.count = EXAMPLES};
    struct error error;
    struct evaluation evaluation;
    size_t total = 0, answers[CLASSES] = {0};
    set.records = support_allocate(EXAMPLES, CIFAR10_RECORD);
    uint64_t random = 1;
    for (size_t i = 0; i < EXAMPLES * (size_t)CIFAR10_RECORD; i++)
        set.records[i] = (uint8_t)support_random(&random);
    /* Give all examples each label in turn: every one is right just once. */
    for (uint8_t label = 0; label < CLASSES; label++) {
        for (size_t i = 0; i < EXAMPLES; i++)
            set.records[i * CIFAR10_RECORD] = label;
        assert_good(evaluation_run(&evaluation, network, &set, true, &error), error);
        total += evaluation.correct;
        answers[label] = evaluation.correct;
        assert_true(evaluation.least[label] < evaluation.greatest[label]);
    }
    assert_int_equal(total, EXAMPLES);
    /* The answers do not depend on the labels; each that is given was right once. */
    assert_memory_equal(answers, evaluation.answers, sizeof answers);
    free(set.records);
    network_free(network);
}

static void test_bad_tables(void **state)
{
    (void)state;
    struct network *network;
    struct error error;
    const struct layer_spec no_branch[] = {CONV("a", 2, 1, 1, 0), ADD};
    const struct layer_spec shapes[] = {CONV("a", 2, 1, 1, 0), BRANCH, CONV("b", 3, 1, 1, 0), ADD};
    struct network_spec spec = {"test", {4, 4, 3}, 0, 1, no_branch, 2};
    assert_fails(network_create(&network, &spec, 1, true, &error), error, "has no branch");
    assert_null(network);
    spec.layers = shapes;
    spec.layer_count = 4;
    assert_fails(network_create(&network, &spec, 1, true, &error), error, "adds different shapes");
    assert_null(network);
    const struct layer_spec itself[] = {CONV("a", 2, 1, 1, 0), BRANCH, ADD};
    spec.layers = itself;
    spec.layer_count = 3;
    assert_fails(network_create(&network, &spec, 1, true, &error), error, "to itself");
    assert_null(network);
    const struct layer_spec first[] = {BATCH_NORM("a"), LINEAR("b", 2)};
    spec.layers = first;
    spec.layer_count = 2;
    assert_fails(network_create(&network, &spec, 1, true, &error), error, "first layer cannot be");
    assert_null(network);
    const struct layer_spec last[] = {LINEAR("a", 2), BATCH_NORM("b")};
    spec.layers = last;
    assert_fails(network_create(&network, &spec, 1, true, &error), error, "last layer cannot be");
    assert_null(network);
}

/* Memory [KH,KW,I,O] and file [O,I,KH,KW]; a linear layer's columns run over C, H, W. */
static void test_layout(void **state)
{
    (void)state;
    const struct layer_spec layers[] = {CONV("a", 5, 3, 1, 0), LINEAR("b", 4)};
    const struct network_spec spec = {"test", {4, 5, 2}, 0, 1, layers, 2};
    struct network *network = create(&spec, 1, false);
    size_t count;
    struct parameter *p = network_parameters(network, &count);
    float *file = support_floats(1000), *back = support_floats(1000);
    for (size_t i = 0; i < 1000; i++)
        file[i] = (float)i;
    parameter_import(&p[0], file, back);
    /* o = 3, i = 1, y = 2, x = 0 */
    assert_true(back[((2 * 3 + 0) * 2 + 1) * 5 + 3] == file[((3 * 2 + 1) * 3 + 2) * 3 + 0]);
    assert_int_equal(p[2].count, 4 * 5 * 2 * 3); /* 4 outputs of a 2x3 image of 5 channels */
    parameter_import(&p[2], file, back);
    /* o = 1, c = 4, row 1, column 2 */
    assert_true(back[((1 * 3 + 2) * 5 + 4) * 4 + 1] == file[(1 * 5 + 4) * 6 + 1 * 3 + 2]);
    float *again = support_floats(1000);
    parameter_export(&p[2], back, again);
    assert_same_bits(again, file, p[2].count, "export after import");
    free(file);
    free(back);
    free(again);
    network_free(network);
}

/* After one step from the same weights on the same examples. */
static struct trainer trained_with(enum gemm_engine engine, const struct network_spec *spec)
{
    const struct hyperparameters hyper
        = {.batch_size = PLANNED, .learning_rate = 1e-3, .seed = 1, .arithmetic = engine};
    struct trainer t;
    struct cifar10 set;
    struct error error;
    assert_good(cifar10_load(&set, "data/sample", CIFAR10_TRAIN, PLANNED, &error), error);
    assert_good(trainer_create(&t, &hyper, spec, &set, &error), error);
    assert_good(initialise_network(t.network, "default", INIT_BIAS_DEFAULT, 1, &error), error);
    trainer_step(&t);
    return t;
}

/* ResNet56's first layers amplify rounding, where a rectifier flips. */
static void test_engines(void **state)
{
    (void)state;
    for (size_t i = 0; nets_all[i] != NULL; i++) {
        double most = nets_all[i] == &net_carlini ? 1e-5 : 0.1, squares = 0, whole = 0;
        struct trainer exact = trained_with(GEMM_EXACT, nets_all[i]);
        struct trainer openblas = trained_with(GEMM_OPENBLAS, nets_all[i]);
        const float *a = network_gradients(exact.network), *b = network_gradients(openblas.network);
        for (size_t k = 0; k < network_trained(exact.network); k++) {
            double d = (double)b[k] - a[k];
            squares += d * d;
            whole += (double)a[k] * a[k];
        }
        double off = sqrt(squares / whole);
        if (!(off > 0 && off <= most)) /* 0: these were not two engines */
            fail_msg("%s: the gradients differ by %g of their length", nets_all[i]->name, off);
        trainer_release(&exact);
        trainer_release(&openblas);
    }
    gemm_choose(GEMM_EXACT);
}

int main(void)
{
    parallel_set_threads(2);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_short_batch), cmocka_unit_test(test_threads),
        cmocka_unit_test(test_evaluation),  cmocka_unit_test(test_count),
        cmocka_unit_test(test_bad_tables),  cmocka_unit_test(test_layout),
        cmocka_unit_test(test_engines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
