#!/bin/bash
# A bit that changes in a weight file, a checkpoint or a log of a real network is noticed. (All bits of small
# files: unit/test_bitflips.)
set -euo pipefail

"$BIN/init-weights" --net carlini --scheme default --seed 1 --out "$TMP/init.safetensors"
"$BIN/train" --weights "$TMP/init.safetensors" --data data/sample --epochs 1 --batch-size 10 --lr 1e-3 \
    --order sequential --loss cross-entropy --seed 1 --examples 20 --out "$TMP/final.safetensors" \
    --log "$TMP/log.tsv" --checkpoint "$TMP/checkpoint.safetensors" --quiet
"$BIN/tests/test_bitflips" "$TMP"/{init,checkpoint,final}.safetensors "$TMP/log.tsv"
