//! The exporter: decides when batches are built and sent, and reacts to the page's life cycle.

use std::rc::Rc;

use wasm_bindgen_futures::spawn_local;

use super::batch_builder::build_batch;
use super::compression::Compression;
use super::delivery;
use super::flush_policy::{FlushDelay, FlushPolicy};
use super::retry::Backoff;
use crate::deferred_spans::DeferredState;
use crate::pipeline::{self, Ended};
use crate::platform::{self, Timer};
use crate::slot::{self, Slot};
use crate::store::{self, BatchQueue, BatchState, Storage};
use crate::{instrument, js, propagation};

/// How often the lease is checked while batches wait.
const LEASE_CHECK_INTERVAL_MS: f64 = 60_000.0;
/// Browsers allow 64 KiB of bodies in flight for requests that outlive their page.
const MAX_KEEPALIVE_BYTES: usize = 60 * 1024;
/// Browsers allow nine requests in flight that outlive their page.
const MAX_KEEPALIVE_REQUESTS: usize = 9;

thread_local! {
    static EXPORTER: Slot<Exporter> = const { Slot::new(None) };
}

/// Where and how batches are sent.
#[derive(Debug)]
pub(crate) struct Destination {
    /// The absolute URL, normalized by the browser.
    pub(crate) url: String,
    pub(crate) headers: Vec<(String, String)>,
    /// The encoded resource.
    pub(crate) resource: Vec<u8>,
    /// The application's setting for compression.
    pub(crate) compression: Option<bool>,
}

pub(super) struct Exporter {
    pub(super) destination: Rc<Destination>,
    pub(super) batches: BatchQueue<Storage>,
    pub(super) compression: Compression,
    pub(super) backoff: Backoff,
    /// Other pages have left more batches than this one has adopted so far.
    can_adopt_more: bool,
    /// The page is being left, so responses may not be received any more.
    pub(super) is_leaving: bool,
    timer: Timer,
    /// When the next batch is built, on the monotonic clock. Infinite if none is scheduled.
    flush_due_ms: f64,
    /// The delay that has led to `flush_due_ms`.
    flush_delay: FlushDelay,
    /// When the last batch was built, on the monotonic clock.
    flushed_ms: f64,
    /// No batch is sent before this time, since the receiver was busy or unreachable.
    blocked_until_ms: f64,
    /// The receiver has demanded the pause with `Retry-After`.
    is_throttled: bool,
    requests_in_flight: usize,
    bytes_in_flight: usize,
}

pub(crate) fn install(destination: Destination) {
    let own_origin = js::text(&js_sys::global(), "origin").unwrap_or_default();
    let is_cross_origin = propagation::origin_of(&destination.url) != own_origin;
    let page_id = store::new_page_id();
    let previous_page_id = store::previous_page_id(&page_id);
    let exporter = Exporter {
        batches: BatchQueue::new(Storage::new(), page_id, previous_page_id),
        compression: Compression::new(destination.compression, is_cross_origin),
        destination: Rc::new(destination),
        backoff: Backoff::default(),
        can_adopt_more: false,
        is_leaving: false,
        timer: Timer::new(tick),
        flush_due_ms: f64::INFINITY,
        flush_delay: FlushDelay::QueueEmpty,
        flushed_ms: f64::NEG_INFINITY,
        blocked_until_ms: 0.0,
        is_throttled: false,
        requests_in_flight: 0,
        bytes_in_flight: 0,
    };
    slot::put(&EXPORTER, Box::new(exporter));
    store::with_lock(adopt);
}

pub(crate) fn is_installed() -> bool {
    with(|_| ()).is_some()
}

pub(super) fn with<R>(f: impl FnOnce(&mut Exporter) -> R) -> Option<R> {
    slot::with(&EXPORTER, f)
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
    instrument::flush_observers();
    let mut is_queue_empty = false;
    while !is_queue_empty {
        // Sends after each batch: if the page is stopped here, the oldest spans have been sent.
        is_queue_empty = with(build_batch) != Some(true);
        while with(Exporter::may_send_at_exit) == Some(true) && delivery::send_next(true) {}
    }
    with(Exporter::announce_departure);
}

/// Flushes a page that is being left. It may come back from the back/forward cache.
pub(super) fn leave() {
    with(|exporter| {
        exporter.is_leaving = true;
        exporter.announce_departure();
    });
    flush_before_exit();
}

/// Resumes after the page has come back from the back/forward cache, or is visible again.
pub(super) fn resume() {
    with(|exporter| {
        exporter.is_leaving = false;
        exporter.batches.restore();
    });
    send_now();
}

/// Resumes after the network is available again. Earlier failures were not the receiver's.
pub(super) fn reconnect() {
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
    store::with_lock(adopt);
    tick();
}

