//! Sending a batch, and handling the response.

use std::rc::Rc;

use wasm_bindgen_futures::spawn_local;

use crate::browser::{diagnostics, js, platform};
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
    done: fn(bool),
}

/// Sends the oldest batch that is not in flight. Returns false if nothing was sent. `done` is called after the response
/// was handled, with whether the batch was delivered.
pub(super) fn start(exporter: &mut Exporter, before_exit: bool, done: fn(bool)) -> bool {
    exporter.batches.drop_expired(platform::wall_s());
    let wants_plain = !exporter.compression.is_on();
    let Some(batch) = exporter.batches.next() else {
        return false;
    };
    let body_bytes = batch.body.len();
    let is_failing = exporter.backoff.is_failing();
    // Retries go without keepalive while the page stays: its own requests may use up the quota.
    let keepalive = exporter.fits_keepalive(body_bytes) && (before_exit || !is_failing);
    let must_decompress = wants_plain && is_compressed(&batch.body);
    let is_safe = is_failing && batch.is_stored;
    if before_exit && (must_decompress || !keepalive || is_safe) {
        // The request would not be sent in time, or would hardly succeed. The next page sends it.
        return false;
    }
    let number = batch.number;
    let was_compressed = is_compressed(&batch.body) && !must_decompress;
    let attempt = Attempt {
        batch_number: number,
        body_bytes,
        was_compressed,
        tests_compression: was_compressed != wants_plain,
        done,
    };
    let destination = Rc::clone(&exporter.destination);
    let mut awaited = if must_decompress {
        request::decompressed(&batch.body)
    } else {
        request::post(&destination, &batch.body, keepalive)
    };
    exporter.batches.apply(number, BatchEvent::Sent);
    exporter.request_started(body_bytes);
    spawn_local(async move {
        if must_decompress {
            let plain = request::bytes(awaited.await);
            awaited = request::post(&destination, &plain, false);
        }
        let Ok(response) = awaited.await else {
            // When a page is left, its requests fail before its `pagehide` listeners run.
            let complete = move || complete(&attempt, &ExportResponse::default());
            return platform::in_next_task(Box::new(complete));
        };
        let body = request::bytes(request::body_of(&response).await);
        complete(&attempt, &ExportResponse::new(&response, body));
    });
    true
}

fn complete(attempt: &Attempt, response: &ExportResponse) {
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
    if is_unconfirmed == Some(true) {
        (attempt.done)(false);
    } else {
        handle_response(attempt, response);
    }
}

fn handle_response(attempt: &Attempt, response: &ExportResponse) {
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
        Disposition::Split => return split(number, attempt.done),
        Disposition::Retry => retry(number, response.retry_after_ms),
        Disposition::Reject => {
            with(|exporter| exporter.batches.apply(number, BatchEvent::Retry));
        }
    }
    (attempt.done)(disposition == Disposition::Delivered);
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
        let message = js::decode("utf-8", message).as_string();
        let parts = ["the receiver reported: ", &message.unwrap_or_default()];
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
fn split(number: u32, done: fn(bool)) {
    let found = with(|exporter| {
        let batch = exporter.batches.find(number)?;
        Some((batch.header, request::decompressed(&batch.body)))
    });
    match found.flatten() {
        Some((header, body)) if header.span_count > 1 => spawn_local(async move {
            let body = request::bytes(body.await);
            replace_by_halves(number, header, &body);
            done(false);
        }),
        _ => {
            reject(number, Some(413));
            done(false);
        }
    }
}

fn replace_by_halves(number: u32, header: BatchHeader, request: &[u8]) {
    with(|exporter| {
        let half = header.span_count / 2;
        push_part(exporter, request, header, 0, half);
        push_part(exporter, request, header, half, header.span_count - half);
        exporter.batches.apply(number, BatchEvent::Split);
    });
}

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
