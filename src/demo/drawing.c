#include "demo/drawing.h"

#include "base/file.h"
#include "demo/chain.h"

enum { RINGS = 7, RING_POINTS = 120, DESCENT = 40, WANDER = 600, TAIL = 400, RUN_DRAWN = 1 };
enum { SQUARINGS = 8, TANGENTS = 8, PARABOLA = 80, WALKS = 20000 };

const struct lsq_point DRAWING_START = {0.25, 1.7};
static const double DESCENT_STEP = 0.35;
static const struct lsq_schedule WANDER_STEPS = {.first = 0.35, .decay = 60};
/* Constant steps over one block; diminishing steps over a long run. */
static const struct chain_plan BLOCK = {.side = 0.2,
                                        .sizes = {.first = 0.3, .decay = LSQ_NO_DECAY},
                                        .first_run = 1u << 20,
                                        .runs = 1000,
                                        .steps = 2};
static const struct chain_plan LONG_RUN = {.side = 0.2,
                                           .sizes = {.first = 0.3, .decay = 40},
                                           .first_run = 1u << 21,
                                           .runs = 400,
                                           .steps = 400};
/* The parabola: curvature 1, steps of this size, so each is 1 - TANGENT_STEP times the last. */
static const double TANGENT_STEP = 0.3, PARABOLA_EDGE = 1.1;

static bool print_points(struct file_writer *writer, const struct lsq *problem,
                         const struct lsq_point *points, size_t count, struct error *error)
{
    for (size_t i = 0; i < count; i++) {
        if (!file_writer_print(writer, error, "%.9g %.9g\n", points[i].a - problem->optimum.a,
                               points[i].b - problem->optimum.b))
            return false;
    }
    return file_writer_print(writer, error, "\n");
}

static bool print_rings(struct file_writer *writer, const struct lsq *problem, struct error *error)
{
    struct lsq_point ring[RING_POINTS + 1];
    if (!file_writer_print(writer, error, "# rings\n"))
        return false;
    for (int i = 1; i <= RINGS; i++) {
        double radius = 0.25 * i;
        lsq_ring(problem, radius * radius / 2, RING_POINTS, ring);
        if (!print_points(writer, problem, ring, RING_POINTS + 1, error))
            return false;
    }
    return file_writer_print(writer, error, "\n");
}

static bool print_block(struct file_writer *writer, const char *name, const struct lsq *problem,
                        const struct lsq_point *points, size_t count, struct error *error)
{
    return file_writer_print(writer, error, "# %s\n", name)
           && print_points(writer, problem, points, count, error)
           && file_writer_print(writer, error, "\n");
}

static bool print_paths(struct file_writer *writer, const void *seed, struct error *error)
{
    struct lsq problem;
    lsq_make(&problem, *(const uint32_t *)seed);
    struct lsq_point start = lsq_from_round(&problem, DRAWING_START);
    struct lsq_point descent[DESCENT + 1], wander[WANDER + 1];
    lsq_descend(&problem, start, DESCENT_STEP, DESCENT, descent);
    lsq_wander(&problem, start, &WANDER_STEPS, RUN_DRAWN, WANDER, wander);
    return print_rings(writer, &problem, error)
           && print_block(writer, "descent", &problem, descent, DESCENT + 1, error)
           && print_block(writer, "sgd", &problem, wander, WANDER + 1, error)
           && print_block(writer, "start", &problem, &start, 1, error)
           && print_block(writer, "optimum", &problem, &problem.optimum, 1, error)
           && print_block(writer, "tail", &problem, wander + WANDER - TAIL, TAIL + 1, error);
}

static bool print_matrix(struct file_writer *writer, const char *name, const struct chain *chain,
                         struct error *error)
{
    if (!file_writer_print(writer, error, "# %s\n", name))
        return false;
    for (size_t from = 0; from < CHAIN_STATES; from++) {
        for (size_t to = 0; to < CHAIN_STATES; to++) {
            if (!file_writer_print(writer, error, "%zu %zu %.6g\n", from + 1, to + 1,
                                   chain->p[from][to]))
                return false;
        }
        if (!file_writer_print(writer, error, "\n"))
            return false;
    }
    return file_writer_print(writer, error, "\n");
}

static bool print_parabola(struct file_writer *writer, struct error *error)
{
    if (!file_writer_print(writer, error, "# parabola\n"))
        return false;
    for (int i = -PARABOLA; i <= PARABOLA; i++) {
        double s = PARABOLA_EDGE * i / PARABOLA;
        if (!file_writer_print(writer, error, "%.9g %.9g\n", s, s * s / 2))
            return false;
    }
    if (!file_writer_print(writer, error, "\n\n# tangents\n"))
        return false;
    double s = -1.0;
    for (int i = 0; i < TANGENTS; i++) {
        double ds = -TANGENT_STEP * s;
        if (!file_writer_print(writer, error, "%.9g %.9g %.9g %.9g\n", s, s * s / 2, ds, s * ds))
            return false;
        s += ds;
    }
    return file_writer_print(writer, error, "\n\n");
}

/* Of many runs with the plan's step sizes out of the middle cell, and out of a corner. All have
 * random numbers of their own: the matrices' runs end long before first_run << 4. */
static bool print_distance(struct file_writer *writer, const char *name, const struct lsq *problem,
                           struct chain_plan plan, uint64_t steps, struct error *error)
{
    plan.steps = steps;
    plan.runs = WALKS;
    plan.first_run <<= 4;
    double middle = chain_distance(problem, &plan, CHAIN_MIDDLE);
    plan.first_run += WALKS;
    double corner = chain_distance(problem, &plan, 0);
    return file_writer_print(writer, error, "# %s\n%llu %.9g %.9g\n\n\n", name,
                             (unsigned long long)steps, middle, corner);
}

static bool print_spread(struct file_writer *writer, const char *name, uint64_t steps,
                         const struct chain *chain, struct error *error)
{
    return file_writer_print(
        writer, error, "# %s\n%llu %.9g %.9g\n\n\n", name, (unsigned long long)steps,
        chain_spread(chain, BLOCK.side, CHAIN_MIDDLE), chain_spread(chain, BLOCK.side, 0));
}

static bool print_chain(struct file_writer *writer, const void *seed, struct error *error)
{
    struct lsq problem;
    lsq_make(&problem, *(const uint32_t *)seed);
    struct chain chain;
    chain_estimate(&problem, &BLOCK, &chain);
    if (!print_matrix(writer, "block", &chain, error)
        || !print_spread(writer, "block-spread", BLOCK.steps, &chain, error))
        return false;
    for (int i = 0; i < SQUARINGS; i++)
        chain_square(&chain);
    if (!print_matrix(writer, "power", &chain, error)
        || !print_spread(writer, "power-spread", BLOCK.steps << SQUARINGS, &chain, error)
        || !print_distance(writer, "constant-distance", &problem, BLOCK, BLOCK.steps << SQUARINGS,
                           error))
        return false;
    chain_estimate(&problem, &LONG_RUN, &chain);
    return print_matrix(writer, "long", &chain, error)
           && print_spread(writer, "long-spread", LONG_RUN.steps, &chain, error)
           && print_distance(writer, "long-distance", &problem, LONG_RUN, LONG_RUN.steps, error)
           && print_parabola(writer, error);
}

bool drawing_write_paths(const char *path, uint32_t seed, struct error *error)
{
    return file_print(path, print_paths, &seed, error);
}

bool drawing_write_chain(const char *path, uint32_t seed, struct error *error)
{
    return file_print(path, print_chain, &seed, error);
}
