//! Arguments, and invalid settings.

use std::process::{Command, Output};

fn run(args: &[&str], variables: &[(&str, &str)]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_cruddur-backend"))
        .args(args)
        .env_clear()
        .envs(variables.iter().copied())
        .output()
        .unwrap()
}

/// Returns the message of a usage error.
fn usage_error(args: &[&str], variables: &[(&str, &str)]) -> String {
    let output = run(args, variables);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert!(output.stdout.is_empty(), "{output:?}");
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn help_lists_flags_variables_and_defaults_but_no_values() {
    let secret = [("OTEL_EXPORTER_OTLP_HEADERS", "x-honeycomb-team=a-key")];
    let help = run(&["--help"], &secret);
    assert!(help.status.success());
    let help = String::from_utf8(help.stdout).unwrap();
    assert!(help.lines().all(|line| line.len() <= 100), "{help}");
    let help: Vec<_> = help.split_whitespace().collect();
    let help = help.join(" ");
    for expected in [
        "--database-url",
        "[env: DATABASE_URL]",
        "[default: sqlite:cruddur.db]",
        "OTEL_EXPORTER_OTLP_HEADERS",
    ] {
        assert!(help.contains(expected), "{expected}: {help}");
    }
    assert!(!help.contains("a-key"), "{help}");
}

#[test]
fn unknown_argument_is_a_usage_error() {
    let error = usage_error(&["serve"], &[]);
    assert!(error.contains("unrecognized subcommand 'serve'"), "{error}");
    usage_error(&["--otel-exporter-otlp-headers=x=y"], &[]);
}

#[test]
fn completions_are_printed() {
    let output = run(&["completions", "fish"], &[]);
    assert!(output.status.success(), "{output:?}");
    let script = String::from_utf8(output.stdout).unwrap();
    assert!(script.contains("database-url"), "{script}");
}

#[test]
fn invalid_log_level_is_explained_once() {
    let error = usage_error(&["--log-filter", "a=loud"], &[]);
    assert_eq!(error.matches("expected one of").count(), 1, "{error}");
}

#[test]
fn invalid_setting_is_a_usage_error_that_names_the_variable() {
    for name in [
        "CRUDDUR_API_LISTEN",
        "CRUDDUR_DEMO_DATA",
        "CRUDDUR_TRUSTED_PROXIES",
        "CRUDDUR_ALLOWED_ORIGINS",
        "CRUDDUR_SECURE_COOKIES",
        "RUST_LOG",
    ] {
        let error = usage_error(&[], &[(name, "a=what?")]);
        assert!(error.contains(name), "{error}");
    }
}

#[test]
fn invalid_database_url_is_a_usage_error_with_an_example() {
    for url in [
        "sqlite:",
        "sqlite::memory:",
        "sqlite:x.db?mode=memory",
        "sqlite:/",
        "mysql://cruddur:secret@localhost/cruddur",
    ] {
        let error = usage_error(&[], &[("DATABASE_URL", url)]);
        assert!(error.contains("such as sqlite:cruddur.db"), "{error}");
        assert!(!error.contains("secret"), "{error}");
    }
}
