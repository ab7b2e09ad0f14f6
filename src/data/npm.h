/* Fetches a package through the npm client. `npm pack NAME@VERSION` runs in the given folder,
 * without a shell and without any script of the package, and leaves the package's .tgz there.
 *
 * Of the user's npm settings and environment those of the network are honoured: registry, proxy,
 * certificates, timeouts, offline, the least age of a package. Those that would change what npm
 * does here or how it reports an error are overridden. The cache is in the given folder: the user's
 * may be full, read-only or, after an npm run by sudo, root's.
 */
#ifndef REINIT_DATA_NPM_H
#define REINIT_DATA_NPM_H

#include "base/error.h"

#include <stdatomic.h>
#include <stddef.h>

/* Whether the text is NAME@VERSION with an exact version and nothing npm could take for an option,
 * a path or a URL: lower-case letters, digits and . _ - with an optional @scope/ before. */
bool npm_check_package(const char *package, struct error *error);

/* Runs npm pack. *tarball is the path of the .tgz, which the caller frees. npm's own complaints
 * become one line: the first of its error lines that is a sentence and not a code or a stack
 * trace. *stop true (may be NULL) ends npm. */
bool npm_pack(const char *package, const char *folder, const atomic_bool *stop, char **tarball,
              struct error *error);

#endif
