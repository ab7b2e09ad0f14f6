#include "nets/nets.h"

#include <string.h>

const struct network_spec *const nets_all[] = {&net_carlini, &net_resnet56, NULL};
const char *const nets_names[] = {"carlini", "resnet56", NULL};

const struct network_spec *nets_find(const char *name)
{
    for (const struct network_spec *const *net = nets_all; *net != NULL; net++) {
        if (strcmp((*net)->name, name) == 0)
            return *net;
    }
    return NULL;
}
