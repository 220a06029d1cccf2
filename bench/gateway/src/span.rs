//! One span with eight attributes, optionally with texts as long as those of a real site.

use opentelemetry_proto::tonic::{
    common::v1::{AnyValue, KeyValue, any_value::Value},
    trace::v1::{Span, Status, span::Event},
};

use crate::texts;

const ROUTES: [&str; 4] = [
    "/api/activities/home",
    "/api/activities/{uuid}/like",
    "/api/messages",
    "/api/users/{handle}",
];

/// The position of a span in its trace.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SpanPosition {
    pub(crate) trace: u64,
    /// The root has index 0, the page's spans are below 5, the last two are SQL statements.
    pub(crate) index: u64,
    pub(crate) start_unix_nano: u64,
    pub(crate) has_long_texts: bool,
}

pub(crate) fn span(at: SpanPosition) -> Span {
    let number = at.trace * 10 + at.index;
    let start = at.start_unix_nano + at.index * 1000;
    let mut span = Span {
        trace_id: [mixed(at.trace).to_be_bytes(), at.trace.to_be_bytes()].concat(),
        span_id: mixed(number).to_be_bytes().to_vec(),
        parent_span_id: match at.index {
            0 => Vec::new(),
            _ => mixed(number - at.index).to_be_bytes().to_vec(),
        },
        name: format!("GET {}", route(at.trace)),
        kind: 2,
        start_time_unix_nano: start,
        end_time_unix_nano: start + 1_000_000 + at.trace % 97 * 1_000_000,
        attributes: attributes(&at),
        ..Span::default()
    };
    // Every fiftieth trace has an error.
    if at.has_long_texts && at.index == 7 && at.trace % 50 == 7 {
        fail(&mut span);
    }
    span
}

fn route(trace: u64) -> &'static str {
    ROUTES[usize::try_from(trace % 4).unwrap_or_default()]
}

/// Spreads numbers like random ids. The result is not zero.
const fn mixed(number: u64) -> u64 {
    (number + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ (number >> 7)
}

fn attributes(at: &SpanPosition) -> Vec<KeyValue> {
    let route = route(at.trace);
    let path = format!("{route}?page={}", at.trace % 1000);
    let browser = if at.has_long_texts {
        texts::BROWSER
    } else {
        "Mozilla/5.0 (X11; Linux x86_64)"
    };
    let mut attributes = vec![
        text("http.request.method", "GET"),
        text("http.route", route),
        text("url.path", &path),
        text("url.scheme", "http"),
        text("server.address", "127.0.0.1"),
        attribute("server.port", Value::IntValue(4567)),
        attribute("http.response.status_code", Value::IntValue(200)),
        text("user_agent.original", browser),
    ];
    if at.has_long_texts && at.index > 7 {
        attributes.push(text("db.query.text", texts::statement(at.trace)));
    }
    attributes
}

fn fail(span: &mut Span) {
    span.status = Some(Status {
        message: texts::ERROR.to_owned(),
        code: 2,
    });
    span.events.push(Event {
        time_unix_nano: span.end_time_unix_nano,
        name: "exception".to_owned(),
        attributes: vec![
            text("exception.type", "PoolTimedOut"),
            text("exception.message", texts::ERROR),
            text("exception.stacktrace", &texts::stack()),
        ],
        dropped_attributes_count: 0,
    });
}

fn text(key: &str, value: &str) -> KeyValue {
    attribute(key, Value::StringValue(value.to_owned()))
}

pub(crate) fn attribute(key: &str, value: Value) -> KeyValue {
    let value = Some(AnyValue { value: Some(value) });
    KeyValue {
        key: key.to_owned(),
        value,
        ..KeyValue::default()
    }
}
