//! Trunk's configuration for serving the page: the watched files and the proxies.
//!
//! The `Trunk.toml` at the root is this text for the default ports, so plain `trunk serve` works.
//! `cargo xtask dev` writes its own below `target/` for its ports.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::ports::Ports;
use crate::workspace;

/// Writes the configuration for `ports` and returns its path.
pub(crate) fn write(folder: &Path, ports: Ports) -> Result<PathBuf> {
    let path = folder.join("Trunk.toml");
    // Trunk resolves paths against the folder of its configuration.
    let text = render(
        &in_quotes(&format!("{}/", workspace::root().display())),
        "target/dev/page",
        ports,
    );
    std::fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
    Ok(path)
}

/// Escapes `text` for a TOML string.
fn in_quotes(text: &str) -> String {
    text.replace('\\', r"\\").replace('"', "\\\"")
}

fn render(base: &str, dist: &str, Ports { page, api, gateway }: Ports) -> String {
    format!(
        r#"# Builds and serves the page with `trunk serve`. `cargo xtask dev` uses the same settings with configurable ports:
# change xtask/src/trunk_config.rs together with this file.
trunk-version = "^0.21.14"

[build]
target = "{base}index.html"
dist = "{base}{dist}"
# Allows only the page's own inline scripts and styles: see `csp` below.
create_nonce = true

# Only the sources of the page. The default is every file below this folder, including databases and logs.
[watch]
watch = [
    "{base}index.html",
    "{base}src",
    "{base}www",
    "{base}crates/api-types",
    "{base}crates/otel-web",
    "{base}crates/otel-web-yew",
]

[serve]
addresses = ["127.0.0.1"]
port = {page}
disable_address_lookup = true
# `{{{{NONCE}}}}` is different in each response. If the page sends its spans to another origin, add that to `connect-src`.
csp = [
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval' 'nonce-{{{{NONCE}}}}'",
    "style-src 'self' 'nonce-{{{{NONCE}}}}'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
]

[serve.headers]
X-Content-Type-Options = "nosniff"
Referrer-Policy = "strict-origin-when-cross-origin"

# The back end.
[[proxy]]
backend = "http://127.0.0.1:{api}/api/"
no_system_proxy = true
no_redirect = true

# The gateway. Proxy only this path: with a proxy for the whole gateway, another page could read all traces by DNS
# rebinding.
[[proxy]]
backend = "http://127.0.0.1:{gateway}/v1/traces"
rewrite = "/otlp/v1/traces"
no_system_proxy = true
no_redirect = true
"#
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn committed_file_is_the_one_for_the_default_ports() {
        let committed = std::fs::read_to_string(workspace::root().join("Trunk.toml")).unwrap();
        assert_eq!(committed, render("", "target/dist", Ports::default()));
    }

    #[test]
    fn special_characters_in_a_folder_are_escaped() {
        assert_eq!(in_quotes("/it's a/"), "/it's a/");
        assert_eq!(in_quotes(r#"/a "b"\c/"#), r#"/a \"b\"\\c/"#);
    }

    /// Checks every trunk configuration, because people copy the examples.
    #[test]
    fn proxies_reach_one_path_of_the_gateway() {
        let files = [
            "Trunk.toml",
            "examples/dioxus/Trunk.toml",
            "examples/leptos/Trunk.toml",
            "examples/plain/Trunk.toml",
            "examples/tracing/Trunk.toml",
            "examples/yew/Trunk.toml",
        ];
        for file in files {
            let text = std::fs::read_to_string(workspace::root().join(file)).unwrap();
            let mut spans = 0;
            for backend in text.lines().filter(|line| line.starts_with("backend = ")) {
                let (_, path) = backend.split_once("127.0.0.1:").unwrap();
                match path.trim_end_matches('"') {
                    "4318/v1/traces" => spans += 1,
                    "4567/api/" => {}
                    other => panic!("{file} proxies {other}"),
                }
            }
            assert_eq!(spans, 1, "{file} proxies spans");
            assert!(!text.contains("rewrite = \"/otlp/\""), "{file}");
        }
    }

    #[test]
    fn proxies_follow_the_ports() {
        let text = render(
            "/repo/",
            "target/dev/page",
            Ports {
                page: 1,
                api: 2,
                gateway: 3,
            },
        );
        for expected in [
            "port = 1\n",
            "\"http://127.0.0.1:2/api/\"",
            "\"http://127.0.0.1:3/v1/traces\"",
            "\"/repo/src\"",
        ] {
            assert!(text.contains(expected), "{expected} is missing in\n{text}");
        }
    }
}
