/* Every matrix product that training and evaluating the networks asks for, from their tables. */
#ifndef REINIT_TESTS_SHAPES_H
#define REINIT_TESTS_SHAPES_H

#include "exact/conv.h"
#include "exact/gemm.h"
#include "exact/winograd.h"
#include "nets/nets.h"
#include "unit/reference.h"

/* C = A B, with A as it lies (transposed: its columns one after another). */
struct product {
    size_t m, n, k;
    bool transposed, bias, continued;
};

enum { PRODUCTS_MAX = 512 };

struct products {
    struct product list[PRODUCTS_MAX];
    size_t count;
};

static inline void products_add(struct products *p, struct product product)
{
    for (size_t i = 0; i < p->count; i++) {
        if (memcmp(&p->list[i], &product, sizeof product) == 0)
            return;
    }
    assert_true(p->count < PRODUCTS_MAX);
    p->list[p->count++] = product;
}

static inline struct product product_of(size_t m, size_t n, size_t k, bool transposed, bool bias,
                                        bool continued)
{
    struct product product;
    memset(&product, 0, sizeof product); /* padding too: products are compared as bytes */
    product.m = m;
    product.n = n;
    product.k = k;
    product.transposed = transposed;
    product.bias = bias;
    product.continued = continued;
    return product;
}

static inline struct conv_shape conv_shape_of(const struct reference_layer *l)
{
    return (struct conv_shape){.height = l->in.height,
                               .width = l->in.width,
                               .channels = l->in.channels,
                               .outputs = l->out.channels,
                               .kernel = l->spec.kernel,
                               .stride = l->spec.stride,
                               .padding = l->spec.padding};
}

/* As exact/im2col.c asks for them: forward, dW, dX. */
static inline void products_of_im2col(struct products *p, const struct reference_layer *l)
{
    size_t rows = l->out.height * l->out.width, outputs = l->out.channels;
    size_t patch = l->spec.kernel * l->spec.kernel * l->in.channels;
    products_add(p, product_of(rows, outputs, patch, false, true, false));
    products_add(p, product_of(patch, outputs, rows, true, false, false));
    products_add(p, product_of(patch, outputs, rows, true, false, true));
    products_add(p, product_of(rows, patch, outputs, false, false, false));
}

/* As exact/winograd.c does, for each of its planes; rows are the 4x4 tiles of a few images. */
static inline void products_of_winograd(struct products *p, const struct reference_layer *l)
{
    size_t tiles = ((l->out.height + 3) / 4) * ((l->out.width + 3) / 4), outputs = l->out.channels;
    for (size_t images = 1; images <= 3; images += 2) {
        products_add(p, product_of(images * tiles, outputs, l->in.channels, false, false, false));
        products_add(p, product_of(images * tiles, l->in.channels, outputs, false, false, false));
        products_add(p, product_of(l->in.channels, outputs, images * tiles, true, false, false));
    }
}

/* As nn/linear.c does. */
static inline void products_of_linear(struct products *p, const struct reference_layer *l)
{
    const size_t batches[] = {1, 10, 100, 128, 300};
    size_t inputs = shape_size(l->in), outputs = l->out.channels;
    for (size_t i = 0; i < sizeof batches / sizeof *batches; i++) {
        products_add(p, product_of(batches[i], outputs, inputs, false, true, false));
        products_add(p, product_of(inputs, outputs, batches[i], true, false, false));
        products_add(p, product_of(batches[i], inputs, outputs, false, false, false));
    }
}

static inline void products_of_layer(struct products *p, const struct reference_layer *l)
{
    const struct conv_shape shape = conv_shape_of(l);
    if (l->spec.kind == &layer_linear)
        products_of_linear(p, l);
    if (l->spec.kind == &layer_convolution) {
        products_of_im2col(p, l); /* OpenBLAS always goes this way */
        if (winograd_applies(&shape))
            products_of_winograd(p, l);
    }
}

static inline void products_of_networks(struct products *p)
{
    struct reference *r = support_allocate(1, sizeof *r);
    p->count = 0;
    for (const struct network_spec *const *net = nets_all; *net != NULL; net++) {
        reference_read(r, *net);
        for (size_t i = 0; i < r->layer_count; i++)
            products_of_layer(p, &r->layers[i]);
    }
    free(r);
}

#endif
