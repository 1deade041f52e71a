# The few commands of the house. Each sets up what it needs first and says what it does.
#
#   make run  ARGS="--listen 0.0.0.0:8000"
#   make test ARGS="--test stories tickets::"
#   make bench ARGS="append --clients 64"

SHELL := /bin/bash
ARGS ?=

# A build cache outside the clone: a second clone, or a fresh one, need not build everything again.
export CARGO_TARGET_DIR ?= $(HOME)/.cache/docket/target

.DEFAULT_GOAL := help
.PHONY: help run test lint bench generate fmt

help: ## show this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 18

run: ## build Docket and start it with demo data on http://127.0.0.1:8000
	@scripts/run.sh $(ARGS)

test: ## run all tests, with a Postgres of their own
	@scripts/test.sh $(ARGS)

lint: ## format, clippy, docs, licences, unused dependencies, generated files
	@scripts/lint.sh

bench: ## measure append, HTTP, tasks, queries, rebuild, import, fan-out and OCR, each beside a reference
	@scripts/bench.sh $(ARGS)

generate: ## write docs/openapi.json, docs/asyncapi.json and docs/schemas anew
	@scripts/check-generated.sh --write

fmt: ## format the Rust code
	@cargo fmt --all
