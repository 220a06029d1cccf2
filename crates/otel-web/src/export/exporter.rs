//! The state of the export. `schedule` decides with it when batches are built and sent.

use std::rc::Rc;

use crate::browser::js;
use crate::browser::platform::{self, Timer};
use crate::core::propagation::origin;
use crate::core::slot::{self, Slot};
use crate::export::batch_builder::build_batch;
use crate::export::compression::Compression;
use crate::export::destination::Destination;
use crate::export::flush_policy::FlushDelay;
use crate::export::retry::Backoff;
use crate::export::storage::batch_queue::{self, BatchQueue};
use crate::export::storage::{self, Storage};
use crate::trace::deferred_spans::DeferredState;
use crate::trace::pipeline;

/// How often the lease is checked while batches wait.
const LEASE_CHECK_INTERVAL_MS: f64 = 60_000.0;
/// Browsers allow 64 KiB of bodies in flight for requests that outlive their page.
const MAX_KEEPALIVE_BYTES: usize = 60 * 1024;
/// Browsers allow nine requests in flight that outlive their page.
const MAX_KEEPALIVE_REQUESTS: usize = 9;

thread_local! {
    static EXPORTER: Slot<Exporter> = const { Slot::new(None) };
}

pub(super) struct Exporter {
    pub(super) destination: Rc<Destination>,
    pub(super) batches: BatchQueue<Storage>,
    pub(super) compression: Compression,
    pub(super) backoff: Backoff,
    /// Other pages have left more batches than this one has adopted so far.
    pub(super) can_adopt_more: bool,
    /// The page is prerendered. Nothing is sent before it is shown: if it never is, browsers discard it
    /// without an event, and its open roots are lost.
    pub(super) is_held: bool,
    /// The page is being left, so responses may not be received any more.
    pub(super) is_leaving: bool,
    timer: Timer,
    /// When the next batch is built, on the monotonic clock. Infinite if none is scheduled.
    flush_due_ms: f64,
    /// The delay that has led to `flush_due_ms`.
    pub(super) flush_delay: FlushDelay,
    /// When the last batch was built, on the monotonic clock.
    flushed_ms: f64,
    /// No batch is sent before this time, since the receiver was busy or unreachable.
    pub(super) blocked_until_ms: f64,
    /// The receiver has demanded the pause with `Retry-After`.
    pub(super) is_throttled: bool,
    requests_in_flight: usize,
    bytes_in_flight: usize,
}

pub(super) fn with<R>(f: impl FnOnce(&mut Exporter) -> R) -> Option<R> {
    slot::with(&EXPORTER, f)
}

/// Creation.
impl Exporter {
    /// Installs an exporter for a receiver. The timer calls `tick`.
    pub(super) fn install(destination: Destination, tick: fn()) {
        let own_origin = js::text(&js_sys::global(), "origin").unwrap_or_default();
        let is_cross_origin = origin::origin_of(&destination.url) != own_origin;
        let page_id = batch_queue::new_page_id();
        let previous_page_id = storage::previous_page_id(&page_id);
        let exporter = Self {
            batches: BatchQueue::new(Storage::new(), page_id, previous_page_id),
            compression: Compression::new(destination.compression, is_cross_origin),
            destination: Rc::new(destination),
            backoff: Backoff::default(),
            can_adopt_more: false,
            is_held: js::is(&js::global("document"), "prerendering"),
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
    }
}

/// Building batches.
impl Exporter {
    /// Schedules a flush. Returns false if an earlier one is scheduled.
    pub(super) fn schedule_flush(&mut self, delay: FlushDelay) -> bool {
        if delay <= self.flush_delay {
            return false;
        }
        let now_ms = platform::monotonic_ms();
        self.flush_delay = delay;
        self.flush_due_ms = now_ms + delay.ms(now_ms - self.flushed_ms);
        self.set_timer();
        true
    }

    pub(super) fn is_flush_due(&self) -> bool {
        !self.is_held && platform::monotonic_ms() >= self.flush_due_ms
    }

    /// Builds a batch from the oldest queued spans. Returns false if there are none.
    pub(super) fn build_batch(&mut self) -> bool {
        let is_compressed = self.compression.is_on();
        build_batch(&mut self.batches, &self.destination.resource, is_compressed)
    }

    /// Builds a batch, and schedules the next one for the spans that are left.
    pub(super) fn flush(&mut self) {
        self.flush_delay = FlushDelay::QueueEmpty;
        self.flush_due_ms = f64::INFINITY;
        self.flushed_ms = platform::monotonic_ms();
        self.build_batch();
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
    pub(super) fn set_timer(&mut self) {
        let now_ms = platform::monotonic_ms();
        let mut due_ms = self.flush_due_ms;
        if !self.batches.is_empty() && self.requests_in_flight == 0 && !self.is_leaving {
            due_ms = due_ms
                .min(self.blocked_until_ms)
                .min(now_ms + LEASE_CHECK_INTERVAL_MS);
        }
        if due_ms.is_finite() && !self.is_held {
            self.timer.set((due_ms - now_ms).max(0.0));
        }
    }
}

/// Sending batches.
impl Exporter {
    pub(super) fn is_ready(&self) -> bool {
        self.requests_in_flight == 0 && !self.is_leaving && !self.is_held && !self.is_blocked()
    }

    fn is_blocked(&self) -> bool {
        platform::monotonic_ms() < self.blocked_until_ms
    }

    /// At exit, sending is worth an attempt unless the receiver has demanded a pause.
    pub(super) fn may_send_at_exit(&mut self) -> bool {
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
    pub(super) fn renew_lease(&mut self) {
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
