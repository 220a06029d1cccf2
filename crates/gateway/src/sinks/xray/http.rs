//! HTTP and SQL of a span, and what its status means to X-Ray.

use serde_json::{Map, Value, json};
use trace_model::Span;

use super::{super::room::Room, names};

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
pub(super) fn block(span: &Span, room: &Room) -> Option<Value> {
    let (request, status) = (request(span, room), span.http_status());
    let mut http = Map::new();
    if !request.is_empty() {
        http.insert("request".to_owned(), request.into());
    }
    if let Some(status) = status {
        http.insert("response".to_owned(), json!({ "status": status }));
    }
    (!http.is_empty()).then(|| http.into())
}

fn request(span: &Span, room: &Room) -> Map<String, Value> {
    let text = |key: &str| span.attributes.text(key).map(str::to_owned);
    let method = text("http.request.method").or_else(|| text("http.method"));
    let mut fields = vec![("method", method), ("url", url(span))];
    if names::is_segment(span) {
        fields.push(("user_agent", text("user_agent.original")));
        fields.push(("client_ip", text("client.address")));
    }
    let given = fields.into_iter();
    given
        .filter_map(|(key, value)| Some((key.to_owned(), room.cut(&value?).into())))
        .collect()
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
pub(super) fn sql(span: &Span, room: &Room) -> Option<Value> {
    let text = |keys: [&str; 2]| keys.iter().find_map(|key| span.attributes.text(key));
    let query = text(["db.query.text", "db.statement"])?;
    let database = text(["db.system.name", "db.system"]).unwrap_or("other_sql");
    Some(json!({ "sanitized_query": room.cut(query), "database_type": room.cut(database) }))
}
