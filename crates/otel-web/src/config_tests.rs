//! What can be set, by the builder and by the page, and what is refused.

use super::*;

fn with_meta(pairs: &[(&str, &str)]) -> Result<Config, InvalidSetting> {
    let config = Config {
        endpoint: "/otlp".to_owned(),
        ..Config::new("shop".into())
    };
    config.overridden_by(&|name| {
        let pair = pairs.iter().find(|(key, _)| *key == name)?;
        Some(pair.1.to_owned())
    })
}

#[test]
fn the_page_wins_over_the_build() {
    let config = with_meta(&[
        ("otel-service-name", "shop-beta"),
        ("otel-endpoint", "https://api.honeycomb.io/"),
        ("otel-headers", "x-honeycomb-team=abc, b = c=d"),
        ("otel-sample-ratio", "0.25"),
        (
            "otel-propagate-to",
            "https://a.example, http://localhost:4567",
        ),
        ("otel-propagate-xray", "true"),
        (
            "otel-resource-attributes",
            "deployment.environment.name=staging,service.version=1.2",
        ),
    ])
    .unwrap();
    assert_eq!(config.service_name, "shop-beta");
    assert_eq!(config.traces_url, "https://api.honeycomb.io/v1/traces");
    let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(
        config.headers,
        [header("x-honeycomb-team", "abc"), header("b", "c=d")]
    );
    assert_eq!(config.sample_ratio, 0.25);
    assert_eq!(
        config.propagate_to,
        ["https://a.example", "http://localhost:4567"]
    );
    assert!(config.propagate_xray && !config.is_disabled);
    let attribute = |key: &'static str, value: &'static str| KeyValue::new(key, value);
    assert_eq!(
        config.resource,
        [
            attribute("deployment.environment.name", "staging"),
            attribute("service.version", "1.2")
        ]
    );
}

#[test]
fn without_settings_the_build_counts() {
    assert_eq!(
        with_meta(&[]).unwrap().traces_url,
        "https://page.example/otlp/v1/traces"
    );
}

#[test]
fn a_page_can_switch_telemetry_off() {
    assert!(with_meta(&[("otel-disabled", "true")]).unwrap().is_disabled);
}

#[test]
fn what_cannot_be_used_is_said() {
    let cases = [
        ("otel-sample-ratio", "all", "a number from 0 to 1"),
        ("otel-sample-ratio", "2", "\"2\""),
        ("otel-sample-ratio", "", "a number from 0 to 1"),
        ("otel-sample-ratio", "NaN", "\"NaN\""),
        ("otel-endpoint", "ftp://x", "ftp://x"),
        ("otel-propagate-to", "https://a.example/", "origins like"),
        ("otel-propagate-to", "*", "origins like"),
        ("otel-disabled", "yes", "true or false"),
        ("otel-resource-attributes", "a", "name=value"),
    ];
    for (name, value, expected) in cases {
        let said = with_meta(&[(name, value)]).unwrap_err().0;
        assert!(said.starts_with(name) && said.contains(expected), "{said}");
    }
}

#[test]
fn a_header_that_cannot_be_used_is_not_repeated() {
    for headers in [
        "secret",
        "=secret",
        "na me=secret",
        "name=se\ncret",
        "name=sécret",
    ] {
        let said = with_meta(&[("otel-headers", headers)]).unwrap_err().0;
        assert!(
            said.contains("name=value") && !said.contains("cret"),
            "{said}"
        );
    }
}

#[test]
fn excluded_urls_are_patterns() {
    let config = with_meta(&[(
        "otel-propagate-except",
        "/files/*, https://api.example.com/*/download",
    )]);
    assert_eq!(
        config.unwrap().propagate_except,
        [
            "https://page.example/files/*",
            "https://api.example.com/*/download"
        ]
    );
    for wrong in ["files/*", "/files?id=*", "/files#top", "*"] {
        let refused = with_meta(&[("otel-propagate-except", wrong)]).unwrap_err();
        assert!(refused.0.contains("/files/*"), "{refused:?}");
    }
}

#[test]
fn endpoint_with_a_password_is_refused() {
    let refused = with_meta(&[("otel-endpoint", "https://me:secret@a.example")]).unwrap_err();
    assert!(refused.0.contains("without a user name"), "{refused:?}");
}
