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

say "cargo test --workspace $*"
cargo test --workspace --locked "$@"
