#!/usr/bin/env bash
# Everything that can be said about the code without running it; the first failure ends it.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

say "looking for what the checks need"
scripts/setup.sh lint
use_rust

say "format"
cargo fmt --all --check

say "clippy"
cargo clippy --workspace --all-targets --locked --quiet -- -D warnings

say "docs"
RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --document-private-items --locked --quiet

say "licences, bans and sources of dependencies"
cargo deny --offline --log-level error check --hide-inclusion-graph bans licenses sources

# The advisory database comes over the network, and not every machine that builds has one.
if timeout 60 cargo deny --log-level off fetch db >/dev/null 2>&1 </dev/null; then
  say "advisories"
  cargo deny --log-level error check advisories
else
  say "advisories: skipped, the advisory database is not to be had from here"
fi

say "unused dependencies"
cargo machete

if command -v shellcheck >/dev/null; then
  say "shell scripts"
  shellcheck --external-sources --source-path=SCRIPTDIR scripts/*.sh .ci/run
else
  say "shell scripts: skipped, no shellcheck here"
fi

say "generated files"
scripts/check-generated.sh

say "Dockerfile, compose files, deploy/"
scripts/check-deploy.sh
