#!/bin/sh
# The commit of this tree, as one line: SECONDS TEXT. TEXT is
#   HASH                         the sources are those of this commit
#   HASH+changes                 a source differs from it, is missing, or is not in it
#   HASH+archive                 what git archive put into this file; later changes are unknown
#   unknown, as REASON
# and SECONDS the time of the commit, since 1970; a fixed time if it is unknown. HEAD is compared with the bytes of the
# files. git reads .git alone: no setting and no index can hide a change, an outer repository is not taken for this
# one, and another user's folder is read too. Not compared: the record's weight files, as data/recorded/checksums.sha256 is.
set -eu
LC_ALL=C
export LC_ALL
# shellcheck disable=SC2016 # git archive replaces it
archived='$Format:%H %ct$'
sources='Makefile src pipeline figures paper data'

plain_git() { # COMMAND...: git without the user's environment and settings
    env -i PATH="$PATH" ${LD_LIBRARY_PATH:+"LD_LIBRARY_PATH=$LD_LIBRARY_PATH"} LC_ALL=C GIT_CONFIG_NOSYSTEM=1 \
        GIT_NO_REPLACE_OBJECTS=1 GIT_NO_LAZY_FETCH=1 git --git-dir=.git --work-tree=. -c core.quotePath=false "$@" 2>/dev/null
}
unknown() { echo "1700000000 unknown, as $1"; exit; }
compared() { grep -v '^data/recorded/.*\.safetensors\(	\|$\)' | sort; }

if [ ! -e .git ]; then
    case $archived in
    '$'*) unknown "there is no .git here" ;;
    esac
    echo "${archived#* } $(echo "$archived" | cut -c 1-12)+archive"
    exit
fi
command -v git >/dev/null || unknown "git is not installed"
plain_git rev-parse || unknown "git cannot read .git"
commit=$(plain_git rev-list --max-count=1 --encoding=UTF-8 --format='%H %ct' HEAD | tail -n 1)
[ -n "$commit" ] || unknown "HEAD is no commit"

# shellcheck disable=SC2086 # a list of words
committed=$(plain_git ls-tree -r HEAD -- $sources | awk -F '\t' '{ split($1, part, " "); print $2 "\t" part[3] }' | compared)
# shellcheck disable=SC2086
paths=$(find $sources \( -path data/cifar10 -o -path data/runs -o -path figures/build -o -path paper/build \) -prune \
    -o \( -type f -o -type l \) -print 2>/dev/null | compared)
changes=+changes
if [ "$(echo "$committed" | cut -f 1)" = "$paths" ] \
    && [ "$(echo "$committed" | cut -f 2)" = "$(echo "$paths" | plain_git hash-object --no-filters --stdin-paths)" ]; then
    changes=
fi
echo "${commit#* } $(echo "$commit" | cut -c 1-12)$changes"
