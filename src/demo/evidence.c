#include "demo/evidence.h"

#include "base/file.h"
#include "demo/bounds.h"
#include "demo/drawing.h"

#include <math.h>

enum { STEPS = 10000, RUNS = 500, FRONTIER = 80 };

/* Random numbers of their own: every other run of the demonstrations ends before. */
static const uint64_t FIRST_RUN = 1u << 27;

static const struct experiment {
    const char *name;
    uint32_t batch;
    struct lsq_schedule (*sizes)(const struct bounds *bounds);
} EXPERIMENTS[] = {{"constant", 1, bounds_constant},
                   {"batch", EVIDENCE_BATCH, bounds_constant},
                   {"diminishing", 1, bounds_diminishing}};
enum { EXPERIMENT_COUNT = sizeof EXPERIMENTS / sizeof EXPERIMENTS[0] };

/* An experiment under way: the expectations, and some runs (or none). */
struct trial {
    struct bounds bounds;
    struct account exact, sampled;
    struct account_row row, seen; /* of the step entered last */
    double seen_error;            /* of the runs' mean gap, its standard error */
    struct form state;
    uint64_t first_run;
    size_t runs;
    struct lsq_point w[RUNS];
};

static void trial_begin(struct trial *t, const struct lsq *problem, size_t number, size_t runs)
{
    const struct experiment *e = &EXPERIMENTS[number];
    *t = (struct trial){.runs = runs, .first_run = FIRST_RUN + number * RUNS};
    bounds_make(problem, e->batch, &t->bounds);
    struct lsq_schedule sizes = e->sizes(&t->bounds);
    account_open(&t->exact, &t->bounds, &sizes);
    account_open(&t->sampled, &t->bounds, &sizes);
    struct lsq_point start = lsq_from_round(problem, DRAWING_START);
    t->state = moments_at(problem, start);
    for (size_t run = 0; run < runs; run++)
        t->w[run] = start;
}

/* Enters the runs' means as if they were expectations, and makes their step. */
static void step_runs(struct trial *t, size_t k, double size)
{
    const struct moments *m = &t->bounds.moments;
    struct form mean = {0};
    double squares = 0, runs = (double)t->runs;
    for (size_t run = 0; run < t->runs; run++) {
        struct form square = moments_at(m->problem, t->w[run]);
        double gap = form_mean(&m->gap, &square);
        form_add(&mean, 1 / runs, &square);
        squares += gap * gap / runs;
        t->w[run] = moments_draw(m, t->w[run], size, t->first_run + run, k);
    }
    account_enter(&t->sampled, &mean, &t->seen);
    t->seen_error = sqrt((squares - t->seen.gap * t->seen.gap) / (runs - 1));
}

/* Enters the next step, then makes it. */
static void trial_step(struct trial *t)
{
    size_t k = t->exact.k;
    double size = lsq_step_size(&t->exact.sizes, k);
    account_enter(&t->exact, &t->state, &t->row);
    moments_step(&t->bounds.moments, size, &t->state);
    if (t->runs > 0)
        step_runs(t, k, size);
}

/* Steps at equal distances on a logarithmic axis, about 20 a decade. */
static size_t next_shown(size_t k)
{
    size_t farther = k + k / 8;
    return farther > k ? farther : k + 1;
}

static bool print_trial(struct file_writer *writer, const char *name, struct trial *t,
                        double *squares, struct error *error)
{
    if (!file_writer_print(writer, error, "# %s\n", name))
        return false;
    for (size_t k = 1, shown = 1; k <= STEPS; k++) {
        trial_step(t);
        const struct account_row *r = &t->row, *s = &t->seen;
        if (k > 1) { /* at first all are at the start, without error */
            double off = (s->gap - r->gap) / t->seen_error;
            *squares += off * off / ((STEPS - 1) * EXPERIMENT_COUNT);
        }
        if (k < shown)
            continue;
        shown = next_shown(k);
        if (!file_writer_print(writer, error,
                               "%zu %.6g %.6g %.6g %.6g %.6g %.6g %.6g %.6g %.6g %.6g\n", r->k,
                               r->gap, r->gap_bound, r->excess, r->excess_second, r->excess_third,
                               r->average, r->average_bound, s->gap, s->excess, s->average))
            return false;
    }
    return file_writer_print(writer, error, "\n\n");
}

static bool print_constants(struct file_writer *writer, const struct bounds b[3],
                            struct error *error)
{
    const struct {
        const char *name;
        size_t offset;
    } constants[] = {{"L", offsetof(struct bounds, lipschitz)},
                     {"c", offsetof(struct bounds, convexity)},
                     {"least-MG", offsetof(struct bounds, least_mg)},
                     {"least-M", offsetof(struct bounds, least_m)},
                     {"MG", offsetof(struct bounds, mg)},
                     {"M", offsetof(struct bounds, m)},
                     {"step", offsetof(struct bounds, step)},
                     {"critical-step", offsetof(struct bounds, critical)}};
    if (!file_writer_print(writer, error, "# measured\nbatch %u %u %u\n", b[0].moments.batch,
                           b[1].moments.batch, b[2].moments.batch))
        return false;
    for (size_t i = 0; i < sizeof constants / sizeof constants[0]; i++) {
        double value[3];
        for (int j = 0; j < 3; j++)
            value[j] = *(const double *)((const char *)&b[j] + constants[i].offset);
        if (!file_writer_print(writer, error, "%s %.6g %.6g %.6g\n", constants[i].name, value[0],
                               value[1], value[2]))
            return false;
    }
    return file_writer_print(writer, error, "\n\n");
}

