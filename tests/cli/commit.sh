#!/bin/bash
# pipeline/commit.sh: which commit a report, a record and a crate name. It is that of the sources' bytes, whatever git is
# set to and whoever owns the folder; or it is unknown, with the reason.
set -euo pipefail
git=$(command -v git) || { echo "skipped: git is not installed"; exit 0; }
export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a GIT_COMMITTER_NAME=c GIT_COMMITTER_EMAIL=c
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 GIT_COMMITTER_DATE='1234567890 +0000'

mkdir "$TMP/tree" && cp -r --parents pipeline .gitattributes "$TMP/tree" && cd "$TMP/tree"
mkdir -p src figures paper data/recorded data/runs
touch Makefile src/a.c figures/a.gp paper/a.tex data/recorded/{sums,a.safetensors} data/runs/new
printf 'data/runs\n*.log\n' >.gitignore
git -c init.defaultBranch=main init -q && git add . && git commit -q -m "a commit"
hash=$(git rev-parse --short=12 HEAD)

is() { # is TEXT SITUATION [COMMAND...]: what commit.sh says, run by the command
    local text=$1 situation=$2 got; shift 2
    got=$("$@" pipeline/commit.sh 2>&1) || :
    [ "$got" = "$text" ] || { echo "$situation: '$got', not '$text'"; exit 1; }
}
clean="1234567890 $hash" changed="1234567890 $hash+changes"
is "$clean" "a clean tree"

# Changes, one at a time.
change() { # change SITUATION FILE: a line more
    cp -p "$2" "$TMP/kept"
    echo more >>"$2"
    is "$changed" "$1"
    cp -p "$TMP/kept" "$2"
    is "$clean" "$1, undone"
}
change "a changed source" src/a.c
git add . && change "a changed file of the record" data/recorded/sums
touch -r src/a.c "$TMP/time"
printf 'x' >src/a.c && git commit -qam x && hash=$(git rev-parse --short=12 HEAD)
clean="1234567890 $hash" changed="1234567890 $hash+changes"
printf 'y' >src/a.c && touch -r "$TMP/time" src/a.c
is "$changed" "a change of the same length and time"
git add src/a.c
is "$changed" "a change that is in the index alone"
git reset -q --hard
for file in paper/new.tex "paper/ü x.tex" pipeline/a.log; do # the last is ignored
    touch "$file"
    is "$changed" "the new file $file"
    rm "$file"
done
rm figures/a.gp
is "$changed" "a missing file"
git checkout -q figures
is "$clean" "the file again"

# What hides a change from git status.
hides() { # hides SITUATION COMMAND...: with the tree changed, after the command
    local situation=$1; shift
    cp -r .git "$TMP/git"
    "$@"
    echo more >>src/a.c
    is "$changed" "$situation"
    git checkout -q src 2>/dev/null || printf 'x' >src/a.c
    touch paper/new.tex
    is "$changed" "$situation, a new file"
    rm -rf paper/new.tex .git && mv "$TMP/git" .git
    printf 'x' >src/a.c
    is "$clean" "after $situation"
}
hides "status.showUntrackedFiles" git config status.showUntrackedFiles no
hides "core.worktree" git config core.worktree "$TMP"
hides "core.fsmonitor" git config core.fsmonitor true
hides "info/exclude" eval 'echo "*" >.git/info/exclude'
hides "assume-unchanged" git update-index --assume-unchanged src/a.c
hides "skip-worktree" git update-index --skip-worktree src/a.c
hides "core.ignoreStat" git config core.ignoreStat true
hides "a filter" eval 'echo "*.c filter=x" >.git/info/attributes; git config filter.x.clean "printf x"'
hides "color, pager and signatures" eval 'git config color.ui always; git config core.pager false
    git config log.showSignature true; git config core.abbrev 40; git config i18n.logOutputEncoding UTF-16'
printf 'x\r\n' >paper/a.tex
git config core.autocrlf true
is "$changed" "other ends of lines"
git config --unset core.autocrlf
git reset -q --hard

# The environment.
mkdir "$TMP/other" && git -C "$TMP/other" -c init.defaultBranch=main init -q
git -C "$TMP/other" commit -q --allow-empty -m another
is "$clean" "another repository in the environment" env GIT_DIR="$TMP/other/.git" GIT_WORK_TREE="$TMP/other" \
    GIT_INDEX_FILE="$TMP/none" GIT_OBJECT_DIRECTORY="$TMP/none" GIT_NAMESPACE=n GIT_CONFIG_PARAMETERS="'a.b=c'"
is "$clean" "settings of the user" env GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=core.worktree GIT_CONFIG_VALUE_0="$TMP"
is "$clean" "no home" env -u HOME TMPDIR=/nonexistent

# Kinds of checkouts.
git checkout -q --detach
is "$clean" "a detached HEAD"
copy() { (cd "$TMP/$1" && is "$2" "$1"); }
git worktree add -q "$TMP/worktree" HEAD
copy worktree "$clean"
git clone -q --depth 1 "file://$PWD" "$TMP/shallow"
copy shallow "$clean"
if [ "$(id -u)" = 0 ]; then
    chown -R 65534:65534 .
    is "$clean" "another user's checkout"
    chown -R 0:0 .
    cp -r . "$TMP/theirs" && chmod 755 "$TMP/theirs" && chmod -R a+rX "$TMP/theirs"
    chown 65534:65534 "$TMP/theirs"
    chmod 755 "$TMP" "${TMP%/*}"
    (cd "$TMP/theirs" && is "$clean" "root's .git" setpriv --reuid=65534 --regid=65534 --clear-groups)
    chmod 700 "$TMP/theirs/.git"
    (cd "$TMP/theirs" && is "1700000000 unknown, as git cannot read .git" "a .git that may not be read" \
        setpriv --reuid=65534 --regid=65534 --clear-groups)
else
    echo "skipped: another user's checkout: only root can give files away"
fi

# What cannot be known, and why.
mkdir "$TMP/archive" && git archive HEAD | tar -C "$TMP/archive" -xf -
copy archive "1234567890 $hash+archive"
mkdir "$TMP/outer" && git -C "$TMP/outer" -c init.defaultBranch=main init -q
cp -r pipeline "$TMP/outer" && git -C "$TMP/outer" add . && git -C "$TMP/outer" commit -q -m another
mkdir "$TMP/outer/inner" && cp -r pipeline "$TMP/outer/inner"
copy outer/inner "1700000000 unknown, as there is no .git here"
mkdir "$TMP/bin"
for tool in sh env cut sort grep sed awk find tail rm; do ln -s "$(command -v $tool)" "$TMP/bin"; done
is "1700000000 unknown, as git is not installed" "no git" env PATH="$TMP/bin"
mkdir "$TMP/fresh" && git -C "$TMP/fresh" -c init.defaultBranch=main init -q && cp -r pipeline "$TMP/fresh"
copy fresh "1700000000 unknown, as HEAD is no commit"
echo "gitdir: $TMP/none" >"$TMP/outer/inner/.git"
copy outer/inner "1700000000 unknown, as git cannot read .git"
