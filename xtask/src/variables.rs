//! The environment variables of the shell: which of them reach child processes, and which are ignored.
//!
//! | variable | effect |
//! |---|---|
//! | `NO_PROXY`, `no_proxy` | loopback addresses are added, so this machine is never reached through a proxy |
//! | `CARGO_TARGET_DIR`, `CARGO_BUILD_TARGET_DIR` | respected: [`workspace::cargo_target`](crate::workspace::cargo_target) |
//! | `CARGO_BUILD_TARGET`, `build.target` | ignored: servers and tools run on this machine, pages in the browser |
//! | `RUSTFLAGS`, `CARGO_ENCODED_RUSTFLAGS`, `CARGO_BUILD_RUSTFLAGS` | respected for this machine, ignored for the browser, whose linker has other options |
//! | `CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS` | respected for the browser |
//! | `RUSTC`, `CARGO_BUILD_RUSTC`, `RUSTUP_TOOLCHAIN` | respected, unless Debian's compiler builds for the browser |
//! | `RUSTC_WRAPPER`, `CARGO_PROFILE_*`, `CARGO_INCREMENTAL`, `CARGO_TERM_*`, `CARGO_NET_*` | respected: cargo reads them |
//! | `TRUNK_*` | ignored, because `cargo xtask` sets ports, folders and addresses |
//! | `NO_COLOR` | respected; trunk gets it as `true`, because it rejects other values |
//! | `NO_HEADLESS`, `WASM_BINDGEN_*`, other browsers' drivers | ignored in tests |

use std::env;
use std::ffi::{OsStr, OsString};
use std::process::Command;

/// The names of this machine's loopback interface.
const LOOPBACK: [&str; 3] = ["127.0.0.1", "localhost", "::1"];

/// Compiler flags that are meant for this machine.
pub(crate) const HOST_RUSTFLAGS: [&str; 3] = [
    "CARGO_ENCODED_RUSTFLAGS",
    "RUSTFLAGS",
    "CARGO_BUILD_RUSTFLAGS",
];

/// Returns the value of a variable. An empty one counts as unset.
pub(crate) fn non_empty(name: &str) -> Option<OsString> {
    env::var_os(name).filter(|value| !value.is_empty())
}

/// Keeps `command` from reaching this machine through a proxy. Its own variables stay.
pub(crate) fn keep_loopback_direct(command: &mut Command) {
    let lists = ["NO_PROXY", "no_proxy"].map(non_empty);
    let merged = with_loopback(&lists);
    for name in ["NO_PROXY", "no_proxy"] {
        if command.get_envs().all(|(known, _)| known != name) {
            command.env(name, &merged);
        }
    }
}

/// Merges both spellings, because some programs read only one of them.
fn with_loopback(lists: &[Option<OsString>]) -> OsString {
    let mut hosts: Vec<String> = Vec::new();
    let texts = lists.iter().flatten().map(|list| list.to_string_lossy());
    for list in texts {
        let entries = list.split(',').map(str::trim);
        hosts.extend(entries.filter(|host| !host.is_empty()).map(str::to_owned));
    }
    if !hosts.iter().any(|host| host == "*") {
        hosts.extend(LOOPBACK.map(str::to_owned));
    }
    let mut seen = Vec::new();
    hosts.retain(|host| {
        let is_new = !seen.contains(host);
        seen.push(host.clone());
        is_new
    });
    hosts.join(",").into()
}

/// Removes every variable whose name begins with `prefix`.
pub(crate) fn remove_all(command: &mut Command, prefix: &str) {
    for (name, _) in env::vars_os() {
        if starts_with(&name, prefix) {
            command.env_remove(name);
        }
    }
}

fn starts_with(name: &OsStr, prefix: &str) -> bool {
    name.as_encoded_bytes().starts_with(prefix.as_bytes())
}

/// Quotes `value` for a POSIX shell.
pub(crate) fn shell_word(value: &str) -> String {
    format!("'{}'", value.replace('\'', r"'\''"))
}

/// Returns the configured proxies without their credentials, for errors of downloads.
pub(crate) fn proxies() -> Vec<String> {
    ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"]
        .into_iter()
        .flat_map(|name| [name.to_owned(), name.to_lowercase()])
        .filter_map(|name| {
            let value = non_empty(&name)?;
            Some(format!("{name}={}", redacted(&value.to_string_lossy())))
        })
        .collect()
}

/// Removes the user name and password from the address of a proxy.
fn redacted(address: &str) -> String {
    let Some((before, host)) = address.rsplit_once('@') else {
        return address.to_owned();
    };
    let scheme = before
        .split_once("://")
        .map_or(String::new(), |(scheme, _)| format!("{scheme}://"));
    format!("{scheme}…@{host}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(lists: &[Option<&str>], expected: &str) {
        let lists: Vec<_> = lists.iter().map(|list| list.map(OsString::from)).collect();
        assert_eq!(with_loopback(&lists), expected);
    }

    #[test]
    fn loopback_is_added_to_no_proxy() {
        check(&[None, None], "127.0.0.1,localhost,::1");
        check(
            &[Some("intra.example, 10.0.0.0/8"), None],
            "intra.example,10.0.0.0/8,127.0.0.1,localhost,::1",
        );
        check(&[Some("a"), Some("a,b")], "a,b,127.0.0.1,localhost,::1");
        check(&[None, Some("localhost")], "localhost,127.0.0.1,::1");
        check(&[Some("*"), None], "*");
    }

    #[test]
    fn child_does_not_use_a_proxy_for_loopback() {
        let mut command = Command::new("true");
        keep_loopback_direct(&mut command);
        for name in ["NO_PROXY", "no_proxy"] {
            let value = command.get_envs().find(|(known, _)| *known == name);
            let value = value.and_then(|(_, value)| value).unwrap_or_default();
            assert!(value.to_string_lossy().contains("127.0.0.1"), "{name}");
        }
    }

    #[test]
    fn quoted_value_is_one_shell_word() {
        for path in [
            "/plain",
            "/it's here",
            "/a b",
            "/$HOME/`x`",
            "/\"q\"\\",
            "/new\nline",
        ] {
            let mut shell = Command::new("sh");
            let script = format!("printf %s {}", shell_word(path));
            let printed = shell.args(["-c", &script]).output().unwrap().stdout;
            assert_eq!(String::from_utf8(printed).unwrap(), path);
        }
    }

    #[test]
    fn credentials_of_a_proxy_are_redacted() {
        assert_eq!(redacted("http://me:p@ss@proxy:3128"), "http://…@proxy:3128");
        assert_eq!(redacted("me:pass@proxy:3128"), "…@proxy:3128");
        assert_eq!(redacted("http://proxy:3128"), "http://proxy:3128");
    }
}
