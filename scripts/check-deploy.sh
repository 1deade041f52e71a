#!/usr/bin/env bash
# What can be said about the Dockerfile, the compose files and deploy/ without running them.
# Uses what is there: the tests' Python packages (`make test` installs them), hadolint, caddy, docker.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

python="$cache/venv/bin/python"
if "$python" -c 'import podman_compose, promql_parser, yaml' 2>/dev/null; then
  "$python" scripts/check_deploy.py "$CARGO_TARGET_DIR/debug/docket"
else
  say "compose files: skipped, the tests' Python packages are not installed"
fi

if have hadolint; then
  hadolint Dockerfile
fi

if have caddy; then
  for site in http://:8000 desk.example.com; do
    DOCKET_SITE=$site caddy validate --adapter caddyfile --config deploy/Caddyfile >/dev/null 2>&1 ||
      fail "deploy/Caddyfile: caddy validate --adapter caddyfile --config deploy/Caddyfile"
  done
fi

if have docker && docker compose version >/dev/null 2>&1; then
  docker compose config --quiet
fi
