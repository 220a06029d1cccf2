//! Generates requests as a page and its back end send them. All ids are distinct.

use std::io::Write as _;

use flate2::{Compression, write::GzEncoder};
use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest,
    common::v1::{InstrumentationScope, any_value::Value},
    resource::v1::Resource,
    trace::v1::{ResourceSpans, ScopeSpans, Span},
};
use prost::Message;

use crate::span::{self, SpanPosition};

/// Spans of one trace: a click, its request, the back end's spans and statements.
const SPANS_PER_TRACE: u64 = 10;

/// The number of the page's spans in a trace.
const HALF: u64 = SPANS_PER_TRACE / 2;

const SERVICES: u64 = 5;

/// The shape of the requests.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shape {
    pub(crate) spans_per_request: u64,
    pub(crate) traces: Traces,
    pub(crate) gzip: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Traces {
    /// Spans of one service with short texts, ten in a row from the same trace.
    Whole,
    /// The back end's half in one request and the page's in the next, with user agents, statements and errors of
    /// realistic length.
    Halves,
}

/// The encoded requests of one sender.
#[derive(Debug)]
pub(crate) struct Requests {
    shape: Shape,
    first_trace: u64,
    next: u64,
    start_unix_nano: u64,
}

impl Requests {
    /// Creates the requests of a sender. `part` makes the ids of several senders distinct.
    pub(crate) const fn new(shape: Shape, part: u64, start_unix_nano: u64) -> Self {
        Self {
            shape,
            first_trace: part << 36,
            next: 0,
            start_unix_nano,
        }
    }

    /// Returns the next body.
    pub(crate) fn next(&mut self) -> Vec<u8> {
        let number = self.next;
        self.next += 1;
        let spans = (0..self.shape.spans_per_request).map(|index| self.span(number, index));
        let request = request(self.service(number), spans.collect()).encode_to_vec();
        if self.shape.gzip {
            gzip(&request)
        } else {
            request
        }
    }

    fn span(&self, number: u64, index: u64) -> Span {
        let size = self.shape.spans_per_request;
        let (trace, index_in_trace) = match self.shape.traces {
            Traces::Whole => {
                let span = number * size + index;
                (span / SPANS_PER_TRACE, span % SPANS_PER_TRACE)
            }
            Traces::Halves => {
                let trace = number / 2 * (size / HALF) + index / HALF;
                (trace, index % HALF + HALF * (1 - number % 2))
            }
        };
        span::span(SpanPosition {
            trace: self.first_trace + trace,
            index: index_in_trace,
            start_unix_nano: self.start_unix_nano + trace * 1_000_000,
            has_long_texts: self.shape.traces == Traces::Halves,
        })
    }

    fn service(&self, number: u64) -> String {
        match self.shape.traces {
            Traces::Whole => format!("service-{}", number % SERVICES),
            Traces::Halves if number % 2 == 1 => "page".to_owned(),
            Traces::Halves => format!("service-{}", number / 2 % SERVICES),
        }
    }
}

pub(crate) fn request(service: String, spans: Vec<Span>) -> ExportTraceServiceRequest {
    let name = span::attribute("service.name", Value::StringValue(service));
    let resource = Resource {
        attributes: vec![name],
        ..Resource::default()
    };
    let scope = InstrumentationScope {
        name: "bench".to_owned(),
        ..InstrumentationScope::default()
    };
    let scope_spans = ScopeSpans {
        scope: Some(scope),
        spans,
        ..ScopeSpans::default()
    };
    let resource_spans = ResourceSpans {
        resource: Some(resource),
        scope_spans: vec![scope_spans],
        ..ResourceSpans::default()
    };
    ExportTraceServiceRequest {
        resource_spans: vec![resource_spans],
    }
}

/// Compresses fast, because the sender is on the same machine. Inflating takes as long as with better compression.
pub(crate) fn gzip(body: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(body.len() / 4), Compression::fast());
    // Writing to a vector cannot fail.
    let _ = encoder.write_all(body);
    encoder.finish().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, io::Read as _};

    use super::*;

    fn sent(shape: Shape, requests: usize) -> Vec<Vec<Span>> {
        let mut bodies = Requests::new(shape, 3, 1_790_000_000_000_000_000);
        let spans = |body: &[u8]| {
            let request = ExportTraceServiceRequest::decode(body).unwrap();
            request.resource_spans[0].scope_spans[0].spans.clone()
        };
        (0..requests).map(|_| spans(&bodies.next())).collect()
    }

    fn by_trace<'a>(spans: impl IntoIterator<Item = &'a Span>) -> Vec<usize> {
        let mut counts = BTreeMap::new();
        for span in spans {
            *counts.entry(&span.trace_id).or_insert(0) += 1;
        }
        counts.into_values().collect()
    }

    const WHOLE: Shape = Shape {
        spans_per_request: 50,
        traces: Traces::Whole,
        gzip: false,
    };

    #[test]
    fn whole_traces_are_in_one_request() {
        assert_eq!(by_trace(&sent(WHOLE, 1)[0]), [10; 5]);
    }

    #[test]
    fn halves_of_a_trace_are_in_two_requests() {
        let traces = Traces::Halves;
        let requests = sent(Shape { traces, ..WHOLE }, 2);
        for half in &requests {
            assert_eq!(by_trace(half), [5; 10]);
        }
        assert_eq!(by_trace(requests.concat().iter()), [10; 10]);
        let roots = |spans: &[Span]| {
            spans
                .iter()
                .filter(|span| span.parent_span_id.is_empty())
                .count()
        };
        assert_eq!((roots(&requests[0]), roots(&requests[1])), (0, 10));
    }

    #[test]
    fn inflated_gzip_equals_the_plain_body() {
        let zipped = Requests::new(
            Shape {
                gzip: true,
                ..WHOLE
            },
            3,
            0,
        )
        .next();
        let mut plain = Vec::new();
        flate2::read::GzDecoder::new(&zipped[..])
            .read_to_end(&mut plain)
            .unwrap();
        assert_eq!(plain, Requests::new(WHOLE, 3, 0).next());
    }
}
