//! Keys stay inside: nothing that the program leaves behind holds one, used wrongly or crashing.

use std::process::{Command, Output};

use tempfile::TempDir;

use crate::support::{KEY, TOKEN, command};

/// The gateway with a key for every sink, nobody behind the addresses, and all a panic can tell.
fn with_keys(dir: &TempDir) -> Command {
    let mut command = command(dir);
    prepare(&mut command, dir);
    command
}

fn prepare(command: &mut Command, dir: &TempDir) {
    let nobody = "http://127.0.0.1:9";
    command
        .current_dir(dir)
        .env("RUST_BACKTRACE", "full")
        .env("HONEYCOMB_API_KEY", KEY)
        .env("HONEYCOMB_API_ENDPOINT", nobody)
        .env("ROLLBAR_ACCESS_TOKEN", TOKEN)
        .env("ROLLBAR_API_ENDPOINT", nobody)
        .env("OTEL_EXPORTER_OTLP_ENDPOINT", nobody)
        .env("OTEL_EXPORTER_OTLP_HEADERS", format!("x-team={KEY}"));
}

/// Both streams, in which no key is.
fn said(output: &Output) -> String {
    let streams = [&output.stdout, &output.stderr].map(|stream| String::from_utf8_lossy(stream));
    let text = streams.concat();
    assert!(!text.contains(KEY) && !text.contains(TOKEN), "{text}");
    text
}

#[test]
fn no_task_of_the_command_says_a_key() {
    let dir = tempfile::tempdir().unwrap();
    for task in ["--help", "--version", "config", "check"] {
        let output = with_keys(&dir).arg(task).output().unwrap();
        assert!(!said(&output).is_empty(), "{task}");
    }
}

#[test]
fn a_key_on_the_command_line_is_refused_and_not_repeated() {
    let dir = tempfile::tempdir().unwrap();
    for words in [
        vec![format!("--honeycomb-api-key={KEY}")],
        vec!["--honeycomb-api-key".to_owned(), KEY.to_owned()],
        vec![format!("HONEYCOMB_API_KEY={KEY}")],
        vec!["check".to_owned(), KEY.to_owned()],
    ] {
        let output = command(&dir).args(&words).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{words:?}");
        assert!(said(&output).contains("--help"), "{words:?}");
    }
}

#[test]
fn a_key_in_the_settings_file_is_refused_and_not_repeated() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("otel-web-gateway.toml");
    for (toml, says) in [
        (
            format!("[honeycomb]\napi_key = \"{KEY}\""),
            "honeycomb.api_key: keys stay out of files",
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
        assert_eq!(output.status.code(), Some(1), "{says}");
        let text = said(&output);
        assert!(text.contains(says), "{says}: {text}");
    }
}

#[test]
fn a_setting_that_cannot_be_used_does_not_show_the_key_in_it() {
    let dir = tempfile::tempdir().unwrap();
    for (name, value, says) in [
        (
            "HONEYCOMB_API_KEY",
            format!("{KEY}\u{7f}"),
            "no HTTP header may carry",
        ),
        (
            "ROLLBAR_ACCESS_TOKEN",
            format!("{TOKEN}\n1"),
            "no HTTP header may carry",
        ),
        (
            "OTEL_EXPORTER_OTLP_HEADERS",
            KEY.to_owned(),
            "write name=value",
        ),
        (
            "OTEL_EXPORTER_OTLP_HEADERS",
            format!("a b={KEY}"),
            "no HTTP header may carry",
        ),
        (
            "OTEL_WEB_GATEWAY_VIEWER_TOKEN",
            format!("{KEY}?"),
            "VIEWER_TOKEN cannot be used",
        ),
    ] {
        let output = with_keys(&dir).env(name, &value).output().unwrap();
        let text = said(&output);
        assert!(text.contains(says), "{says}: {text}");
    }
}

/// The variable that names a file, with what belongs into the file.
#[test]
fn a_key_in_place_of_its_file_s_path_is_not_shown() {
    let dir = tempfile::tempdir().unwrap();
    let output = command(&dir)
        .env("HONEYCOMB_API_KEY_FILE", KEY)
        .output()
        .unwrap();
    let text = said(&output);
    assert!(
        text.contains("HONEYCOMB_API_KEY_FILE cannot be used"),
        "{text}"
    );
}

/// The standard output that cannot be written is a panic, the one that can be had from outside.
#[test]
#[cfg(target_os = "linux")]
fn a_panic_and_its_backtrace_hold_no_key() {
    let dir = tempfile::tempdir().unwrap();
    let full = std::fs::File::options().write(true).open("/dev/full");
    let output = with_keys(&dir).stdout(full.unwrap()).output().unwrap();
    let text = said(&output);
    assert!(
        text.contains("panicked") && text.contains("backtrace"),
        "{text}"
    );
}

#[test]
#[cfg(target_os = "linux")]
fn a_crash_leaves_no_core_file_although_the_system_would_write_one() {
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
