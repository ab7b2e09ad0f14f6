#include "run/statistics.h"

#include <math.h>

struct statistics statistics_of(const float *values, size_t count)
{
    struct statistics s = {.minimum = INFINITY, .maximum = -INFINITY};
    double sum = 0, squares = 0;
    for (size_t i = 0; i < count; i++) {
        double value = (double)values[i];
        if (isnan(value)) {
            s.nans++;
            continue;
        }
        sum += value;
        s.minimum = value < s.minimum ? value : s.minimum;
        s.maximum = value > s.maximum ? value : s.maximum;
    }
    double n = (double)(count - s.nans);
    if (n == 0)
        s.minimum = s.maximum = NAN;
    s.mean = n > 0 ? sum / n : NAN;
    for (size_t i = 0; i < count; i++) {
        double distance = (double)values[i] - s.mean;
        if (!isnan(distance))
            squares += distance * distance;
    }
    s.deviation = n > 0 ? sqrt(squares / n) : NAN;
    return s;
}
