//! Precedence, validation and secrets of the configuration.

use std::collections::BTreeMap;

use clap::Command;
use cli_settings::Sources;
use logging::error_chain;

use super::*;

fn command() -> Command {
    Config::augment_command(Command::new("otel-web-gateway"))
}

/// Reads a configuration from flags, variables and a file.
fn read_all(args: &[&str], variables: &[(&str, &str)], toml: &str) -> Result<Config, String> {
    let env = |name: &str| {
        let found = variables.iter().find(|(key, _)| *key == name);
        found.map(|(_, value)| (*value).to_owned())
    };
    let file = file::parse(toml, &command()).map_err(|error| error_chain(&error))?;
    let sources = Sources {
        env: &env,
        file: &file,
    };
    let args = ["otel-web-gateway"].iter().chain(args);
    let matches = cli_settings::read(command(), args, &sources);
    let matches = matches.map_err(|error| error.to_string())?;
    Config::from_matches(&matches, &env).map_err(|error| error_chain(&error))
}

fn read(variables: &[(&str, &str)], toml: &str) -> Result<Config, String> {
    read_all(&[], variables, toml)
}

#[test]
fn default_listens_on_loopback_and_has_no_sinks() {
    let config = read(&[("HONEYCOMB_API_KEY", "")], "").unwrap();
    assert_eq!(config.listen, "127.0.0.1:4318");
    assert!(config.honeycomb.is_none() && config.otlp.is_none());
    assert!(config.xray.is_none() && config.rollbar.is_none());
    assert_eq!(format!("{config:?}"), format!("{:?}", Config::default()));
}

#[test]
fn key_turns_honeycomb_on_and_is_redacted_in_debug_output() {
    let config = read(&[("HONEYCOMB_API_KEY", "hcaik_123")], "").unwrap();
    assert!(!format!("{config:?}").contains("hcaik_123"));
    let honeycomb = config.honeycomb.unwrap();
    assert_eq!(honeycomb.endpoint, "https://api.honeycomb.io");
    assert_eq!(honeycomb.key.expose(), "hcaik_123");
}

#[test]
fn flag_overrides_environment_overrides_file_overrides_default() {
    let toml = "cors_origins = [\"https://a.example\", \"https://b.example\"]\n\
                [store]\nkeep_hours = 1\nkeep_mb = 5\ntrace_mb = 6";
    let variables = [
        ("OTEL_WEB_GATEWAY_KEEP_MB", "7"),
        ("OTEL_WEB_GATEWAY_TRACE_MB", "8"),
    ];
    let config = read_all(&["--trace-mb", "9"], &variables, toml).unwrap();
    let origins = ["https://a.example", "https://b.example"];
    assert_eq!(
        config.cors_origins,
        origins.map(|origin| origin.parse().unwrap())
    );
    assert_eq!(config.retention.age.as_secs(), 3600);
    assert_eq!(config.retention.bytes, 7 << 20);
    assert_eq!(config.retention.trace_bytes, 9 << 20);
    assert_eq!(config.retention.trace_spans, 50_000);
}

#[test]
fn lists_are_comma_separated_with_optional_blanks() {
    let variables = [
        ("OTEL_WEB_GATEWAY_TRUSTED_PROXIES", "10.0.0.0/8, 192.0.2.1"),
        ("OTEL_WEB_GATEWAY_XRAY_ANNOTATIONS", "a.b, c"),
        ("AWS_XRAY_DAEMON_ADDRESS", "127.0.0.1:2000"),
    ];
    let config = read(&variables, "").unwrap();
    let proxies = config.limits.trusted_proxies.iter();
    let proxies: Vec<_> = proxies.map(ToString::to_string).collect();
    assert_eq!(proxies, ["10.0.0.0/8", "192.0.2.1/32"]);
    assert_eq!(config.xray.unwrap().annotations, ["a.b", "c"]);
}

#[test]
fn invalid_number_is_an_error_with_its_source() {
    let error = read(&[("OTEL_WEB_GATEWAY_KEEP_MB", "1GB")], "").unwrap_err();
    assert!(error.contains("'1GB'"), "{error}");
    assert!(error.contains("OTEL_WEB_GATEWAY_KEEP_MB"), "{error}");
    let error = read(&[], "[store]\nkeep_mb = \"1GB\"").unwrap_err();
    assert!(error.contains("store.keep_mb"), "{error}");
}

#[test]
fn number_out_of_range_is_an_error_with_the_range() {
    let check = |name, value, expected: &str| {
        let error = read(&[(name, value)], "").unwrap_err();
        assert!(error.contains(expected), "{error}");
    };
    check("OTEL_WEB_GATEWAY_MAX_BODY_MB", "0", "1..=");
    check("OTEL_WEB_GATEWAY_MAX_CONNECTIONS", "0", "1..=1000000");
    check("OTEL_WEB_GATEWAY_READ_SECONDS", "-1", "invalid digit");
    check("OTEL_WEB_GATEWAY_READ_SECONDS", "70000", "1..=3600");
    let memory = "limits.body_mb is 64, above limits.memory_mb, which is 32";
    check("OTEL_WEB_GATEWAY_MAX_MEMORY_MB", "32", memory);
    check("OTEL_WEB_GATEWAY_MAX_BODY_MB", "200", "which is 192");
    let unlimited = [("OTEL_WEB_GATEWAY_MAX_REQUESTS_PER_SECOND", "0")];
    assert_eq!(read(&unlimited, "").unwrap().limits.requests_per_second, 0);
}

