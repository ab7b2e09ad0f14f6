#!/bin/sh
# cc.sh ARCH ARGUMENT...: gcc for another processor, against the sysroot in $SYSROOTS/ARCH. In place of
# each program it links lies a script that runs it, PROGRAM.elf, under qemu-user, so that make and all
# else may use it as if it were this machine's.
case $1 in
arm64) processor=aarch64 ;;
*) processor=$1 ;;
esac
root=$SYSROOTS/$1
shift
$processor-linux-gnu-gcc --sysroot="$root" "$@" || exit

out= last= compiled=
for argument; do
    [ "$last" != -o ] || out=$argument
    [ "$argument" != -c ] || compiled=yes
    last=$argument
done
[ -n "$out" ] && [ -z "$compiled" ] || exit 0
mv "$out" "$out.elf"
printf '#!/bin/sh\nexec qemu-%s -L "%s" "$0.elf" "$@"\n' $processor "$root" >"$out"
chmod +x "$out"
