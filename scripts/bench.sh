#!/usr/bin/env bash
# Builds the release binary and measures; without arguments all benches at modest sizes.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

say "looking for what Docket needs"
scripts/setup.sh run
use_rust

say "building the release binary"
cargo build --release --locked --package docket

[[ $# -gt 0 ]] || set -- all
say "docket bench $*"
exec "$CARGO_TARGET_DIR/release/docket" bench "$@"
