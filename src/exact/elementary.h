/* exp and log with defined bits, in place of the C library's, which differ between systems.
 *
 * Computed in pairs of doubles (Dekker, "A floating-point technique for extending the available
 * precision", Numer. Math. 18, 1971) with a relative error below 2^-90, and rounded once:
 *
 *   exact_expf, exact_logf   correctly rounded for every float32 argument, float32 subnormals and
 *                            overflow included, as tests/oracle/check-elementary.c finds
 *   exact_exp, exact_log     the double nearest to the true value, but for arguments whose value
 *                            lies closer than that error to the middle of two doubles; results that
 *                            are subnormal doubles are rounded twice
 *
 * Results pass through the latter two alone; the first two show, with every argument there is, that
 * the arithmetic they share is right. Converting a result of the latter two to float rounds a
 * second time. That gives another float than the correctly rounded one for five float32 arguments
 * of log and for none of exp.
 *
 * Only + - * / and fma of IEEE doubles are used, and floor, ldexp and frexp, which are exact here
 * but for ldexp to a subnormal double. A NaN gives a NaN.
 */
#ifndef REINIT_EXACT_ELEMENTARY_H
#define REINIT_EXACT_ELEMENTARY_H

double exact_exp(double x);
float exact_expf(float x);

/* Natural logarithm; -inf for 0, NaN below 0. */
double exact_log(double x);
float exact_logf(float x);

#endif
