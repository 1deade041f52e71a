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

# What it compares with, in a Python of its own; without it there is no comparison.
if [[ ${1:-} == ocr && -z ${DOCKET_BENCH_RAPIDOCR:-} ]]; then
  rapidocr="$cache/bench-ocr/venv"
  if [[ ! -f "$rapidocr/complete" ]]; then
    say "fetching RapidOCR, to compare with"
    if python3 -m venv "$rapidocr" &&
      "$rapidocr/bin/pip" install --quiet --disable-pip-version-check rapidocr-onnxruntime==1.4.4; then
      touch "$rapidocr/complete"
    fi
  fi
  if [[ -f "$rapidocr/complete" ]]; then
    export DOCKET_BENCH_RAPIDOCR="$rapidocr/bin/python"
  fi
fi
# Each instance of Tesseract has a thread: more of its own would only be in each other's way.
export OMP_THREAD_LIMIT=1

say "building the release binary"
cargo build --release --locked --package docket

[[ $# -gt 0 ]] || set -- all
say "docket bench $*"
exec "$CARGO_TARGET_DIR/release/docket" bench "$@"