/// Adopts further batches of other pages, after all own ones were delivered.
pub(super) fn adopt_more() {
    if with(|exporter| exporter.can_adopt_more) == Some(true) {
        store::with_lock(adopt);
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
        instrument::flush_due_observers();
        with(|exporter| {
            exporter.flush();
            exporter.set_timer();
        });
    }
}

/// Sends the next batch if possible, or else sets the timer for it.
pub(super) fn proceed() {
    if with(|exporter| exporter.is_ready()) == Some(true) {
        delivery::send_next(false);
    }
    with(Exporter::set_timer);
}

/// Building batches.
impl Exporter {
    /// Schedules a flush. Returns false if an earlier one is scheduled.
    fn schedule_flush(&mut self, delay: FlushDelay) -> bool {
        if delay <= self.flush_delay {
            return false;
        }
        let now_ms = platform::monotonic_ms();
        self.flush_delay = delay;
        self.flush_due_ms = now_ms + delay.ms(now_ms - self.flushed_ms);
        self.set_timer();
        true
    }

    fn is_flush_due(&self) -> bool {
        platform::monotonic_ms() >= self.flush_due_ms
    }

    /// Builds a batch, and schedules the next one for the spans that are left.
    fn flush(&mut self) {
        self.flush_delay = FlushDelay::QueueEmpty;
        self.flush_due_ms = f64::INFINITY;
        self.flushed_ms = platform::monotonic_ms();
        build_batch(self);
        let rest =
            pipeline::with(|pipeline| (pipeline.queue.is_empty(), pipeline.deferred_state()));
        self.schedule_flush(match rest {
            Some((false, _)) => FlushDelay::QueueFull,
            None | Some((true, DeferredState::Empty)) => FlushDelay::QueueEmpty,
            Some((true, DeferredState::TraceEnded)) if !self.batches.has_backlog() => {
                FlushDelay::TraceDeferred
            }
            Some((true, _)) => FlushDelay::SpanEnded,
        });
    }

    /// Sets the timer for the next event: building a batch, sending one, or checking the lease.
    fn set_timer(&mut self) {
        let now_ms = platform::monotonic_ms();
        let mut due_ms = self.flush_due_ms;
        if !self.batches.is_empty() && self.requests_in_flight == 0 && !self.is_leaving {
            due_ms = due_ms
                .min(self.blocked_until_ms)
                .min(now_ms + LEASE_CHECK_INTERVAL_MS);
        }
        if due_ms.is_finite() {
            self.timer.set((due_ms - now_ms).max(0.0));
        }
    }
}

/// Sending batches.
impl Exporter {
    fn is_ready(&self) -> bool {
        self.requests_in_flight == 0 && !self.is_leaving && !self.is_blocked()
    }

    fn is_blocked(&self) -> bool {
        platform::monotonic_ms() < self.blocked_until_ms
    }

    /// At exit, sending is worth an attempt unless the receiver has demanded a pause.
    fn may_send_at_exit(&mut self) -> bool {
        !self.is_blocked() || !self.is_throttled
    }

    /// Whether browsers allow another request with `keepalive` and a body of this size.
    pub(super) fn fits_keepalive(&self, body_bytes: usize) -> bool {
        self.bytes_in_flight + body_bytes <= MAX_KEEPALIVE_BYTES
            && self.requests_in_flight < MAX_KEEPALIVE_REQUESTS
    }

    pub(super) fn request_started(&mut self, body_bytes: usize) {
        self.requests_in_flight += 1;
        self.bytes_in_flight += body_bytes;
    }

    pub(super) fn request_ended(&mut self, body_bytes: usize) {
        self.requests_in_flight -= 1;
        self.bytes_in_flight -= body_bytes;
    }

    /// Lets a batch be sent again.
    pub(super) fn requeue(&mut self, number: u32) {
        if let Some(batch) = self.batches.find(number) {
            batch.state = BatchState::Queued;
        }
    }

    /// Blocks sending after a failure. Several requests that fail together cause a single pause.
    pub(super) fn block(&mut self, retry_after_ms: Option<f64>) {
        let now_ms = platform::monotonic_ms();
        if now_ms >= self.blocked_until_ms {
            let delay_ms = self
                .backoff
                .next_delay_ms(retry_after_ms, platform::random());
            self.blocked_until_ms = now_ms + delay_ms;
            self.is_throttled = retry_after_ms.is_some();
        }
    }

    /// Renews the lease, unless the page is being left.
    fn renew_lease(&mut self) {
        if !self.is_leaving {
            self.batches.renew_lease(platform::wall_s());
        }
    }

    /// Allows other pages to adopt the batches if the page is being left.
    pub(super) fn announce_departure(&mut self) {
        if self.is_leaving {
            self.batches.announce_departure();
        }
    }
}
