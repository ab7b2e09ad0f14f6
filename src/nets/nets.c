#include "nets/nets.h"

#include <string.h>

const struct network_spec *const nets_all[] = {&net_carlini, &net_resnet56, &net_lenet5, NULL};

const char *const *nets_names(void)
{
    static const char *names[sizeof nets_all / sizeof *nets_all];
    for (size_t i = 0; nets_all[i] != NULL; i++)
        names[i] = nets_all[i]->name;
    return names;
}

const struct network_spec *nets_find(const char *name)
{
    for (const struct network_spec *const *net = nets_all; *net != NULL; net++) {
        if (strcmp((*net)->name, name) == 0)
            return *net;
    }
    return NULL;
}
