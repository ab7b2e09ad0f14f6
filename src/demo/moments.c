#include "demo/moments.h"

/* form += factor (p'v)(q'v) */
static void add_product(struct form *form, double factor, const double p[3], const double q[3])
{
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++)
            form->at[i][j] += factor * (p[i] * q[j] + q[i] * p[j]) / 2;
    }
}

/* Single examples' share of E_k[g g']. */
static void add_examples(const struct lsq *p, double share, struct moments *m)
{
    for (size_t i = 0; i < LSQ_POINTS; i++) {
        double x = p->x[i];
        const double q[3] = {x, 1, p->optimum.a * x + p->optimum.b - p->y[i]};
        form_add_square(&m->aa, share * x * x / LSQ_POINTS, q);
        form_add_square(&m->ab, share * x / LSQ_POINTS, q);
        form_add_square(&m->bb, share / LSQ_POINTS, q);
    }
}

void moments_make(const struct lsq *problem, uint32_t batch, struct moments *m)
{
    const double *h = problem->hessian;
    const double gradient_a[3] = {h[0], h[1], 0}, gradient_b[3] = {h[1], h[2], 0};
    const double unit_a[3] = {1, 0, 0}, unit_b[3] = {0, 1, 0};
    *m = (struct moments){.problem = problem, .batch = batch};
    double single = 1.0 / batch, rest = 1 - single;
    add_examples(problem, single, m);
    add_product(&m->aa, rest, gradient_a, gradient_a);
    add_product(&m->ab, rest, gradient_a, gradient_b);
    add_product(&m->bb, rest, gradient_b, gradient_b);

    add_product(&m->gap, 0.5, unit_a, gradient_a);
    add_product(&m->gap, 0.5, unit_b, gradient_b);
    add_product(&m->slope, 1, gradient_a, gradient_a);
    add_product(&m->slope, 1, gradient_b, gradient_b);
    form_add(&m->length, 1, &m->aa);
    form_add(&m->length, 1, &m->bb);
    form_add(&m->curve, h[0], &m->aa);
    form_add(&m->curve, 2 * h[1], &m->ab);
    form_add(&m->curve, h[2], &m->bb);
}

struct form moments_at(const struct lsq *p, struct lsq_point w)
{
    const double v[3] = {w.a - p->optimum.a, w.b - p->optimum.b, 1};
    struct form state = {0};
    form_add_square(&state, 1, v);
    return state;
}

/* v - size (g, 0), times its transpose, term by term. */
void moments_step(const struct moments *m, double size, struct form *state)
{
    const double *h = m->problem->hessian;
    double aa = form_mean(&m->aa, state), ab = form_mean(&m->ab, state);
    double bb = form_mean(&m->bb, state);
    double cross[2][3]; /* E[g v'] = H E[(a, b) v'] */
    for (int j = 0; j < 3; j++) {
        cross[0][j] = h[0] * state->at[0][j] + h[1] * state->at[1][j];
        cross[1][j] = h[1] * state->at[0][j] + h[2] * state->at[1][j];
    }
    for (int i = 0; i < 2; i++) {
        for (int j = 0; j < 3; j++) {
            state->at[i][j] -= size * cross[i][j];
            state->at[j][i] -= size * cross[i][j];
        }
    }
    state->at[0][0] += size * size * aa;
    state->at[0][1] += size * size * ab;
    state->at[1][0] += size * size * ab;
    state->at[1][1] += size * size * bb;
}

struct lsq_point moments_draw(const struct moments *m, struct lsq_point w, double size,
                              uint64_t run, uint64_t k)
{
    struct lsq_point sum = {0, 0};
    for (uint32_t i = 0; i < m->batch; i++) {
        struct lsq_point next = lsq_step(m->problem, w, size, run, k * m->batch + i);
        sum.a += next.a;
        sum.b += next.b;
    }
    return (struct lsq_point){sum.a / m->batch, sum.b / m->batch};
}
