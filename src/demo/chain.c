#include "demo/chain.h"

#include "base/random.h"

#include <math.h>

/* Column or row of a coordinate: whole cells from the left edge, held within the square. */
static size_t cell_of(double side, double coordinate)
{
    double cells = coordinate / side + CHAIN_SIDE / 2.0;
    if (!(cells > 0))
        return 0;
    return cells >= CHAIN_SIDE ? CHAIN_SIDE - 1 : (size_t)cells;
}

size_t chain_state(double side, struct lsq_point z)
{
    return cell_of(side, z.b) * CHAIN_SIDE + cell_of(side, z.a);
}

/* A place within a cell, `u` and `v` in [0,1) across and up. */
static struct lsq_point place_in(double side, size_t state, double u, double v)
{
    size_t column = state % CHAIN_SIDE, row = state / CHAIN_SIDE;
    return (struct lsq_point){side * ((double)column + u - CHAIN_SIDE / 2.0),
                              side * ((double)row + v - CHAIN_SIDE / 2.0)};
}

/* Where a run out of a cell ends. */
static struct lsq_point follow(const struct lsq *problem, const struct chain_plan *plan,
                               size_t state, uint64_t run)
{
    uint32_t bits[4];
    random_block(problem->seed, RANDOM_DEMO, run, plan->steps, bits);
    struct lsq_point w = lsq_from_round(
        problem, place_in(plan->side, state, lsq_unit(bits[0]), lsq_unit(bits[1])));
    for (uint64_t k = 0; k < plan->steps; k++)
        w = lsq_step(problem, w, lsq_step_size(&plan->sizes, k), run, k);
    return lsq_to_round(problem, w);
}

void chain_estimate(const struct lsq *problem, const struct chain_plan *plan, struct chain *chain)
{
    for (size_t from = 0; from < CHAIN_STATES; from++) {
        uint64_t counts[CHAIN_STATES] = {0};
        uint64_t first = plan->first_run + from * plan->runs;
        for (uint64_t run = 0; run < plan->runs; run++)
            counts[chain_state(plan->side, follow(problem, plan, from, first + run))]++;
        for (size_t to = 0; to < CHAIN_STATES; to++)
            chain->p[from][to] = (double)counts[to] / (double)plan->runs;
    }
}

void chain_square(struct chain *chain)
{
    const struct chain once = *chain;
    for (size_t from = 0; from < CHAIN_STATES; from++) {
        double *row = chain->p[from];
        for (size_t to = 0; to < CHAIN_STATES; to++)
            row[to] = 0;
        for (size_t via = 0; via < CHAIN_STATES; via++) {
            for (size_t to = 0; to < CHAIN_STATES; to++)
                row[to] += once.p[from][via] * once.p[via][to];
        }
    }
}

double chain_spread(const struct chain *chain, double side, size_t from)
{
    double sum = 0;
    for (size_t to = 0; to < CHAIN_STATES; to++) {
        struct lsq_point z = place_in(side, to, 0.5, 0.5);
        sum += chain->p[from][to] * (z.a * z.a + z.b * z.b);
    }
    return sqrt(sum);
}

double chain_distance(const struct lsq *problem, const struct chain_plan *plan, size_t from)
{
    double sum = 0;
    for (uint64_t run = 0; run < plan->runs; run++) {
        struct lsq_point z = follow(problem, plan, from, plan->first_run + run);
        sum += z.a * z.a + z.b * z.b;
    }
    return sqrt(sum / (double)plan->runs);
}
