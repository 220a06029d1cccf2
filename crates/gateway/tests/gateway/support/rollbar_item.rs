//! Rollbar's documentation of items as rules for each field:
//! <https://docs.rollbar.com/reference/create-item>.

use serde_json::Value;

use super::rules::{Rule, all, first_mistake, follows, is_hex, is_text};

const DATA: &[Rule] = &[
    ("environment", |value| is_short(value, 255)),
    ("body", is_body),
    ("level", |value| {
        let levels = ["critical", "error", "warning", "info", "debug"];
        levels.iter().any(|level| value == level)
    }),
    ("timestamp", is_time),
    ("code_version", |value| is_short(value, 40)),
    ("platform", |value| is_short(value, 255)),
    ("language", |value| is_short(value, 255)),
    ("framework", |value| is_short(value, 255)),
    ("context", |value| is_short(value, 255)),
    ("request", is_request),
    ("person", Value::is_object),
    ("server", is_server),
    ("client", Value::is_object),
    ("custom", is_custom),
    ("fingerprint", |value| is_short(value, 40)),
    ("title", |value| is_short(value, 255)),
    ("uuid", is_uuid),
    ("notifier", |value| {
        follows(value, &[("name", is_text), ("version", is_text)])
    }),
];

/// The `data` of an item. Rollbar requires environment and body; the gateway also sends an id, a time
/// and a title.
pub(super) fn check(data: &Value) -> Result<(), String> {
    for key in ["environment", "body", "uuid", "timestamp", "level", "title"] {
        if data.get(key).is_none() {
            return Err(format!("{key} is missing: {data}"));
        }
    }
    match first_mistake(data, DATA) {
        Some(field) => Err(format!("{field}: {data}")),
        None => Ok(()),
    }
}

fn is_short(value: &Value, most: usize) -> bool {
    let chars = value.as_str().map(|text| text.chars().count());
    chars.is_some_and(|chars| (1..=most).contains(&chars))
}

/// Seconds since 1970, not milliseconds.
fn is_time(value: &Value) -> bool {
    value
        .as_u64()
        .is_some_and(|seconds| seconds < 100_000_000_000)
}

fn is_uuid(value: &Value) -> bool {
    let parts: Vec<_> = value.as_str().unwrap_or_default().split('-').collect();
    let lengths: Vec<_> = parts.iter().map(|part| part.len()).collect();
    lengths == [8, 4, 4, 4, 12] && parts.iter().all(|part| is_hex(part, part.len()))
}

/// Either one exception, or one with its causes.
fn is_body(value: &Value) -> bool {
    let is_chain = |value: &Value| value != &Value::Array(Vec::new()) && all(value, is_trace);
    let rules: &[Rule] = &[("trace", is_trace), ("trace_chain", is_chain)];
    follows(value, rules) && value.as_object().is_some_and(|body| body.len() == 1)
}

fn is_trace(value: &Value) -> bool {
    let rules: &[Rule] = &[
        ("frames", |value| {
            value != &Value::Array(Vec::new()) && all(value, is_frame)
        }),
        ("exception", is_exception),
    ];
    value.as_object().is_some_and(|trace| trace.len() == 2) && follows(value, rules)
}

fn is_exception(value: &Value) -> bool {
    let rules: &[Rule] = &[
        ("class", |value| is_short(value, 255)),
        ("message", is_text),
        ("description", is_text),
    ];
    value.get("class").is_some() && follows(value, rules)
}

fn is_frame(value: &Value) -> bool {
    let rules: &[Rule] = &[
        ("filename", |value| value != "" && is_text(value)),
        ("lineno", Value::is_u64),
        ("colno", Value::is_u64),
        ("method", is_text),
    ];
    value.get("filename").is_some() && follows(value, rules)
}

/// No headers, parameters or bodies, because the gateway does not forward data of users.
fn is_request(value: &Value) -> bool {
    let rules: &[Rule] = &[("url", is_text), ("method", is_text)];
    value.get("url").is_some() && follows(value, rules)
}

fn is_server(value: &Value) -> bool {
    let rules: &[Rule] = &[("host", is_text), ("root", is_text), ("branch", is_text)];
    follows(value, rules)
}

fn is_custom(value: &Value) -> bool {
    let fields = value.as_object();
    fields.is_some_and(|fields| fields.values().all(|value| !value.is_null()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{super::rules::with, *};

    fn whole() -> Value {
        json!({
            "environment": "test", "level": "error", "timestamp": 1_790_000_000, "title": "a: b",
            "uuid": "00f067aa-0ba9-02b7-00f0-67aa0ba902b7", "server": {"host": "web-1"},
            "body": {"trace": {
                "frames": [{"filename": "a.js", "lineno": 1}],
                "exception": {"class": "a", "message": ""},
            }},
            "custom": {"trace_id": "1"},
        })
    }

    #[test]
    fn fake_rejects_fields_that_rollbar_does_not_document() {
        assert_eq!(check(&whole()), Ok(()));
        let trace = whole()["body"]["trace"].clone();
        let cases = [
            ("/environment", Value::Null),
            ("/body", Value::Null),
            ("/uuid", json!("1")),
            ("/level", json!("fatal")),
            ("/timestamp", json!(1_790_000_000_000_u64)),
            ("/title", json!("x".repeat(256))),
            ("/code_version", json!("x".repeat(41))),
            ("/server", json!({"host": null})),
            ("/custom", json!({"trace_id": null})),
            ("/body/trace_chain", json!([trace])),
            ("/body", json!({"trace_chain": []})),
            ("/body", json!({"message": {"body": "a"}})),
            ("/body/trace/frames", json!([])),
            ("/body/trace/frames", json!([{"lineno": 1}])),
            (
                "/body/trace/frames",
                json!([{"filename": "a", "lineno": null}]),
            ),
            ("/body/trace/exception/class", Value::Null),
            ("/request", json!({"url": "/", "headers": {}})),
            ("/unknown", json!(1)),
        ];
        for (pointer, value) in cases {
            let changed = with(whole(), pointer, value.clone());
            assert!(check(&changed).is_err(), "{pointer}={value}");
        }
    }
}
