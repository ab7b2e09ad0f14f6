#include "demo/bounds.h"

#include <math.h>

double bounds_least_m(const struct moments *m, double mg, struct lsq_point *d)
{
    struct form rest = {0}; /* M_G |grad F|^2 - E_k|g|^2 */
    form_add(&rest, mg, &m->slope);
    form_add(&rest, -1, &m->length);
    double aa = rest.at[0][0], ab = rest.at[0][1], bb = rest.at[1][1];
    double determinant = aa * bb - ab * ab;
    if (!(aa > 0 && determinant > 0))
        return INFINITY;
    double ya = -rest.at[0][2], yb = -rest.at[1][2];
    struct lsq_point at = {(bb * ya - ab * yb) / determinant, (aa * yb - ab * ya) / determinant};
    if (d != NULL)
        *d = at;
    return -rest.at[2][2] + ya * at.a + yb * at.b;
}

/* Both forms have no third variable; it gets a square of its own below, and none above. */
static double largest_ratio_of_two(const struct form *n, const struct form *d)
{
    struct form above = {0}, below = {0};
    for (int i = 0; i < 2; i++) {
        for (int j = 0; j < 2; j++) {
            above.at[i][j] = n->at[i][j];
            below.at[i][j] = d->at[i][j];
        }
    }
    below.at[2][2] = 1;
    return form_largest_ratio(&above, &below);
}

/* Let D = E[(w - w*)(w - w*)'], a vector (D_aa, sqrt(2) D_ab, D_bb). But for the noise, which adds
 * the same whatever D is, a step of size s makes it D - s (K - s C) D, K D = H D + D H and C D the
 * mean of (g g')-like products u u' D u u'. The step maps non-negative D to such, so its spectral
 * radius is its largest eigenvalue, and that is below 1 while K - s C is positive definite. */
static double critical_step(const struct lsq *p, double batch)
{
    const double *h = p->hessian, root = sqrt(2);
    const struct form k = {{{2 * h[0], root * h[1], 0},
                            {root * h[1], h[0] + h[2], root * h[1]},
                            {0, root * h[1], 2 * h[2]}}};
    const struct form hdh = {{{h[0] * h[0], root * h[0] * h[1], h[1] * h[1]},
                              {root * h[0] * h[1], h[0] * h[2] + h[1] * h[1], root * h[1] * h[2]},
                              {h[1] * h[1], root * h[1] * h[2], h[2] * h[2]}}};
    struct form c = {0};
    for (size_t i = 0; i < LSQ_POINTS; i++) {
        const double uu[3] = {p->x[i] * p->x[i], root * p->x[i], 1};
        form_add_square(&c, 1 / (batch * LSQ_POINTS), uu);
    }
    form_add(&c, 1 - 1 / batch, &hdh);
    return 1 / form_largest_ratio(&c, &k);
}

void bounds_make(const struct lsq *problem, uint32_t batch, struct bounds *b)
{
    const double *h = problem->hessian;
    moments_make(problem, batch, &b->moments);
    const struct moments *m = &b->moments;
    double difference = h[0] - h[2];
    double root = sqrt(difference * difference + 4 * h[1] * h[1]);
    b->lipschitz = (h[0] + h[2] + root) / 2;
    b->convexity = (h[0] * h[2] - h[1] * h[1]) / b->lipschitz;
    b->least_mg = largest_ratio_of_two(&m->length, &m->slope);
    b->least_m = m->length.at[2][2];
    b->mg = 1 + 2 * (b->least_mg - 1);
    struct lsq_point d = {0, 0};
    b->m = bounds_least_m(m, b->mg, &d);
    b->tight = (struct lsq_point){problem->optimum.a + d.a, problem->optimum.b + d.b};
    b->step = 1 / (b->lipschitz * b->mg);
    b->critical = critical_step(problem, batch);
}

struct lsq_schedule bounds_constant(const struct bounds *b)
{
    return (struct lsq_schedule){.first = b->step, .decay = LSQ_NO_DECAY};
}

struct lsq_schedule bounds_diminishing(const struct bounds *b)
{
    return (struct lsq_schedule){.first = b->step, .decay = 2 / (b->convexity * b->step)};
}

void account_open(struct account *account, const struct bounds *bounds,
                  const struct lsq_schedule *sizes)
{
    *account = (struct account){.bounds = bounds, .sizes = *sizes};
}

/* The corollary. In sizes first * decay / (decay + k - 1), beta = first * decay and gamma + k =
 * decay + k - 1; constant sizes have the bound's recursion itself, of which the closed form is the
 * solution. */
static double next_gap_bound(const struct account *account, double bound, double size)
{
    const struct bounds *b = account->bounds;
    double lm = b->lipschitz * b->m, c = b->convexity, decay = account->sizes.decay;
    if (decay == LSQ_NO_DECAY)
        return account->k == 0 ? account->first_gap : (1 - size * c) * bound + size * size * lm / 2;
    double beta = account->sizes.first * decay;
    double noise = beta * beta * lm / (2 * (beta * c - 1)), start = decay * account->first_gap;
    return (noise > start ? noise : start) / (decay + (double)account->k);
}

void account_enter(struct account *account, const struct form *state, struct account_row *row)
{
    const struct bounds *b = account->bounds;
    const struct moments *m = &b->moments;
    double size = lsq_step_size(&account->sizes, account->k);
    double slope = form_mean(&m->slope, state), half = size * size / 2;
    row->gap = form_mean(&m->gap, state);
    if (account->k == 0)
        account->first_gap = row->gap;
    row->gap_bound = next_gap_bound(account, row->gap_bound, size);
    row->excess = half * form_mean(&m->curve, state);
    row->excess_second = half * b->lipschitz * form_mean(&m->length, state);
    row->excess_third = half * b->lipschitz * (b->m + b->mg * slope);
    account->steps += size;
    account->squares += size * size;
    account->slopes += size * slope;
    row->average = account->slopes / account->steps;
    row->average_bound
        = (2 * account->first_gap + b->lipschitz * b->m * account->squares) / account->steps;
    row->k = ++account->k;
}
