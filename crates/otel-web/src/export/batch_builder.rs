//! Building batches from queued spans. The body of a batch is not changed afterwards.

use crate::browser::platform;
use crate::core::otlp::encode::{self, ScopeSpans};
#[cfg(feature = "gzip")]
use crate::core::otlp::gzip;
use crate::export::storage::Storage;
use crate::export::storage::batch::BatchHeader;
use crate::export::storage::batch_queue::BatchQueue;
use crate::trace::pipeline::{self, Pipeline};
use crate::trace::span_queue::{EncodedSpan, MAX_BATCH_BYTES, MAX_UNCOMPRESSED_BATCH_BYTES};

/// Builds a batch from the oldest queued spans. Returns false if there are none.
pub(super) fn build_batch(
    batches: &mut BatchQueue<Storage>,
    resource: &[u8],
    is_compressed: bool,
) -> bool {
    let max_bytes = if is_compressed {
        MAX_BATCH_BYTES
    } else {
        MAX_UNCOMPRESSED_BATCH_BYTES
    };
    let unreported = &mut batches.drops;
    let batch = pipeline::with(|pipeline| {
        let spans = pipeline.queue.take_batch(max_bytes);
        if spans.is_empty() {
            return None;
        }
        let mut drops = std::mem::take(&mut pipeline.queue.drops);
        drops.merge(&std::mem::take(unreported));
        let header = BatchHeader {
            built_s: platform::wall_s(),
            span_count: spans.len() as u32,
            has_error: spans.iter().any(|span| span.is_error),
            drops,
        };
        Some((header, encode(&header, &spans, pipeline, resource)))
    });
    let Some(Some((header, request))) = batch else {
        return false;
    };
    batches.push(header, compressed(request, is_compressed));
    true
}

/// Compresses a request body if `is_compressed` is set.
#[cfg(feature = "gzip")]
pub(super) fn compressed(request: Vec<u8>, is_compressed: bool) -> Vec<u8> {
    if is_compressed {
        return gzip::gzip(&request);
    }
    request
}

#[cfg(not(feature = "gzip"))]
pub(super) fn compressed(request: Vec<u8>, _is_compressed: bool) -> Vec<u8> {
    request
}

fn encode(
    header: &BatchHeader,
    spans: &[EncodedSpan],
    pipeline: &Pipeline,
    resource: &[u8],
) -> Vec<u8> {
    // Encoded fields of a protobuf message can be concatenated.
    let resource = [resource, header.drops.attributes().bytes()].concat();
    let mut scopes: Vec<ScopeSpans<'_>> = Vec::new();
    for (index, scope) in pipeline.scopes.iter().enumerate() {
        let mut of_scope = Vec::new();
        for span in spans {
            if span.scope == index {
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
    encode::encode_request(&resource, &scopes)
}
