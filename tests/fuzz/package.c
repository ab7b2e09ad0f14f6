/* Names of npm packages: whatever passes is neither an option, nor a path, nor a URL. */
#include "fuzz/fuzz.h"

#include "data/npm.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *name = malloc(size + 1);
    struct error error = {""};
    fuzz_check(name != NULL, "memory");
    memcpy(name, data, size);
    name[size] = '\0';
    if (!npm_check_package(name, &error)) {
        fuzz_check_error(&error);
    } else {
        const char *slash = strchr(name, '/');
        fuzz_check(name[0] != '-' && name[0] != '.' && name[0] != '/', "it begins like a name");
        fuzz_check(strpbrk(name, ":\\ \t\n;|&$'\"*?~") == NULL, "no URL, nothing for a shell");
        fuzz_check(slash == NULL || (name[0] == '@' && strchr(slash + 1, '/') == NULL),
                   "a slash only after a scope");
        fuzz_check(strstr(name, "/.") == NULL, "no way up");
    }
    free(name);
    return 0;
}
