#!/usr/bin/env bash
# Are docs/openapi.json, docs/asyncapi.json and docs/schemas what the code says? With --write, makes them so.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# The workspace is named so that features resolve as in `make test` and nothing is built twice.
cargo build --quiet --locked --workspace --bin docket
docket="$CARGO_TARGET_DIR/debug/docket"

# Written into a folder of its own first: a failing command must not leave half a document in docs/.
fresh=$(mktemp -d)
trap 'rm -rf "$fresh"' EXIT
mkdir -p "$fresh/docs/schemas"
(
  cd "$fresh"
  # The documents are those of a Docket that nobody has configured.
  unset "${!DOCKET_@}" DATABASE_URL
  "$docket" openapi >docs/openapi.json
  "$docket" asyncapi >docs/asyncapi.json
  "$docket" schemas
)
for api in openapi asyncapi; do
  [[ -s "$fresh/docs/$api.json" ]] || fail "docket $api printed nothing"
done
[[ -n "$(ls "$fresh/docs/schemas")" ]] || fail "docket schemas wrote nothing"

if [[ "${1:-}" == --write ]]; then
  rm -rf docs/schemas
  cp -R "$fresh"/docs/*.json "$fresh/docs/schemas" docs/
  say "wrote docs/openapi.json, docs/asyncapi.json and docs/schemas"
  exit
fi

differs=0
for api in openapi asyncapi; do
  diff --unified=2 --new-file "docs/$api.json" "$fresh/docs/$api.json" >&2 || differs=1
done
diff --recursive --unified=2 --new-file docs/schemas "$fresh/docs/schemas" >&2 || differs=1
[[ $differs -eq 0 ]] || fail "docs/ is behind the code: run 'make generate' and commit the result"
