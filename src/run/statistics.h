/* Minimum, maximum, mean and deviation of a tensor. */
#ifndef REINIT_RUN_STATISTICS_H
#define REINIT_RUN_STATISTICS_H

#include "io/safetensors.h"

/* No NaN has a sign, so that printing gives the same everywhere. */
struct statistics {
    double minimum, maximum, mean; /* of the values that are not NaN; NaN if there are none */
    double deviation;              /* sqrt of the mean squared distance from the mean, which is
                                      NaN where infinities leave no distance */
    size_t nans, infinities;
};

/* Of a tensor that was read and whose type has values (io/dtype.h). */
struct statistics statistics_of(const struct tensor *tensor);

#endif
