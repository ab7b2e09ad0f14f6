#!/bin/sh
# transcript.sh LOG: what two trainings of the same run share of their logs: all but the rates, and the
# hash of the file, which covers the rates too.
sed '/^# file_sha256 /d' "$1" | cut -f1,2,4-
