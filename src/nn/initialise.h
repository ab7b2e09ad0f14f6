/* Initial parameters.
 *
 * n_in = I*KH*KW, the inputs of one output; n_out = O*KH*KW (for a linear layer: its in- and
 * out-features).
 *
 *     zeros, ones          w = 0, w = 1
 *     kaiming-uniform      U(-b, b), b = sqrt(6/n_in)            He et al. 2015, "Delving deep"
 *     kaiming-normal       N(0, s^2), s = sqrt(2/n_in)           the same
 *     xavier-uniform       U(-b, b), b = sqrt(6/(n_in+n_out))    Glorot & Bengio 2010
 *     xavier-normal        N(0, s^2), s = sqrt(2/(n_in+n_out))   the same
 *     default              U(-b, b), b = 1/sqrt(n_in)            PyTorch's default
 *     lecun-normal         N(0, s^2), s = sqrt(1/n_in)           LeCun et al. 1998, section 4.6 of
 *                                                                "Efficient BackProp"
 *     orthogonal           orthonormal rows or columns           Saxe, McClelland & Ganguli 2013,
 *                                                                "Exact solutions"
 *
 * Biases: PyTorch's default U(-b, b), b = 1/sqrt(n_in) of their layer, or, if asked, by a constant
 * scheme. Batch norm: gamma 1, beta 0, running mean 0, running variance 1.
 *
 * Tensor t of the network draws from the Philox blocks (seed, WEIGHTS; t, where):
 * uniform: element e, in the file's order, takes word e % 4 of block e / 4, u = (word + 1/2) /
 * 2^32, value = (2u - 1) b, in double, rounded once. normal: elements 2j and 2j+1 are a pair of
 * Marsaglia's polar method: attempt a takes block j + a 2^40; x, y = 2 (word + 1/2) / 2^32 - 1 of
 * words 0 and 1; accepted when 0 < r = x^2 + y^2 < 1; the pair is (x, y) * sqrt(-2 log(r) / r) * s,
 * in double, rounded once.
 *
 * orthogonal: G [O, n_in] holds the normal values of s = 1 in double. The QR decomposition with a
 * positive diagonal of R, of G if O >= n_in and of its transpose otherwise, gives Q (or its
 * transpose), which is uniformly distributed (Haar measure). Modified Gram-Schmidt: for each column
 * k in order, divide it by its norm; then subtract from each later column j its projection,
 * (q_k . a_j) q_k. Every sum runs over the rows in ascending order, in double, without fused
 * multiply-adds. Values are rounded to float32 once.
 */
#ifndef REINIT_NN_INITIALISE_H
#define REINIT_NN_INITIALISE_H

#include "nn/network.h"

/* The names of the schemes, NULL-terminated. */
const char *const *init_names(void);

enum init_bias { INIT_BIAS_DEFAULT, INIT_BIAS_SCHEME };
extern const char *const init_bias_names[];

/* Fills every parameter of the network. An unknown scheme is an error. INIT_BIAS_SCHEME gives the
 * biases the value of a constant scheme too, and is an error with any other. */
bool initialise_network(struct network *network, const char *scheme, enum init_bias bias,
                        uint32_t seed, struct error *error);

#endif
