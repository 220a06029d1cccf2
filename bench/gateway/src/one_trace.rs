//! Requests of one span each, one after the other, into a trace that already has many spans.

use std::{
    ops::Range,
    time::{Duration, Instant, SystemTime},
};

use anyhow::{Result, anyhow};
use bench_runner::builds::Build;
use prost::Message as _;
use serde_json::{Value, json};

use crate::{
    figures::tenths,
    outcomes::{Outcomes, export},
    peers,
    server::Server,
    span::{self, SpanPosition},
    spans::request,
};

/// The number of spans before the measurement.
const TRACE_SPANS: u64 = 1_500;

const REQUESTS: u64 = 3_000;

/// No request begins later.
const TIME_LIMIT: Duration = Duration::from_secs(60);
const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);

pub(crate) const COLUMNS: [&str; 7] = [
    "build", "answered", "failed", "reasons", "p50_ms", "p99_ms", "seconds",
];

pub(crate) async fn measure(build: &Build) -> Result<Value> {
    let server = Server::start(&peers::gateway(build.program.clone()), None).await?;
    let client = http_client::builder().no_proxy().timeout(REQUEST_TIMEOUT);
    let client = client.build()?;
    let url = format!("http://127.0.0.1:{}/v1/traces", server.port);
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?;
    let start_unix_nano = u64::try_from(now.as_nanos())?;
    let first = body(0..TRACE_SPANS, start_unix_nano);
    let first = export(&client, &url, first).await;
    first.map_err(|reason| anyhow!("cannot send the trace: {reason}"))?;
    let (begin, mut outcomes) = (Instant::now(), Outcomes::default());
    for number in TRACE_SPANS..TRACE_SPANS + REQUESTS {
        if begin.elapsed() >= TIME_LIMIT {
            break;
        }
        let body = body(number..number + 1, start_unix_nano);
        let sent = Instant::now();
        let result = export(&client, &url, body).await;
        outcomes.add(result.map(|()| sent.elapsed()));
    }
    Ok(json!({
        "build": build.name,
        "answered": outcomes.answered(),
        "failed": outcomes.failed(),
        "reasons": outcomes.reasons(),
        "p50_ms": outcomes.percentile_ms(50),
        "p99_ms": outcomes.percentile_ms(99),
        "seconds": tenths(begin.elapsed().as_secs_f64()),
    }))
}

/// Builds a request with these spans of the trace.
fn body(numbers: Range<u64>, start_unix_nano: u64) -> Vec<u8> {
    let span = |index| {
        span::span(SpanPosition {
            trace: 1,
            index,
            start_unix_nano,
            has_long_texts: false,
        })
    };
    request("one-trace".to_owned(), numbers.map(span).collect()).encode_to_vec()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;

    use super::*;

    #[test]
    fn spans_are_distinct_and_in_one_trace() {
        let request = ExportTraceServiceRequest::decode(&body(0..4_500, 7)[..]).unwrap();
        let spans = &request.resource_spans[0].scope_spans[0].spans;
        let traces: BTreeSet<_> = spans.iter().map(|span| &span.trace_id).collect();
        let ids: BTreeSet<_> = spans.iter().map(|span| &span.span_id).collect();
        assert_eq!((traces.len(), ids.len()), (1, 4_500));
    }
}
