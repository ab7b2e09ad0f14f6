/* The networks, each a table of its layers. */
#ifndef REINIT_NETS_NETS_H
#define REINIT_NETS_NETS_H

#include "nn/network.h"

extern const struct network_spec net_carlini, net_resnet56, net_lenet5;

/* All of them, NULL-terminated, and their names in the same order. */
extern const struct network_spec *const nets_all[];
const char *const *nets_names(void);

/* NULL if there is no network of that name. */
const struct network_spec *nets_find(const char *name);

#endif
