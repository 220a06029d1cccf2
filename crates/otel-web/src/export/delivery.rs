//! One attempt to deliver a batch, and what becomes of it.

use std::rc::Rc;

use wasm_bindgen_futures::spawn_local;

use super::backoff::{NOT_OTLP, Verdict, verdict};
use super::dropped::Reason;
use super::exporter::{self, Exporter, with};
use super::seal::packed;
use super::send::{self, Answer, is_compressed};
use crate::store::{Label, State};
use crate::{diagnostics, otlp, platform, text};

/// A batch on its way.
struct Attempt {
    number: u32,
    size: usize,
    was_compressed: bool,
    /// It travels in the way that is on trial, so that its answer says something of it.
    is_trial: bool,
}

/// Sends the oldest batch. False when nothing was sent.
pub(super) fn send_next(before_exit: bool) -> bool {
    with(|exporter| start(exporter, before_exit))
        .flatten()
        .is_some()
}

fn start(exporter: &mut Exporter, before_exit: bool) -> Option<()> {
    exporter.line.give_up_old(platform::wall_s());
    let wants_plain = !exporter.compression.is_on();
    let size = exporter.line.next()?.body.len();
    let is_failing = exporter.backoff.is_failing();
    // The page's own requests may leave no room for keepalive: what failed goes without, while it can.
    let keepalive = exporter.fits_keepalive(size) && (before_exit || !is_failing);
    let batch = exporter.line.next()?;
    let is_unpacked = wants_plain && is_compressed(&batch.body);
    let is_kept_safe = is_failing && batch.is_stored;
    if before_exit && (is_unpacked || !keepalive || is_kept_safe) {
        // There is no time for it, or little hope; it is on the shelf.
        return None;
    }
    batch.state = State::Sent;
    let was_compressed = is_compressed(&batch.body) && !is_unpacked;
    let attempt = Attempt {
        number: batch.number,
        size,
        was_compressed,
        is_trial: was_compressed != wants_plain,
    };
    let destination = Rc::clone(&exporter.destination);
    let first = if is_unpacked {
        Err(batch.body.clone())
    } else {
        Ok(send::post(&destination, &batch.body, keepalive))
    };
    spawn_local(async move {
        let answer = match first {
            Ok(answer) => answer,
            Err(body) => send::post(&destination, &send::unpacked(&body).await, false),
        };
        settle(&attempt, &answer.await).await;
    });
    exporter.started(size);
    Some(())
}

async fn settle(attempt: &Attempt, answer: &Answer) {
    let is_cut_off = with(|exporter| {
        exporter.finished(attempt.size);
        let (line, is_leaving) = (&mut exporter.line, exporter.is_leaving);
        answer.status.is_none() && line.is_cut_off(attempt.number, is_leaving)
    });
    if is_cut_off != Some(true) {
        judge(attempt, answer).await;
    }
    exporter::go_on();
}

async fn judge(attempt: &Attempt, answer: &Answer) {
    let again = with(|exporter| {
        let compression = &mut exporter.compression;
        let status = answer.status.filter(|status| *status != NOT_OTLP);
        attempt.is_trial && compression.learn(attempt.was_compressed, status)
    });
    match verdict(answer.status) {
        Verdict::Delivered => delivered(attempt.number, &answer.body),
        Verdict::Reject if again != Some(true) => reject(attempt.number, answer.status),
        Verdict::Split => split(attempt.number).await,
        Verdict::Retry => retry(attempt.number, answer.retry_after_ms),
        Verdict::Reject => release(attempt.number),
    }
}

fn delivered(number: u32, body: &[u8]) {
    let refused = otlp::partial_success(body);
    let is_last = with(|exporter| {
        exporter.has_answered();
        exporter.line.remove(number);
        let count = refused.map_or(0, |(count, _)| count);
        exporter.line.dropped.count(Reason::Rejected, count);
        exporter.line.is_empty()
    });
    if let Some((_, why)) = refused {
        let parts = ["the receiver took a batch, but not all of it: ", why];
        diagnostics::warn_once(&parts.concat());
    }
    if is_last == Some(true) {
        exporter::adopt_more();
    }
}

fn retry(number: u32, retry_after_ms: Option<f64>) {
    with(|exporter| exporter.block(retry_after_ms));
    release(number);
    with(Exporter::leave_word);
}

fn release(number: u32) {
    with(|exporter| {
        if let Some(batch) = exporter.line.find(number) {
            batch.state = State::Waiting;
        }
    });
}

fn reject(number: u32, status: Option<u16>) {
    let status = text::status_digits(status.unwrap_or_default());
    let parts = [
        "the receiver refused spans with HTTP ",
        &status,
        "; check the endpoint and its headers. They are dropped and counted.",
    ];
    diagnostics::warn_once(&parts.concat());
    with(|exporter| exporter.line.give_up(number, Reason::Rejected));
}

/// The receiver finds the batch too large: two halves of it take its place.
async fn split(number: u32) {
    let found = with(|exporter| {
        let batch = exporter.line.find(number)?;
        Some((batch.label, batch.body.clone()))
    });
    let Some(Some((label, body))) = found else {
        return;
    };
    if label.spans < 2 {
        return reject(number, Some(413));
    }
    let request = send::unpacked(&body).await;
    with(|exporter| {
        let half = label.spans / 2;
        push_part(exporter, &request, label, 0, half);
        push_part(exporter, &request, label, half, label.spans - half);
        exporter.line.remove(number);
    });
}

/// The news of dropped spans stay in both halves' resource and are counted with the first.
fn push_part(exporter: &mut Exporter, request: &[u8], whole: Label, first: u32, count: u32) {
    let mut index = 0;
    let part = otlp::keep_spans(request, &mut || {
        index += 1;
        index > first && index <= first + count
    });
    let label = Label {
        spans: count,
        ..whole
    };
    let is_compressed = exporter.compression.is_on();
    exporter.line.push(label, packed(part, is_compressed));
}
