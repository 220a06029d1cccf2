//! Sending a batch, and handling the response.

use std::rc::Rc;

use crate::browser::{diagnostics, platform};
use crate::core::drops::DropReason;
use crate::core::otlp::reader;
use crate::core::text;
use crate::export::batch_builder::compressed;
use crate::export::exporter::{Exporter, with};
use crate::export::request::{self, ExportResponse, is_compressed};
use crate::export::retry::{Disposition, NOT_OTLP, disposition};
use crate::export::storage::batch::BatchHeader;
use crate::export::storage::batch_state::BatchEvent;

/// A batch in flight.
struct Attempt {
    batch_number: u32,
    body_bytes: usize,
    was_compressed: bool,
    /// The request is compressed as currently decided, so its response counts for the decision.
    tests_compression: bool,
}

/// Sends the oldest batch that is not in flight. `None` if nothing was sent. The future handles the
/// response, and returns whether the batch was delivered.
pub(super) fn start(
    exporter: &mut Exporter,
    before_exit: bool,
) -> Option<impl Future<Output = bool> + use<>> {
    exporter.batches.drop_expired(platform::wall_s());
    let wants_plain = !exporter.compression.is_on();
    let body_bytes = exporter.batches.next()?.body.len();
    let is_failing = exporter.backoff.is_failing();
    // Retries go without keepalive while the page stays: its own requests may use up the quota.
    let keepalive = exporter.fits_keepalive(body_bytes) && (before_exit || !is_failing);
    let batch = exporter.batches.next()?;
    let must_decompress = wants_plain && is_compressed(&batch.body);
    let is_safe = is_failing && batch.is_stored;
    if before_exit && (must_decompress || !keepalive || is_safe) {
        // The request would not be sent in time, or would hardly succeed. The next page sends it.
        return None;
    }
    let number = batch.number;
    let was_compressed = is_compressed(&batch.body) && !must_decompress;
    let attempt = Attempt {
        batch_number: number,
        body_bytes,
        was_compressed,
        tests_compression: was_compressed != wants_plain,
    };
    let destination = Rc::clone(&exporter.destination);
    let response = if must_decompress {
        Err(batch.body.clone())
    } else {
        Ok(request::post(&destination, &batch.body, keepalive))
    };
    exporter.batches.apply(number, BatchEvent::Sent);
    exporter.request_started(body_bytes);
    Some(async move {
        let response = match response {
            Ok(response) => response,
            Err(body) => request::post(&destination, &request::decompressed(&body).await, false),
        };
        complete(&attempt, &response.await).await
    })
}

async fn complete(attempt: &Attempt, response: &ExportResponse) -> bool {
    let is_unconfirmed = with(|exporter| {
        exporter.request_ended(attempt.body_bytes);
        let is_unconfirmed = response.status.is_none() && exporter.is_leaving;
        if is_unconfirmed {
            exporter
                .batches
                .apply(attempt.batch_number, BatchEvent::Left);
        }
        is_unconfirmed
    });
    is_unconfirmed != Some(true) && handle_response(attempt, response).await
}

async fn handle_response(attempt: &Attempt, response: &ExportResponse) -> bool {
    let number = attempt.batch_number;
    let send_uncompressed = with(|exporter| {
        let status = response.status.filter(|status| *status != NOT_OTLP);
        let compression = &mut exporter.compression;
        attempt.tests_compression && compression.record_status(attempt.was_compressed, status)
    });
    let disposition = disposition(response.status);
    match disposition {
        Disposition::Delivered => delivered(number, &response.body),
        Disposition::Reject if send_uncompressed != Some(true) => reject(number, response.status),
        Disposition::Split => split(number).await,
        Disposition::Retry => retry(number, response.retry_after_ms),
        Disposition::Reject => {
            with(|exporter| exporter.batches.apply(number, BatchEvent::Retry));
        }
    }
    disposition == Disposition::Delivered
}

fn delivered(number: u32, body: &[u8]) {
    let partial_success = reader::partial_success(body);
    with(|exporter| {
        exporter.backoff.reset();
        exporter.batches.apply(number, BatchEvent::Confirmed);
        let rejected = partial_success.map_or(0, |(rejected, _)| rejected);
        exporter.batches.drops.add(DropReason::Rejected, rejected);
    });
    if let Some((_, message)) = partial_success {
        let parts = ["the receiver reported: ", message];
        diagnostics::warn_once(&parts.concat());
    }
}

fn retry(number: u32, retry_after_ms: Option<f64>) {
    with(|exporter| {
        exporter.block(retry_after_ms);
        exporter.batches.apply(number, BatchEvent::Retry);
        exporter.announce_departure();
    });
}

fn reject(number: u32, status: Option<u16>) {
    let status = text::status_digits(status.unwrap_or_default());
    let parts = [
        "the receiver rejected a batch: HTTP ",
        &status,
        "; check the endpoint and its headers. The spans are dropped.",
    ];
    diagnostics::warn_once(&parts.concat());
    with(|exporter| exporter.batches.apply(number, BatchEvent::Rejected));
}

/// Replaces a batch that is too large for the receiver by two halves.
async fn split(number: u32) {
    let found = with(|exporter| {
        let batch = exporter.batches.find(number)?;
        Some((batch.header, batch.body.clone()))
    });
    let Some(Some((header, body))) = found else {
        return;
    };
    if header.span_count < 2 {
        return reject(number, Some(413));
    }
    let request = request::decompressed(&body).await;
    with(|exporter| {
        let half = header.span_count / 2;
        push_part(exporter, &request, header, 0, half);
        push_part(exporter, &request, header, half, header.span_count - half);
        exporter.batches.apply(number, BatchEvent::Split);
    });
}

/// Pushes a batch with `count` spans of a request, from index `first`. Both halves keep the counts of
/// dropped spans in their resource.
fn push_part(exporter: &mut Exporter, request: &[u8], whole: BatchHeader, first: u32, count: u32) {
    let mut index = 0;
    let part = reader::filter_spans(request, &mut || {
        index += 1;
        index > first && index <= first + count
    });
    let header = BatchHeader {
        span_count: count,
        ..whole
    };
    let is_compressed = exporter.compression.is_on();
    exporter
        .batches
        .push(header, compressed(part, is_compressed));
}
