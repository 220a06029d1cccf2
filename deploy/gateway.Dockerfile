# syntax=docker/dockerfile:1
# otel-web-gateway with its viewer, built from this source. compose.yaml builds and runs it; see README.md. The build
# context is the root of the repository.

ARG RUST=1.94
# Of both stages: the program uses the C library of the Debian release on which it was built.
ARG DEBIAN=trixie

FROM rust:${RUST}-${DEBIAN} AS source
WORKDIR /source
COPY . .

FROM source AS gateway
RUN --mount=type=cache,target=/usr/local/cargo/registry,id=gateway-registry \
    --mount=type=cache,target=/source/target,id=gateway-target \
    cargo build --release --locked --package otel-web-gateway \
    && cargo xtask licenses \
    && install -D target/release/otel-web-gateway /out/otel-web-gateway \
    && cp -r target/licenses /out/licenses

FROM source AS viewer
# The versions that `cargo xtask setup` installs.
ARG TRUNK=0.21.14
ARG WASM_BINDGEN=0.2.130
ARG BINARYEN=132
SHELL ["/bin/bash", "-euo", "pipefail", "-c"]
RUN rustup target add wasm32-unknown-unknown
# An archive is unpacked only if its SHA-256 sum is the one in the repository.
RUN arch=$(uname -m); \
    mkdir /tools; cd /tools; \
    unpack() { \
        curl --proto =https --tlsv1.2 -fsSL -o "$1" "https://github.com/$2"; \
        grep "  $1\$" /source/xtask/tools/checksums.txt | sha256sum --check --strict; \
        tar -xzf "$1"; \
    }; \
    unpack "trunk-$TRUNK-$arch-unknown-linux-musl.tar.gz" \
        "trunk-rs/trunk/releases/download/v$TRUNK/trunk-$arch-unknown-linux-musl.tar.gz"; \
    unpack "binaryen-version_$BINARYEN-$arch-linux.tar.gz" \
        "WebAssembly/binaryen/releases/download/version_$BINARYEN/binaryen-version_$BINARYEN-$arch-linux.tar.gz"; \
    find /tools -type f \( -name trunk -o -name wasm-opt \) -exec install '{}' /usr/local/bin/ ';'
# The sum of its archive is not recorded, so it is compiled; cargo verifies the packages' checksums.
RUN --mount=type=cache,target=/usr/local/cargo/registry,id=viewer-registry \
    cargo install --locked wasm-bindgen-cli --version "=$WASM_BINDGEN"
RUN --mount=type=cache,target=/usr/local/cargo/registry,id=viewer-registry \
    --mount=type=cache,target=/source/target,id=viewer-target \
    trunk build --locked=true --config crates/viewer/Trunk.toml --release --dist /out

FROM debian:${DEBIAN}-slim
# The gateway verifies HTTPS with the system's certificates. The folder gets its owner here, because a new volume takes
# over the owner of the folder that it replaces.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin gateway \
    && install --directory --owner gateway --group gateway --mode 0700 /var/lib/otel-web-gateway
COPY --from=gateway /out/otel-web-gateway /usr/local/bin/
COPY --from=viewer /out /usr/share/otel-web-gateway/viewer
COPY --from=gateway /out/licenses /usr/share/doc/otel-web-gateway/licenses
# It listens on the container's loopback address, unless OTEL_WEB_GATEWAY_LISTEN is set.
ENV OTEL_WEB_GATEWAY_DB=/var/lib/otel-web-gateway/traces.db \
    OTEL_WEB_GATEWAY_VIEWER_DIR=/usr/share/otel-web-gateway/viewer
USER gateway
WORKDIR /var/lib/otel-web-gateway
VOLUME /var/lib/otel-web-gateway
EXPOSE 4318
ENTRYPOINT ["otel-web-gateway"]
