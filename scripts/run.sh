#!/usr/bin/env bash
# Builds the release binary and starts Docket with demo data; arguments go on to `docket serve`.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

say "looking for what Docket needs"
scripts/setup.sh run
use_rust

say "building the release binary (the first time takes some minutes)"
cargo build --release --locked --package docket
say "binary: $CARGO_TARGET_DIR/release/docket"

export DOCKET_DATA_DIR="${DOCKET_DATA_DIR:-$repo/data}"
say "data directory: $DOCKET_DATA_DIR"
say "starting: docket serve --demo $*"
exec "$CARGO_TARGET_DIR/release/docket" serve --demo "$@"
