/* The two losses: cross entropy of the logits, and the as-run ResNet56's, which applies softmax
 * twice.
 *
 *     z: [B,K] logits   t: [B] labels
 *     p = softmax(z):   p_k = exp(z_k - max z) / sum_j exp(z_j - max z)
 *
 *     cross entropy:             loss_b = -log p_t             dz = (p - onehot(t)) / B
 *     cross entropy of softmax:  q = softmax(p)
 *                                loss_b = -log q_t             dp = (q - onehot(t)) / B
 *                                (at least log(1 + (K-1)/e))   dz_k = p_k (dp_k - sum_j dp_j p_j)
 *
 * Computed per example in double with the project's own exp and log; gradients rounded once.
 */
#ifndef REINIT_NN_LOSS_H
#define REINIT_NN_LOSS_H

#include <stddef.h>
#include <stdint.h>

enum loss_kind { LOSS_CROSS_ENTROPY, LOSS_CROSS_ENTROPY_OF_SOFTMAX };
extern const char *const loss_names[]; /* as in enum loss_kind, NULL-terminated */

enum { LOSS_CLASSES_MAX = 16 };

/* The sum of the examples' losses, in order; dz: [B,K] is the gradient of their mean. On all
 * threads. */
double loss_compute(enum loss_kind kind, size_t batch, size_t classes, const float *z,
                    const uint8_t *labels, float *dz);

/* The class with the greatest logit: the first of equals; a NaN counts as the greatest. */
size_t loss_prediction(size_t classes, const float *z);

#endif
