# syntax=docker/dockerfile:1
# otel-web-gateway with its viewer, from this source. compose.yaml beside this file builds and
# runs it, README.md says how. The context is the repository's root.

ARG RUST=1.94
# Of both ends: the program uses the C library of the Debian that it was built on.
ARG DEBIAN=trixie

FROM rust:${RUST}-${DEBIAN} AS source
WORKDIR /source
COPY . .

FROM source AS gateway
RUN --mount=type=cache,target=/usr/local/cargo/registry,id=gateway-registry \
    --mount=type=cache,target=/source/target,id=gateway-target \
    cargo build --release --locked --package otel-web-gateway \
    && install -D target/release/otel-web-gateway /out/otel-web-gateway

FROM source AS viewer
# The versions that `cargo xtask setup` installs; that of wasm-bindgen is in Cargo.lock.
ARG TRUNK=0.21.14
ARG WASM_BINDGEN=0.2.130
ARG BINARYEN=132
SHELL ["/bin/bash", "-euo", "pipefail", "-c"]
RUN rustup target add wasm32-unknown-unknown
RUN arch=$(uname -m); \
    if [ "$arch" = x86_64 ]; then libc=musl; else libc=gnu; fi; \
    mkdir /tools; \
    for archive in \
        "trunk-rs/trunk/releases/download/v$TRUNK/trunk-$arch-unknown-linux-gnu.tar.gz" \
        "wasm-bindgen/wasm-bindgen/releases/download/$WASM_BINDGEN/wasm-bindgen-$WASM_BINDGEN-$arch-unknown-linux-$libc.tar.gz" \
        "WebAssembly/binaryen/releases/download/version_$BINARYEN/binaryen-version_$BINARYEN-$arch-linux.tar.gz"; \
    do curl -fsSL "https://github.com/$archive" | tar -xz -C /tools; done; \
    find /tools -type f \( -name trunk -o -name wasm-bindgen -o -name wasm-opt \) \
        -exec install '{}' /usr/local/bin/ ';'
RUN --mount=type=cache,target=/usr/local/cargo/registry,id=viewer-registry \
    --mount=type=cache,target=/source/target,id=viewer-target \
    trunk build --config crates/viewer/Trunk.toml --release --dist /out

FROM debian:${DEBIAN}-slim
# ca-certificates: for HTTPS the gateway trusts whom the system trusts. The folder belongs to the
# user before a volume takes its place: a new volume takes over its owner.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin gateway \
    && install --directory --owner gateway --group gateway --mode 0700 /var/lib/otel-web-gateway
COPY --from=gateway /out/otel-web-gateway /usr/local/bin/
COPY --from=viewer /out /usr/share/otel-web-gateway/viewer
# It listens on its own loopback, as everywhere, until OTEL_WEB_GATEWAY_LISTEN says otherwise.
ENV OTEL_WEB_GATEWAY_DB=/var/lib/otel-web-gateway/traces.db \
    OTEL_WEB_GATEWAY_VIEWER_DIR=/usr/share/otel-web-gateway/viewer
USER gateway
WORKDIR /var/lib/otel-web-gateway
VOLUME /var/lib/otel-web-gateway
EXPOSE 4318
ENTRYPOINT ["otel-web-gateway"]
