//! When batches are built and sent: after spans have ended, after responses, and when the page is left.

use wasm_bindgen_futures::spawn_local;

use crate::browser::platform;
use crate::export::destination::Destination;
use crate::export::exporter::{Exporter, with};
use crate::export::flush_policy::{FlushDelay, FlushPolicy};
use crate::export::{delivery, storage};
use crate::trace::ended::Ended;
use crate::trace::hooks;
use crate::trace::pipeline::{self, Pipeline};

pub(crate) fn install(destination: Destination) {
    Exporter::install(destination, tick);
    storage::with_lock(adopt);
}

pub(crate) fn is_installed() -> bool {
    with(|_| ()).is_some()
}

/// Schedules the export of a span that has just ended.
pub(crate) fn span_ended(ended: Ended) {
    let is_full = pipeline::with(|pipeline| pipeline.queue.has_full_batch()).unwrap_or(false);
    let is_due = with(|exporter| {
        let policy = FlushPolicy {
            is_full,
            is_failing: exporter.backoff.is_failing(),
            has_backlog: exporter.batches.has_backlog(),
            is_local_root: ended.is_local_root,
            is_deferred: ended.is_deferred,
        };
        exporter.schedule_flush(policy.delay())
            && exporter.flush_delay == FlushDelay::RootEnded
            && exporter.is_flush_due()
    });
    if is_due == Some(true) {
        spawn_local(async { flush_if_due() }); // The timer may fire too late, after a crash.
    }
}

/// Builds batches from all queued spans, and sends them in requests that outlive the page.
pub(crate) fn flush_before_exit() {
    (hooks::get().before_build)();
    pipeline::with(Pipeline::flush_deferred);
    let mut is_queue_empty = false;
    while !is_queue_empty {
        // Sends after each batch: if the page is stopped here, the oldest spans have been sent.
        is_queue_empty = with(Exporter::build_batch) != Some(true);
        while with(Exporter::may_send_at_exit) == Some(true) && send_next(true) {}
    }
    with(Exporter::announce_departure);
}

/// Flushes a page that is being left. It may come back from the back/forward cache.
pub(crate) fn leave() {
    with(|exporter| {
        exporter.is_leaving = true;
        exporter.announce_departure();
    });
    flush_before_exit();
}

/// Resumes after the page has come back from the back/forward cache, or is visible again.
pub(crate) fn resume() {
    with(|exporter| {
        exporter.is_leaving = false;
        exporter.batches.restore();
    });
    send_now();
}

/// Begins to send, since a prerendered page is shown.
pub(crate) fn activate() {
    with(|exporter| exporter.is_held = false);
    tick();
}

/// Resumes after the network is available again. Earlier failures were not the receiver's.
pub(crate) fn reconnect() {
    with(|exporter| {
        if !exporter.is_throttled {
            exporter.backoff.reset();
        }
    });
    send_now();
}

/// Sends the next batch without waiting for the end of a pause, unless the receiver demanded it.
fn send_now() {
    with(|exporter| {
        if !exporter.is_throttled {
            exporter.blocked_until_ms = 0.0;
        }
    });
    storage::with_lock(adopt);
    tick();
}

/// Adopts further batches of other pages, after all own ones were delivered.
fn adopt_more() {
    if with(|exporter| exporter.can_adopt_more) == Some(true) {
        storage::with_lock(adopt);
    }
}

fn adopt() {
    with(|exporter| {
        exporter.can_adopt_more = exporter.batches.adopt(platform::wall_s());
        exporter.set_timer();
    });
}

fn tick() {
    flush_if_due();
    with(Exporter::renew_lease);
    proceed();
}

fn flush_if_due() {
    if with(|exporter| exporter.is_flush_due()) == Some(true) {
        (hooks::get().before_build)();
        pipeline::with(Pipeline::flush_due_deferred);
        with(|exporter| {
            exporter.flush();
            exporter.set_timer();
        });
    }
}

/// Sends the next batch if possible, or else sets the timer for it.
fn proceed() {
    if with(|exporter| exporter.is_ready()) == Some(true) {
        send_next(false);
    }
    with(Exporter::set_timer);
}

/// Sends the oldest batch that is not in flight, and continues after its response. Returns false if
/// nothing was sent.
fn send_next(before_exit: bool) -> bool {
    with(|exporter| delivery::start(exporter, before_exit, continue_after)) == Some(true)
}

fn continue_after(is_delivered: bool) {
    if is_delivered && with(|exporter| exporter.batches.is_empty()) == Some(true) {
        adopt_more();
    }
    proceed();
}
