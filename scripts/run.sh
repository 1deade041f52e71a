#!/usr/bin/env bash
# Builds the release binary and starts Docket with demo data; arguments go on to `docket serve`.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

say "looking for what Docket needs"
scripts/setup.sh run
use_rust

say "building the release binary (the first time takes a quarter of an hour on two cores)"
cargo build --release --locked --package docket
say "binary: $CARGO_TARGET_DIR/release/docket"

# Started by root, Postgres runs as another user, who has to be able to walk to its files.
reachable() {
  local folder=$1
  while [[ $folder != / ]]; do
    [[ $(stat -c %A "$folder") == *[xt] ]] || return 1
    folder=$(dirname "$folder")
  done
}
if [[ -z ${DOCKET_DATA_DIR:-} ]]; then
  DOCKET_DATA_DIR=$repo/data
  if [[ $EUID -eq 0 ]] && ! reachable "$repo"; then
    DOCKET_DATA_DIR=/var/lib/docket
    say "others may not enter $repo, so the data goes elsewhere"
  fi
fi
export DOCKET_DATA_DIR
say "data directory: $DOCKET_DATA_DIR"
if [[ -z ${DOCKET_OCR_PARTS:-} ]] && have_ocr_parts; then
  DOCKET_OCR_PARTS=$(ocr_parts)
  export DOCKET_OCR_PARTS
  say "pictures are read with PaddleOCR: $DOCKET_OCR_PARTS"
fi
say "starting: docket serve --demo $*"
exec "$CARGO_TARGET_DIR/release/docket" serve --demo "$@"
