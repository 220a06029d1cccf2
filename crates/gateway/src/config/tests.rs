//! What the environment and the file say, and what is refused.

use super::{file, settings::SETTINGS, *};

fn read(variables: &[(&str, &str)], toml: &str) -> Result<Config, String> {
    let env = |name: &str| {
        let found = variables.iter().find(|(key, _)| *key == name);
        found.map(|(_, value)| (*value).to_owned())
    };
    let settings = file::parse(toml)?;
    Config::read(&Lookup::with_file(env, settings)).map_err(|error| error.to_string())
}

#[test]
fn an_empty_environment_listens_on_loopback_and_forwards_nowhere() {
    let config = read(&[("HONEYCOMB_API_KEY", "")], "").unwrap();
    assert_eq!(config.listen, "127.0.0.1:4318");
    assert!(config.honeycomb.is_none() && config.otlp.is_none());
    assert!(config.xray.is_none() && config.rollbar.is_none());
}

#[test]
fn a_key_turns_honeycomb_on_and_is_not_in_the_debug_text() {
    let config = read(&[("HONEYCOMB_API_KEY", "hcaik_123")], "").unwrap();
    assert!(!format!("{config:?}").contains("hcaik_123"));
    let honeycomb = config.honeycomb.unwrap();
    assert_eq!(honeycomb.endpoint, "https://api.honeycomb.io");
    assert_eq!(honeycomb.key.expose(), "hcaik_123");
}

#[test]
fn a_wrong_number_is_refused_with_its_name_and_the_form_to_write() {
    let error = read(&[("OTEL_WEB_GATEWAY_KEEP_MB", "1GB")], "").unwrap_err();
    let expected = "OTEL_WEB_GATEWAY_KEEP_MB=\"1GB\" cannot be used: \
        write a whole number from 1 to 16777216";
    assert_eq!(error, expected);
    let error = read(&[], "[store]\nkeep_mb = \"1GB\"").unwrap_err();
    let expected = "store.keep_mb=\"1GB\" cannot be used: write a whole number from 1 to 16777216";
    assert_eq!(error, expected);
}

#[test]
fn numbers_that_would_stop_all_work_are_refused() {
    let refused = |name, value, expected: &str| {
        let error = read(&[(name, value)], "").unwrap_err();
        assert!(error.contains(expected), "{error}");
    };
    refused("OTEL_WEB_GATEWAY_MAX_BODY_MB", "0", "from 1 to");
    refused("OTEL_WEB_GATEWAY_MAX_CONNECTIONS", "0", "from 1 to 1000000");
    refused("OTEL_WEB_GATEWAY_READ_SECONDS", "-1", "from 1 to 3600");
    refused("OTEL_WEB_GATEWAY_READ_SECONDS", "70000", "from 1 to 3600");
    refused("OTEL_WEB_GATEWAY_MAX_MEMORY_MB", "32", "write 32 at most");
    refused("OTEL_WEB_GATEWAY_MAX_BODY_MB", "200", "write 192 at most");
    let unlimited = [("OTEL_WEB_GATEWAY_MAX_REQUESTS_PER_SECOND", "0")];
    assert_eq!(read(&unlimited, "").unwrap().limits.requests_per_second, 0);
}

#[test]
fn the_file_is_read_and_the_environment_wins() {
    let toml = "cors_origins = [\"https://a.example\", \"https://b.example\"]\n\
                [store]\nkeep_hours = 1\nkeep_mb = 5";
    let config = read(&[("OTEL_WEB_GATEWAY_KEEP_MB", "7")], toml).unwrap();
    let origins = ["https://a.example", "https://b.example"];
    assert_eq!(
        config.cors_origins,
        origins.map(|origin| origin.parse().unwrap())
    );
    assert_eq!(config.retention.age.as_secs(), 3600);
    assert_eq!(config.retention.bytes, 7 << 20);
}

#[test]
fn what_is_no_origin_is_refused_and_not_left_out() {
    let origins = |value| read(&[("OTEL_WEB_GATEWAY_CORS_ORIGINS", value)], "");
    let error = origins("https://a.example, https://B.example/").unwrap_err();
    let expected = "OTEL_WEB_GATEWAY_CORS_ORIGINS=\"https://B.example/\" cannot be used: write \
        an origin as browsers send it, such as https://app.example.com or http://localhost:8080: \
        in lower case, without a path and without the scheme's own port";
    assert_eq!(error, expected);
    let error = origins("*").unwrap_err();
    assert!(error.contains("each origin by its name"), "{error}");
}

#[test]
fn an_unknown_key_is_refused_and_the_known_ones_are_named() {
    let error = read(&[], "[store]\nkeep_days = 1").unwrap_err();
    let expected = "unknown key store.keep_days: known here are \
                    store.file, store.keep_hours, store.keep_mb, store.trace_spans, store.trace_mb";
    assert_eq!(error, expected);
}

#[test]
fn a_key_in_the_file_is_refused_without_being_shown() {
    let error = read(&[], "[honeycomb]\napi_key = \"hcaik_123\"").unwrap_err();
    assert!(error.contains("keys stay out of files"), "{error}");
    assert!(!error.contains("hcaik_123"), "{error}");
}

#[test]
fn a_key_may_be_in_a_file_of_its_own() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "token-1\n").unwrap();
    let path = file.path().to_str().unwrap();
    let config = read(&[("ROLLBAR_ACCESS_TOKEN_FILE", path)], "").unwrap();
    assert_eq!(config.rollbar.unwrap().token.expose(), "token-1");
    let error = read(&[("ROLLBAR_ACCESS_TOKEN_FILE", "/nowhere")], "").unwrap_err();
    assert!(
        error.starts_with("ROLLBAR_ACCESS_TOKEN_FILE cannot be used: /nowhere"),
        "{error}"
    );
}

#[test]
fn headers_of_the_otlp_sink_are_pairs() {
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
fn values_of_headers_are_percent_decoded_and_a_plus_stays() {
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
fn the_documented_file_holds_every_setting_and_its_defaults_are_the_real_ones() {
    let toml = Config::documented_file();
    let written = toml
        .lines()
        .map(|line| line.strip_prefix("# ").unwrap_or(line));
    let assignment = |line: &&str| line.contains(" = ") || line.starts_with('[');
    let uncommented: Vec<_> = written.filter(assignment).collect();
    let settings = file::parse(&uncommented.join("\n")).unwrap();
    assert_eq!(settings.len(), SETTINGS.len());
    let none = |_: &str| None;
    let documented = Config::read(&Lookup::with_file(none, settings)).unwrap();
    assert_eq!(
        format!("{documented:?}"),
        format!("{:?}", Config::default())
    );
}
