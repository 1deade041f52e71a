# syntax=docker/dockerfile:1.7
# Docket, as one program in a small image: docker build -t docket .
# It has no Postgres of its own; DOCKET_DATABASE_URL says where one is.

ARG RUST_VERSION=1.95.0
ARG DEBIAN_VERSION=13.1

# What PaddleOCR reads with: ONNX Runtime's library and the models, as scripts/ocr.sh pins them.
FROM debian:${DEBIAN_VERSION}-slim AS ocr
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates python3 python3-pip
WORKDIR /parts
COPY scripts/lib.sh scripts/ocr.sh scripts/
RUN DOCKET_CACHE=/tmp/cache scripts/ocr.sh /out/ocr

FROM rust:${RUST_VERSION}-slim-trixie AS build
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
# librdkafka comes as C and C++ with its crate, and is built with the system's TLS and zlib; Tesseract is the system's.
# hadolint ignore=DL3008
RUN --mount=type=cache,target=/var/cache/apt,sharing=locked \
    --mount=type=cache,target=/var/lib/apt,sharing=locked \
    rm -f /etc/apt/apt.conf.d/docker-clean \
    && apt-get update \
    && apt-get install -y --no-install-recommends \
    g++ libleptonica-dev libssl-dev libtesseract-dev make pkg-config zlib1g-dev
WORKDIR /build
COPY . .
# What cargo fetched and compiled stays in caches of the builder, so the program is copied out of them.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/build/target \
    cargo build --release --locked --bin docket \
    && install -D target/release/docket /out/docket \
    && strip --strip-debug /out/docket

FROM debian:${DEBIAN_VERSION}-slim
ARG VERSION=dev
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Docket" \
      org.opencontainers.image.description="An event-sourced ticket desk" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
    ca-certificates libssl3t64 libtesseract5 poppler-utils tesseract-ocr-chi-sim tesseract-ocr-eng zlib1g \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --system --gid 10001 docket \
    && useradd --system --uid 10001 --gid docket --no-create-home --home-dir /nonexistent docket \
    # Files of a single process without a bucket: give it a volume.
    && install -d -m 0700 -o docket -g docket /var/lib/docket
COPY --from=ocr /out/ocr /usr/share/docket/ocr
COPY --from=build /out/docket /usr/local/bin/docket
COPY LICENSE /usr/share/doc/docket/LICENSE
USER 10001:10001
WORKDIR /var/empty
# Reached from other containers; what is published is the proxy.
ENV DOCKET_LISTEN=0.0.0.0:8000 \
    DOCKET_DATA_DIR=/var/lib/docket \
    DOCKET_LOG_FORMAT=json
EXPOSE 8000
# A migration or a first fill of the views takes its time; /readyz says when it is over.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 CMD ["docket", "health"]
# Docket ends itself on SIGTERM: running requests finish, then the roles stop.
STOPSIGNAL SIGTERM
ENTRYPOINT ["docket"]
CMD ["serve"]
