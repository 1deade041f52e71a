#!/usr/bin/env bash
# Builds the release binary and measures; without arguments all benches at modest sizes.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

say "looking for what Docket needs"
scripts/setup.sh bench
use_rust

# The broker that `docket bench fanout` starts for itself.
if have_kafka; then
  DOCKET_BENCH_KAFKA=$(kafka_libs)
  export DOCKET_BENCH_KAFKA
fi
# What `docket bench ocr` reads with.
if [[ -z ${DOCKET_OCR_PARTS:-} ]] && have_ocr_parts; then
  DOCKET_OCR_PARTS=$(ocr_parts)
  export DOCKET_OCR_PARTS
fi

say "building the release binary"
cargo build --release --locked --package docket

[[ $# -gt 0 ]] || set -- all
say "docket bench $*"
exec "$CARGO_TARGET_DIR/release/docket" bench "$@"
