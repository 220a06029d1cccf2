//! Sealing: from here on a batch is bytes that nothing changes any more.

use super::exporter::Exporter;
use super::queue::{EncodedSpan, FULL_BATCH_BYTES, PLAIN_BATCH_BYTES};
use crate::otlp::{self, ScopeSpans};
use crate::pipeline::{self, Pipeline};
use crate::platform;
use crate::store::Label;

/// Seals the oldest of the spans that wait. False when there are none.
pub(super) fn seal(exporter: &mut Exporter) -> bool {
    let is_compressed = exporter.compression.is_on();
    let most_bytes = if is_compressed {
        FULL_BATCH_BYTES
    } else {
        PLAIN_BATCH_BYTES
    };
    let resource = &exporter.destination.resource;
    let news = &mut exporter.line.dropped;
    let sealed = pipeline::with(|pipeline| {
        let spans = pipeline.queue.take_batch(most_bytes);
        if spans.is_empty() {
            return None;
        }
        let mut dropped = std::mem::take(&mut pipeline.queue.dropped);
        dropped.add(&std::mem::take(news));
        let label = Label {
            sealed_s: platform::wall_s(),
            spans: spans.len() as u32,
            has_error: spans.iter().any(|span| span.is_error),
            dropped,
        };
        Some((label, encode(&label, &spans, pipeline, resource)))
    });
    let Some(Some((label, request))) = sealed else {
        return false;
    };
    exporter.line.push(label, packed(request, is_compressed));
    true
}

/// The request's body as it travels.
#[cfg(feature = "gzip")]
pub(super) fn packed(request: Vec<u8>, is_compressed: bool) -> Vec<u8> {
    if is_compressed {
        return otlp::gzip(&request);
    }
    request
}

#[cfg(not(feature = "gzip"))]
pub(super) fn packed(request: Vec<u8>, _is_compressed: bool) -> Vec<u8> {
    request
}

fn encode(label: &Label, spans: &[EncodedSpan], pipeline: &Pipeline, resource: &[u8]) -> Vec<u8> {
    // Encoded fields of one message may follow each other in pieces.
    let resource = [resource, label.dropped.attributes().bytes()].concat();
    let mut scopes: Vec<ScopeSpans<'_>> = Vec::new();
    for (number, scope) in pipeline.scopes.iter().enumerate() {
        let mut of_scope = Vec::new();
        for span in spans {
            if span.scope == number {
                of_scope.push(&span.bytes[..]);
            }
        }
        if !of_scope.is_empty() {
            scopes.push(ScopeSpans {
                scope,
                spans: of_scope,
            });
        }
    }
    otlp::encode_request(&resource, &scopes)
}
