//! Keys are in no output of the program, also after usage errors and crashes.

use std::process::{Command, Output};

use tempfile::TempDir;

use crate::support::{KEY, TOKEN, command};

/// Returns the gateway's command with a key for each sink, unreachable receivers, and backtraces.
fn with_keys(dir: &TempDir) -> Command {
    let mut command = command(dir);
    prepare(&mut command, dir);
    command
}

fn prepare(command: &mut Command, dir: &TempDir) {
    let unreachable = "http://127.0.0.1:9";
    command
        .current_dir(dir)
        .env("RUST_BACKTRACE", "full")
        .env("HONEYCOMB_API_KEY", KEY)
        .env("HONEYCOMB_API_ENDPOINT", unreachable)
        .env("ROLLBAR_ACCESS_TOKEN", TOKEN)
        .env("ROLLBAR_API_ENDPOINT", unreachable)
        .env("OTEL_EXPORTER_OTLP_ENDPOINT", unreachable)
        .env("OTEL_EXPORTER_OTLP_HEADERS", format!("x-team={KEY}"));
}

/// Returns the text of both streams, after checking that it has no key.
fn text_without_keys(output: &Output) -> String {
    let streams = [&output.stdout, &output.stderr].map(|stream| String::from_utf8_lossy(stream));
    let text = streams.concat();
    assert!(!text.contains(KEY) && !text.contains(TOKEN), "{text}");
    text
}

#[test]
fn no_subcommand_prints_a_key() {
    let dir = tempfile::tempdir().unwrap();
    for task in ["--help", "--version", "config", "check"] {
        let output = with_keys(&dir).arg(task).output().unwrap();
        assert!(!text_without_keys(&output).is_empty(), "{task}");
    }
}

#[test]
fn key_on_the_command_line_is_a_usage_error_without_the_key() {
    let dir = tempfile::tempdir().unwrap();
    for words in [
        vec![format!("--honeycomb-api-key={KEY}")],
        vec!["--honeycomb-api-key".to_owned(), KEY.to_owned()],
        vec![format!("HONEYCOMB_API_KEY={KEY}")],
        vec!["check".to_owned(), KEY.to_owned()],
    ] {
        let output = command(&dir).args(&words).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{words:?}");
        assert!(text_without_keys(&output).contains("--help"), "{words:?}");
    }
}

#[test]
fn key_in_the_settings_file_is_an_error_without_the_key() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("otel-web-gateway.toml");
    for (toml, expected) in [
        (
            format!("[honeycomb]\napi_key = \"{KEY}\""),
            "honeycomb.api_key: secrets are not allowed in files",
        ),
        (format!("[honeycomb]\napi_key = {KEY}"), "line 2"),
        (
            format!("honeycomb_api_key = \"{KEY}\""),
            "unknown key honeycomb_api_key",
        ),
        (format!("HONEYCOMB_API_KEY={KEY}"), "line 1"),
    ] {
        std::fs::write(&file, toml).unwrap();
        let output = command(&dir).current_dir(&dir).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{expected}");
        let text = text_without_keys(&output);
        assert!(text.contains(expected), "{expected}: {text}");
    }
}

#[test]
fn invalid_key_is_an_error_without_the_key() {
    let dir = tempfile::tempdir().unwrap();
    for (name, value, expected) in [
        (
            "HONEYCOMB_API_KEY",
            format!("{KEY}\u{7f}"),
            "not allowed in an HTTP header",
        ),
        (
            "ROLLBAR_ACCESS_TOKEN",
            format!("{TOKEN}\n1"),
            "not allowed in an HTTP header",
        ),
        (
            "OTEL_EXPORTER_OTLP_HEADERS",
            KEY.to_owned(),
            "write name=value",
        ),
        (
            "OTEL_EXPORTER_OTLP_HEADERS",
            format!("a b={KEY}"),
            "not allowed in an HTTP header",
        ),
        (
            "OTEL_WEB_GATEWAY_VIEWER_TOKEN",
            format!("{KEY}?"),
            "VIEWER_TOKEN cannot be used",
        ),
    ] {
        let output = with_keys(&dir).env(name, &value).output().unwrap();
        let text = text_without_keys(&output);
        assert!(text.contains(expected), "{expected}: {text}");
    }
}

/// The variable of the file's path has the key by mistake.
#[test]
fn key_instead_of_the_path_of_its_file_is_not_shown() {
    let dir = tempfile::tempdir().unwrap();
    let output = command(&dir)
        .env("HONEYCOMB_API_KEY_FILE", KEY)
        .output()
        .unwrap();
    let text = text_without_keys(&output);
    assert!(text.contains("cannot use HONEYCOMB_API_KEY_FILE"), "{text}");
}

/// Printing to a full device panics.
#[test]
#[cfg(target_os = "linux")]
fn panic_and_its_backtrace_have_no_key() {
    let dir = tempfile::tempdir().unwrap();
    let full = std::fs::File::options().write(true).open("/dev/full");
    let mut command = with_keys(&dir);
    let output = command.arg("check").stdout(full.unwrap()).output().unwrap();
    let text = text_without_keys(&output);
    assert!(
        text.contains("panicked") && text.contains("backtrace"),
        "{text}"
    );
}

#[test]
#[cfg(target_os = "linux")]
fn crash_leaves_no_core_file_where_the_system_would_write_one() {
    use crate::support::{Process, command_after};
    use std::os::unix::process::ExitStatusExt;

    let dir = tempfile::tempdir().unwrap();
    let mut command = command_after(&[], "ulimit -c $(ulimit -H -c)", &dir);
    prepare(&mut command, &dir);
    let mut process = Process::start(&mut command);
    let pid = process.child.id().to_string();
    let abort = Command::new("kill").args(["-ABRT", &pid]).status();
    assert!(abort.unwrap().success());
    let status = process.child.wait().unwrap();
    assert_eq!((status.signal(), status.core_dumped()), (Some(6), false));
}
