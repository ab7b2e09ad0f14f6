/* Quadratic forms in three variables, v'Qv with Q symmetric. With v = (a, b, 1) they are all
 * quadratic functions of a point of the plane; a mean E[v v'] is kept as one too, for
 * E[v'Qv] = sum Q_ij E[v_i v_j]. Doubles, sums in the order of the indices, + - * / sqrt alone.
 */
#ifndef REINIT_DEMO_FORMS_H
#define REINIT_DEMO_FORMS_H

struct form {
    double at[3][3];
};

/* form += factor v v' */
void form_add_square(struct form *form, double factor, const double v[3]);
/* form += factor * other */
void form_add(struct form *form, double factor, const struct form *other);

/* E[v'Qv], given E[v v']. */
double form_mean(const struct form *form, const struct form *second_moments);

/* The largest value of v'Nv / v'Dv over all v but 0, which is the largest eigenvalue of L^-1 N
 * L'^-1 with D = L L'. NaN unless D is positive definite. */
double form_largest_ratio(const struct form *n, const struct form *d);

#endif