/* From just above the least M_G to four times it, closer together where the curve is steep. */
static bool print_frontier(struct file_writer *writer, const struct bounds *b, struct error *error)
{
    if (!file_writer_print(writer, error, "# frontier\n"))
        return false;
    for (int i = 1; i <= FRONTIER; i++) {
        double t = (double)i / FRONTIER;
        double mg = b->least_mg * (1 + 3 * t * t * t * t);
        if (!file_writer_print(writer, error, "%.6g %.6g\n", mg,
                               bounds_least_m(&b->moments, mg, NULL)))
            return false;
    }
    return file_writer_print(writer, error, "\n\n# least\n%.6g %.6g\n\n\n# pair\n%.6g %.6g\n\n\n",
                             b->least_mg, b->least_m, b->mg, b->m);
}

static bool print_bounds(struct file_writer *writer, const void *seed, struct error *error)
{
    struct lsq problem;
    lsq_make(&problem, *(const uint32_t *)seed);
    struct bounds b[3];
    const uint32_t batches[3] = {1, EVIDENCE_BATCH, EVIDENCE_LARGE_BATCH};
    for (int i = 0; i < 3; i++)
        bounds_make(&problem, batches[i], &b[i]);
    if (!print_constants(writer, b, error) || !print_frontier(writer, b, error))
        return false;
    double squares = 0;
    for (size_t i = 0; i < EXPERIMENT_COUNT; i++) {
        struct trial trial;
        trial_begin(&trial, &problem, i, RUNS);
        if (!print_trial(writer, EXPERIMENTS[i].name, &trial, &squares, error))
            return false;
    }
    return file_writer_print(writer, error, "# runs\n%d %d %.6g\n\n\n", RUNS, STEPS, sqrt(squares));
}

/* The largest ratios over all steps of an experiment. The corollary's bound begins as the gap
 * itself, so its ratio counts from the second step on. */
struct ratios {
    double second, third, fourth, corollary;
};

/* A NaN stays, to be seen. */
static void raise_to(double *largest, double ratio)
{
    if (!isnan(*largest) && !(ratio <= *largest))
        *largest = ratio;
}

static struct ratios largest_ratios(struct trial *t)
{
    struct ratios largest = {0};
    for (size_t k = 1; k <= STEPS; k++) {
        trial_step(t);
        raise_to(&largest.second, t->row.excess / t->row.excess_second);
        raise_to(&largest.third, t->row.excess / t->row.excess_third);
        raise_to(&largest.fourth, t->row.average / t->row.average_bound);
        if (k > 1)
            raise_to(&largest.corollary, t->row.gap / t->row.gap_bound);
    }
    return largest;
}

/* The same for every w there is, where Theorems 2 and 3 speak of a single step; and the original's
 * wording of Theorem 3, a_k L M / 2 for the noise, at w* and a step of size 2. */
static bool print_anywhere(struct file_writer *writer, const struct bounds *b, struct error *error)
{
    struct form second = {0}, third = {0};
    form_add(&second, b->lipschitz, &b->moments.length);
    form_add(&third, b->lipschitz * b->mg, &b->moments.slope);
    third.at[2][2] += b->lipschitz * b->m;
    const double size = 2;
    double excess = size * size / 2 * b->moments.curve.at[2][2];
    return file_writer_print(
        writer, error,
        "2\texcess of a step from any weights\t%.6g\n3\texcess of a step from any weights\t%.6g\n"
        "3 as printed\texcess of a step of size 2 from the optimum\t%.6g\n",
        form_largest_ratio(&b->moments.curve, &second),
        form_largest_ratio(&b->moments.curve, &third), excess / (size / 2 * b->lipschitz * b->m));
}

static bool print_verdicts(struct file_writer *writer, const void *seed, struct error *error)
{
    struct lsq problem;
    lsq_make(&problem, *(const uint32_t *)seed);
    if (!file_writer_print(writer, error, "theorem\tquantity\tratio\n"))
        return false;
    for (size_t i = 0; i < EXPERIMENT_COUNT; i++) {
        struct trial trial;
        trial_begin(&trial, &problem, i, 0);
        struct ratios r = largest_ratios(&trial);
        const char *name = EXPERIMENTS[i].name;
        if (!file_writer_print(writer, error,
                               "2\texcess of a step, %s\t%.6g\n3\texcess of a step, %s\t%.6g\n"
                               "4\tweighted mean of |grad F|^2, %s\t%.6g\n"
                               "corollary\tgap, %s\t%.6g\n",
                               name, r.second, name, r.third, name, r.fourth, name, r.corollary)
            || (i == 0 && !print_anywhere(writer, &trial.bounds, error)))
            return false;
    }
    return true;
}

bool evidence_write_bounds(const char *path, uint32_t seed, struct error *error)
{
    return file_print(path, print_bounds, &seed, error);
}

bool evidence_write_verdicts(const char *path, uint32_t seed, struct error *error)
{
    return file_print(path, print_verdicts, &seed, error);
}
