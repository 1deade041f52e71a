#!/usr/bin/env bash
# Runs all tests; arguments go on to `cargo test`.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

say "looking for what the tests need"
scripts/setup.sh test
use_rust

# Where the tests find schemathesis, and what the recorded clients were written with.
export DOCKET_TEST_PYTHON="$cache/venv/bin/python"
export DOCKET_TEST_NODE_MODULES="$repo/tests/clients/node_modules"
# A real broker where there is one, else librdkafka's mock cluster.
if have_kafka; then
  DOCKET_TEST_KAFKA=$(kafka_libs)
  export DOCKET_TEST_KAFKA
fi
# Both engines read where their parts are to be had, else the tests of one of them say that they were skipped.
if have_ocr_parts; then
  DOCKET_TEST_OCR=$(ocr_parts)
  export DOCKET_TEST_OCR
fi

say "cargo test --workspace $*"
cargo test --workspace --locked "$@"