#[test]
fn invalid_origin_is_an_error() {
    let origins = |value| read(&[("OTEL_WEB_GATEWAY_CORS_ORIGINS", value)], "");
    let error = origins("https://a.example, https://B.example/").unwrap_err();
    assert!(error.contains("https://B.example/"), "{error}");
    assert!(error.contains("without a path"), "{error}");
    let error = origins("*").unwrap_err();
    assert!(error.contains("each origin by its name"), "{error}");
}

#[test]
fn unknown_key_is_an_error_with_the_known_ones() {
    let error = read(&[], "[store]\nkeep_days = 1").unwrap_err();
    let expected = "unknown key store.keep_days: known keys are \
                    store.file, store.keep_hours, store.keep_mb, store.trace_spans, store.trace_mb";
    assert_eq!(error, expected);
}

#[test]
fn secret_in_the_file_is_an_error_without_its_value() {
    let error = read(&[], "[honeycomb]\napi_key = \"hcaik_123\"").unwrap_err();
    assert!(
        error.contains("secrets are not allowed in files"),
        "{error}"
    );
    assert!(!error.contains("hcaik_123"), "{error}");
}

#[test]
fn secret_is_read_from_its_own_file() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "token-1\n").unwrap();
    let path = file.path().to_str().unwrap();
    let config = read(&[("ROLLBAR_ACCESS_TOKEN_FILE", path)], "").unwrap();
    assert_eq!(config.rollbar.unwrap().token.expose(), "token-1");
    let error = read(&[("ROLLBAR_ACCESS_TOKEN_FILE", "/nowhere")], "").unwrap_err();
    let expected = "cannot use ROLLBAR_ACCESS_TOKEN_FILE: cannot read /nowhere: ";
    assert!(error.starts_with(expected), "{error}");
}

#[test]
fn secrets_have_no_flag() {
    let command = command();
    for flag in command.get_arguments().filter_map(clap::Arg::get_long) {
        let mut secrets = ["key", "token", "header", "password"].into_iter();
        assert_eq!(secrets.find(|secret| flag.contains(secret)), None, "{flag}");
    }
}

#[test]
fn otlp_headers_are_pairs() {
    let endpoint = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318");
    let headers = (
        "OTEL_EXPORTER_OTLP_HEADERS",
        "Authorization=Basic%20a=, x-team=b",
    );
    let otlp = read(&[endpoint, headers], "").unwrap().otlp.unwrap();
    let headers: Vec<_> = otlp
        .headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.expose()))
        .collect();
    assert_eq!(headers, [("authorization", "Basic a="), ("x-team", "b")]);
    let error = read(&[endpoint, ("OTEL_EXPORTER_OTLP_HEADERS", "secret")], "").unwrap_err();
    assert!(!error.contains("secret"), "{error}");
}

#[test]
fn otlp_headers_are_percent_decoded() {
    let check = |value: &str, expected: &str| {
        let endpoint = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318");
        let headers = format!("a={value}");
        let headers = ("OTEL_EXPORTER_OTLP_HEADERS", headers.as_str());
        let otlp = read(&[endpoint, headers], "").unwrap().otlp.unwrap();
        assert_eq!(otlp.headers[0].1.expose(), expected, "{value}");
    };
    check("Basic%20YTpi%2Bc%2f%3d%3D", "Basic YTpi+c/==");
    check("a%2cb%2Cc", "a,b,c");
    check("100%25", "100%");
    check("%2525", "%25");
    check("a+b=", "a+b=");
    check("5%", "5%");
    check("%zz%4", "%zz%4");
    check("%C3%A9", "é");
}

#[test]
fn documented_file_has_all_settings_with_their_defaults() {
    let toml = Config::documented_file(&command());
    let lines = toml
        .lines()
        .map(|line| line.strip_prefix("# ").unwrap_or(line));
    let is_assignment = |line: &&str| line.contains(" = ") || line.starts_with('[');
    let uncommented: Vec<_> = lines.filter(is_assignment).collect();
    let settings = file::parse(&uncommented.join("\n"), &command()).unwrap();
    let arguments: BTreeMap<_, _> = file::settings(&command())
        .map(|argument| (argument.get_id().to_string(), ()))
        .collect();
    assert_eq!(settings.len(), arguments.len());
    let sources = Sources {
        env: &|_| None,
        file: &settings,
    };
    let matches = cli_settings::read(command(), ["otel-web-gateway"], &sources).unwrap();
    let documented = Config::from_matches(&matches, &|_| None).unwrap();
    assert_eq!(
        format!("{documented:?}"),
        format!("{:?}", Config::default())
    );
}
