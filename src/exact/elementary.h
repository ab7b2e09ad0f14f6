/* exp and log with defined bits, in place of the C library's, which differ between systems.
 *
 * Computed in pairs of doubles (Dekker, "A floating-point technique for extending the available
 * precision", Numer. Math. 18, 1971) with a relative error below 2^-90 and rounded once at the end:
 * the double nearest to the true value but for arguments closer than that to a rounding boundary,
 * and its conversion to float is the correctly rounded float32 result for every float32 argument.
 * Results that are subnormal doubles are rounded twice.
 *
 * Only + - * / and fma of IEEE doubles are used. A NaN gives a NaN.
 */
#ifndef REINIT_EXACT_ELEMENTARY_H
#define REINIT_EXACT_ELEMENTARY_H

double exact_exp(double x);

/* Natural logarithm; -inf for 0, NaN below 0. */
double exact_log(double x);

#endif
