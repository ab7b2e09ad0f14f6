#include "run/statistics.h"

#include <math.h>

/* The sign of a NaN that an operation makes is the machine's, and shows when it is printed. */
static double plain(double x)
{
    return isnan(x) ? (double)NAN : x;
}

struct statistics statistics_of(const struct tensor *tensor)
{
    struct statistics s = {.minimum = INFINITY, .maximum = -INFINITY};
    double sum = 0, squares = 0;
    size_t count = tensor->count;
    for (size_t i = 0; i < count; i++) {
        double value = dtype_value(tensor->dtype, tensor->bytes, i);
        if (isnan(value)) {
            s.nans++;
            continue;
        }
        s.infinities += isinf(value) != 0;
        sum += value;
        s.minimum = value < s.minimum ? value : s.minimum;
        s.maximum = value > s.maximum ? value : s.maximum;
    }
    double n = (double)(count - s.nans);
    if (n == 0)
        s.minimum = s.maximum = NAN;
    s.mean = n > 0 ? sum / n : NAN;
    for (size_t i = 0; i < count; i++) {
        double value = dtype_value(tensor->dtype, tensor->bytes, i), distance = value - s.mean;
        if (!isnan(value))
            squares += distance * distance;
    }
    s.mean = plain(s.mean);
    s.deviation = n > 0 ? plain(sqrt(squares / n)) : NAN;
    return s;
}
