#include "demo/forms.h"

#include <math.h>

void form_add_square(struct form *form, double factor, const double v[3])
{
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++)
            form->at[i][j] += factor * (v[i] * v[j]);
    }
}

void form_add(struct form *form, double factor, const struct form *other)
{
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++)
            form->at[i][j] += factor * other->at[i][j];
    }
}

double form_mean(const struct form *form, const struct form *second_moments)
{
    double sum = 0;
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++)
            sum += form->at[i][j] * second_moments->at[i][j];
    }
    return sum;
}

/* The lower triangle L of D = L L'; NaN where D is not positive definite. */
static void factorise(const struct form *d, struct form *lower)
{
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j <= i; j++) {
            double rest = d->at[i][j];
            for (int k = 0; k < j; k++)
                rest -= lower->at[i][k] * lower->at[j][k];
            if (j < i)
                lower->at[i][j] = rest / lower->at[j][j];
            else
                lower->at[i][i] = rest > 0 ? sqrt(rest) : NAN;
        }
    }
}

/* x = L^-1 x, column by column. */
static void solve_columns(const struct form *lower, struct form *x)
{
    for (int column = 0; column < 3; column++) {
        for (int i = 0; i < 3; i++) {
            for (int k = 0; k < i; k++)
                x->at[i][column] -= lower->at[i][k] * x->at[k][column];
            x->at[i][column] /= lower->at[i][i];
        }
    }
}

static void transpose(struct form *x)
{
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < i; j++) {
            double other = x->at[i][j];
            x->at[i][j] = x->at[j][i];
            x->at[j][i] = other;
        }
    }
}

/* One of Jacobi's rotations: x = R'xR, with which x_pq becomes 0. */
static void rotate(struct form *x, int p, int q)
{
    if (x->at[p][q] == 0)
        return;
    double theta = (x->at[q][q] - x->at[p][p]) / (2 * x->at[p][q]);
    double t = (theta < 0 ? -1 : 1) / (fabs(theta) + sqrt(theta * theta + 1));
    double c = 1 / sqrt(t * t + 1), s = t * c;
    for (int half = 0; half < 2; half++) {
        for (int i = 0; i < 3; i++) {
            double at_p = x->at[p][i], at_q = x->at[q][i];
            x->at[p][i] = c * at_p - s * at_q;
            x->at[q][i] = s * at_p + c * at_q;
        }
        transpose(x);
    }
}

double form_largest_ratio(const struct form *n, const struct form *d)
{
    enum { SWEEPS = 12 }; /* each squares what is left beside the diagonal; five reach rounding */
    struct form lower = {0}, x = *n;
    factorise(d, &lower);
    solve_columns(&lower, &x);
    transpose(&x);
    solve_columns(&lower, &x);
    for (int sweep = 0; sweep < SWEEPS; sweep++) {
        rotate(&x, 0, 1);
        rotate(&x, 0, 2);
        rotate(&x, 1, 2);
    }
    double largest = x.at[0][0];
    for (int i = 1; i < 3; i++)
        largest = x.at[i][i] > largest ? x.at[i][i] : largest;
    return lower.at[2][2] > 0 ? largest : NAN;
}
