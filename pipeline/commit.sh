#!/bin/sh
# The commit that this tree is of, as `git log` formats it: commit.sh FORMAT. Nothing outside git, and nothing where
# the tree only lies in another project's work tree.
git ls-files --error-unmatch pipeline/commit.sh >/dev/null 2>&1 && git log -1 --abbrev=12 --format="$1" || :
