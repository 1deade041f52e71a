# shellcheck shell=bash
# What the scripts share: where things are kept, how steps are announced, how a missing program comes in.
# Sourced, never run. Works on Debian and its kin; elsewhere it says what is missing and stops.

set -euo pipefail

repo=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$repo"

: "${HOME:=$(cd ~ && pwd)}"
cache="${DOCKET_CACHE:-$HOME/.cache/docket}"
export HOME
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$cache/target}"
mkdir -p "$cache" "$CARGO_TARGET_DIR"

# rustup's home is not on the PATH of every shell; tools installed by `make lint` are ours alone.
[[ -d "$HOME/.cargo/bin" ]] && PATH="$HOME/.cargo/bin:$PATH"
export PATH="$cache/tools/bin:$PATH"

bold='' red='' plain=''
[[ -t 2 ]] && bold=$'\033[1m' red=$'\033[1;31m' plain=$'\033[0m'
say() { printf '%s==>%s %s\n' "$bold" "$plain" "$*" >&2; }
fail() {
  printf '%serror:%s %s\n' "$red" "$plain" "$*" >&2
  exit 1
}
have() { command -v "$1" >/dev/null 2>&1; }

# as_root COMMAND…: as it is for root, through sudo for others; without a terminal sudo must not ask.
as_root() {
  if [[ $(id -u) -eq 0 ]]; then
    "$@"
  elif [[ -t 0 ]]; then
    sudo "$@"
  else
    sudo -n "$@"
  fi
}

apt_update() {
  say "fetching the package lists"
  as_root apt-get update -qq
}

# apt_has PACKAGE: is there a version to install, as far as the package lists at hand know?
apt_has() { [[ "$(apt-cache policy "$1" 2>/dev/null)" == *"Candidate: "[0-9]* ]]; }

# apt_install WHY PACKAGE…: installs with the package lists at hand, and fetches lists only if that fails.
apt_install() {
  local why=$1
  shift
  have apt-get || fail "missing: $why. On Debian this is: $*. Install it with your system's packages."
  [[ $(id -u) -eq 0 ]] || have sudo ||
    fail "missing: $why, and no right to install it. As root: apt-get install $*"
  say "installing $* ($why)"
  local get=(env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@")
  if ! as_root "${get[@]}" >/dev/null 2>&1; then
    apt_update || fail "could not fetch the package lists; as root: apt-get update"
    as_root "${get[@]}" >/dev/null || fail "could not install; as root: apt-get install $*"
  fi
}

# The oldest Rust that builds Docket, from Cargo.toml.
rust_wanted() { sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml | head -1; }

rust_version() { have rustc && rustc --version 2>/dev/null | awk '{print $2}'; }

# at_least HAVE WANT: compares dotted versions.
at_least() { [[ -n "$1" && "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -1)" == "$2" ]]; }

rust_is_new_enough() { have cargo && at_least "$(rust_version)" "$(rust_wanted)"; }

# Takes the toolchain named by Cargo.toml where the default one is older and that one is installed.
use_rust() {
  rust_is_new_enough && return 0
  if have rustup && rustup run "$(rust_wanted)" rustc --version >/dev/null 2>&1; then
    RUSTUP_TOOLCHAIN=$(rust_wanted)
    export RUSTUP_TOOLCHAIN
  fi
}
use_rust

# The directory of the Postgres server programs; fails when there is none. Docket itself looks in the same places.
postgres_bin() {
  if have postgres && have initdb; then
    dirname "$(command -v postgres)"
    return
  fi
  local dir
  dir=$(printf '%s\n' /usr/lib/postgresql/*/bin | sort -V | tail -1)
  [[ -x "$dir/postgres" && -x "$dir/initdb" ]] && echo "$dir"
}

# The version of Apache Kafka that tests and benches run with, and the directory of its jars, be they there or not.
kafka_version() { sed -n 's/.*<kafka.version>\(.*\)<.*/\1/p' scripts/kafka/pom.xml; }
kafka_libs() { echo "$cache/kafka-$(kafka_version)/libs"; }
have_kafka() { have java && [[ -e "$(kafka_libs)/pom.xml" ]]; }

# What reads pictures, as scripts/ocr.sh lays it out. Without it Tesseract reads them alone.
ocr_parts() { echo "$cache/ocr"; }
have_ocr_parts() { [[ -e "$(ocr_parts)/complete" ]]; }
