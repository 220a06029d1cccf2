//! What to do after the start of a gateway that has no traces yet.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

/// The duration of the example's span.
const EXAMPLE_NANOS: u128 = 250_000_000;

/// Returns the text. The example is a span that ends at `now`, because the gateway rejects spans of the future and
/// deletes old ones.
pub(crate) fn first_steps(
    address: SocketAddr,
    viewer_url: &str,
    store: &Path,
    now: SystemTime,
) -> String {
    let url = format!("http://{}", reachable(address));
    let store = std::path::absolute(store).unwrap_or_else(|_| store.to_owned());
    format!(
        "\n\
         There are no traces yet. Send some to {url} by OTLP/HTTP:\n\n  \
         # a program with an OpenTelemetry SDK\n  \
         export OTEL_EXPORTER_OTLP_ENDPOINT={url}\n  \
         export OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf\n\n  \
         # an example\n  \
         curl {url}/v1/traces -H 'Content-Type: application/json' -d '{}'\n\n\
         They are shown on  {viewer_url}\n\
         and stored in      {}\n",
        example(now),
        store.display(),
    )
}

/// Returns the address at which programs on this machine reach a gateway that listens on all addresses.
fn reachable(address: SocketAddr) -> SocketAddr {
    let mut reachable = address;
    if address.ip().is_unspecified() {
        reachable.set_ip(IpAddr::V4(Ipv4Addr::LOCALHOST));
    }
    reachable
}

/// Returns a request with one span, as JSON on one line.
fn example(now: SystemTime) -> String {
    let end = now
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_nanos());
    let start = end.saturating_sub(EXAMPLE_NANOS);
    // The time makes the ids unique, and zero would not be a valid id.
    let (trace_id, span_id) = (end | 1, (end | 1) & u128::from(u64::MAX));
    format!(
        r#"{{"resourceSpans":[{{"resource":{{"attributes":[{{"key":"service.name","value":{{"stringValue":"example"}}}}]}},"scopeSpans":[{{"spans":[{{"traceId":"{trace_id:032x}","spanId":"{span_id:016x}","name":"hello","kind":1,"startTimeUnixNano":"{start}","endTimeUnixNano":"{end}"}}]}}]}}]}}"#
    )
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn text_has_a_reachable_address_the_viewer_and_the_store() {
        let text = first_steps(
            "0.0.0.0:4318".parse().unwrap(),
            "http://127.0.0.1:4318",
            Path::new("traces.db"),
            UNIX_EPOCH + Duration::from_secs(1_700_000_000),
        );
        let store = std::env::current_dir().unwrap().join("traces.db");
        for expected in [
            "curl http://127.0.0.1:4318/v1/traces",
            "OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318\n",
            "\"endTimeUnixNano\":\"1700000000000000000\"",
            &store.display().to_string(),
        ] {
            assert!(text.contains(expected), "{expected}: {text}");
        }
    }
}
