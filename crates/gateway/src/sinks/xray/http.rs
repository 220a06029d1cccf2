//! HTTP and SQL of a span, and what its status means to X-Ray.

use serde_json::{Map, Value, json};
use trace_model::Span;

use super::names;

/// `error` for 4xx, `throttle` as well for 429, `fault` for 5xx and for errors without a status.
pub(super) fn outcome(span: &Span) -> Vec<(&'static str, Value)> {
    let flags: &[&str] = match span.http_status() {
        Some(429) => &["error", "throttle"],
        Some(400..=499) => &["error"],
        Some(500..) => &["fault"],
        _ if span.is_error() => &["fault"],
        _ => &[],
    };
    flags
        .iter()
        .map(|flag| (*flag, Value::Bool(true)))
        .collect()
}

/// The `http` block; none for a span that is no request.
pub(super) fn block(span: &Span) -> Option<Value> {
    let text = |keys: &[&str]| keys.iter().find_map(|key| span.attributes.text(key));
    let mut request = Map::new();
    let mut put = |key: &str, value: Option<String>| {
        value.map(|value| request.insert(key.to_owned(), value.into()));
    };
    put(
        "method",
        text(&["http.request.method", "http.method"]).map(str::to_owned),
    );
    put("url", url(span));
    if names::is_segment(span) {
        put(
            "user_agent",
            text(&["user_agent.original"]).map(str::to_owned),
        );
        put("client_ip", text(&["client.address"]).map(str::to_owned));
    }
    let status = span.http_status();
    if request.is_empty() && status.is_none() {
        return None;
    }
    let mut http = json!({ "request": request });
    if let Some(status) = status {
        http["response"] = json!({ "status": status });
    }
    Some(http)
}

/// The whole address where the span has it, else put together from its parts.
fn url(span: &Span) -> Option<String> {
    let text = |key: &str| span.attributes.text(key);
    if let Some(url) = text("url.full").or_else(|| text("http.url")) {
        return Some(url.to_owned());
    }
    let path = text("url.path")?;
    let host = text("server.address").unwrap_or("unknown");
    let port = span
        .attributes
        .get("server.port")
        .map(|port| format!(":{port}"));
    let scheme = text("url.scheme").unwrap_or("http");
    Some(format!(
        "{scheme}://{host}{}{path}",
        port.unwrap_or_default()
    ))
}

/// The `sql` block, with the statement as it was sent to telemetry: its values are gone already.
pub(super) fn sql(span: &Span) -> Option<Value> {
    let text = |keys: [&str; 2]| keys.iter().find_map(|key| span.attributes.text(key));
    let query = text(["db.query.text", "db.statement"])?;
    let database = text(["db.system.name", "db.system"]).unwrap_or("other_sql");
    Some(json!({ "sanitized_query": query, "database_type": database }))
}
