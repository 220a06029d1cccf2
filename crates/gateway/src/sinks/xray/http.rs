//! Converts HTTP and SQL attributes of a span, and its status, to X-Ray's blocks.

use serde_json::{Map, Value, json};
use trace_model::Span;

use super::{super::item_limits::ItemLimits, names};

/// Returns `error` for 4xx, also `throttle` for 429, and `fault` for 5xx and errors without a status.
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

/// Returns the `http` block, or `None` for a span without a request.
pub(super) fn block(span: &Span, limits: ItemLimits) -> Option<Value> {
    let (request, status) = (request(span, limits), span.http_status());
    let mut http = Map::new();
    if !request.is_empty() {
        http.insert("request".to_owned(), request.into());
    }
    if let Some(status) = status {
        http.insert("response".to_owned(), json!({ "status": status }));
    }
    (!http.is_empty()).then(|| http.into())
}

fn request(span: &Span, limits: ItemLimits) -> Map<String, Value> {
    let text = |key: &str| span.attributes.text(key).map(str::to_owned);
    let method = text("http.request.method").or_else(|| text("http.method"));
    let mut fields = vec![("method", method), ("url", url(span))];
    if names::is_segment(span) {
        fields.push(("user_agent", text("user_agent.original")));
        fields.push(("client_ip", text("client.address")));
    }
    let fields = fields.into_iter();
    fields
        .filter_map(|(key, value)| Some((key.to_owned(), limits.truncate(&value?).into())))
        .collect()
}

/// Returns the URL of the span, or builds it from its parts.
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

/// Returns the `sql` block. Instrumentation has already removed the values from the statement.
pub(super) fn sql(span: &Span, limits: ItemLimits) -> Option<Value> {
    let text = |keys: [&str; 2]| keys.iter().find_map(|key| span.attributes.text(key));
    let query = text(["db.query.text", "db.statement"])?;
    let database = text(["db.system.name", "db.system"]).unwrap_or("other_sql");
    Some(
        json!({ "sanitized_query": limits.truncate(query), "database_type": limits.truncate(database) }),
    )
}
