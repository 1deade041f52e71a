#!/usr/bin/env bash
# Brings in what a fresh machine lacks, and nothing else: `scripts/setup.sh run|bench|test|lint`.
# With everything there it asks no package manager and takes well under a second.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

setup_rust() {
  local wanted
  wanted=$(rust_wanted)
  have cc || apt_install "C compiler and linker" gcc libc6-dev
  [[ -e /etc/ssl/certs/ca-certificates.crt ]] || ! have apt-get || apt_install "TLS root certificates" ca-certificates
  rust_is_new_enough && return 0

  if ! have rustup && have apt-get; then
    # Debian has rustup since 13; a machine without package lists does not know that yet.
    apt_has rustup || apt_update || true
    if apt_has rustup; then apt_install "Rust tool chain manager" rustup; fi
  fi
  if have rustup; then
    say "installing Rust $wanted through rustup"
    rustup toolchain install "$wanted" --profile minimal --component clippy --component rustfmt
    use_rust
    rust_is_new_enough && return 0
  fi
  fail "Docket needs Rust $wanted or newer; found: $(rust_version || echo none).
  Install rustup (Debian 13 and newer: apt-get install rustup; elsewhere see https://rustup.rs), then run this again:
  it fetches the right version by itself."
}

# librdkafka comes as C and C++ with its crate, and is built with the system's TLS and zlib.
setup_librdkafka() {
  have c++ || apt_install "C++ compiler for librdkafka" g++
  have make || apt_install "make for librdkafka" make
  have pkg-config || apt_install "pkg-config for librdkafka" pkg-config
  pkg-config --exists libssl libcrypto zlib ||
    apt_install "headers of OpenSSL and zlib for librdkafka" libssl-dev zlib1g-dev
}

# Tesseract is linked; what it was trained with, and what looks into PDFs, is needed to read only.
setup_tesseract() {
  have pkg-config || apt_install "pkg-config for Tesseract" pkg-config
  pkg-config --exists tesseract lept ||
    apt_install "headers of Tesseract, which reads pictures" libtesseract-dev libleptonica-dev
}

# trained LANGUAGE: does Tesseract know it?
trained() {
  local folder
  for folder in /usr/share/tesseract-ocr/*/tessdata /usr/share/tessdata; do
    [[ ! -e "$folder/$1.traineddata" ]] || return 0
  done
  return 1
}

# Docket runs without any of it: files are kept all the same, and `docket status` says what reads them.
setup_reading() {
  if ! trained eng || ! trained chi_sim; then
    try apt_install "English and Chinese for Tesseract" tesseract-ocr-eng tesseract-ocr-chi-sim ||
      say "going on without: Tesseract reads no pictures"
  fi
  if ! have pdftotext || ! have pdftoppm; then
    try apt_install "poppler, which looks into PDFs" poppler-utils || say "going on without: PDFs are kept, but not read"
  fi
  scripts/ocr.sh || say "going on without PaddleOCR's models: Tesseract alone reads pictures; the next run asks again"
}

# try COMMAND…: `fail` inside it ends it and nothing else.
try() { ("$@"); }

setup_specimens() {
  have tesseract || apt_install "Tesseract's command line, to compare with" tesseract-ocr
  local fonts=()
  [[ -e /usr/share/fonts/truetype/noto/NotoSans-Regular.ttf ]] || fonts+=(fonts-noto-core)
  [[ -e /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc ]] || fonts+=(fonts-noto-cjk)
  [[ ${#fonts[@]} -eq 0 ]] || apt_install "fonts to draw pictures with that are read" "${fonts[@]}"
}

setup_lint() {
  cargo fmt --version >/dev/null 2>&1 || rustup component add rustfmt
  cargo clippy --version >/dev/null 2>&1 || rustup component add clippy
  install_tool cargo-deny 0.20.2
  install_tool cargo-machete 0.9.2
  # cargo-deny looks at what other platforms would use, too, and no build brings that in.
  cargo fetch --locked --quiet
}

# install_tool NAME VERSION: into the cache, so that it is built once per machine, not per clone.
install_tool() {
  local name=$1 version=$2
  [[ "$("$cache/tools/bin/$name" --version 2>/dev/null)" == *"$version"* ]] && return 0
  say "installing $name $version (once, a few minutes)"
  CARGO_TARGET_DIR="$cache/tools-build" \
    cargo install --quiet --locked --force --root "$cache/tools" --version "$version" "$name"
  rm -rf "$cache/tools-build"
}

setup_postgres() {
  postgres_bin >/dev/null && return 0
  # Debian starts a server of its own with the package; Docket leaves that one alone and runs its own.
  apt_install "Postgres server programs" postgresql
  postgres_bin >/dev/null || fail "no initdb and postgres in PATH or /usr/lib/postgresql/*/bin"
}

setup_kafka() {
  have kcat || apt_install "Kafka client that reads what Docket wrote" kcat
  scripts/kafka.sh
}

setup_python() {
  local venv="$cache/venv" python=python3
  cmp -s tests/requirements.txt "$venv/requirements.txt" && "$venv/bin/python" -c '' 2>/dev/null && return 0
  if ! python3 -c 'import ensurepip, venv' >/dev/null 2>&1; then
    apt_install "Python for schemathesis and the recorded client" python3 python3-venv
    python=/usr/bin/python3
  fi
  say "installing the tests' Python packages into $venv"
  rm -rf "$venv"
  "$python" -m venv "$venv"
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --requirement tests/requirements.txt
  cp tests/requirements.txt "$venv/requirements.txt"
}

setup_node() {
  have node || apt_install "Node for the recorded client" nodejs
  local modules=tests/clients/node_modules
  cmp -s tests/clients/package-lock.json "$modules/.docket-lock.json" && return 0
  have npm || apt_install "npm for the recorded client" npm
  say "installing the recorded client's packages into $modules"
  npm ci --prefix tests/clients --silent --no-audit --no-fund --ignore-scripts
  cp tests/clients/package-lock.json "$modules/.docket-lock.json"
}

case "${1:-}" in
  run)
    setup_rust
    setup_librdkafka
    setup_tesseract
    setup_postgres
    setup_reading
    ;;
  bench)
    setup_rust
    setup_librdkafka
    setup_tesseract
    setup_postgres
    setup_reading
    setup_specimens
    scripts/kafka.sh
    ;;
  test)
    setup_rust
    setup_librdkafka
    setup_tesseract
    setup_postgres
    setup_kafka
    setup_python
    setup_reading
    setup_specimens
    setup_node
    ;;
  lint)
    setup_rust
    setup_librdkafka
    setup_tesseract
    setup_lint
    # The compose files are judged by Python.
    setup_python
    ;;
  *) fail "usage: scripts/setup.sh run|bench|test|lint" ;;
esac
