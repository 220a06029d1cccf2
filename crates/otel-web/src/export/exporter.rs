//! When spans are sealed and batches leave.

use std::rc::Rc;

use wasm_bindgen_futures::spawn_local;

use super::backoff::Backoff;
use super::compression::Compression;
use super::plan::{Plan, Situation};
use super::{deliver, seal};
use crate::deferred_spans::DeferredState;
use crate::pipeline::{self, Ended};
use crate::platform::{self, Timer};
use crate::slot::{self, Slot};
use crate::store::{self, Line, Shelf};
use crate::{instrument, js, propagation};

/// While batches wait, the page is heard of this often.
const SIGN_OF_LIFE_MS: f64 = 60_000.0;
/// Browsers allow 64 KiB of bodies in flight for requests that outlive their page,
const KEEPALIVE_BYTES: usize = 60 * 1024;
/// and nine of them.
const KEEPALIVE_REQUESTS: usize = 9;

thread_local! {
    static EXPORTER: Slot<Exporter> = const { Slot::new(None) };
}

/// Where batches go.
#[derive(Debug)]
pub(crate) struct Destination {
    /// Absolute, as the browser writes it.
    pub(crate) url: String,
    pub(crate) headers: Vec<(String, String)>,
    /// Encoded.
    pub(crate) resource: Vec<u8>,
    /// Whether compressed requests are wanted.
    pub(crate) compression: Option<bool>,
}

pub(super) struct Exporter {
    pub(super) destination: Rc<Destination>,
    pub(super) line: Line<Shelf>,
    pub(super) compression: Compression,
    pub(super) backoff: Backoff,
    /// Other pages left more than this one has taken over so far.
    may_adopt_more: bool,
    /// The page is left, and nobody may read what is answered from now on.
    pub(super) is_leaving: bool,
    timer: Timer,
    /// When spans are sealed, on the monotonic clock; infinite while nothing is planned.
    seal_due_ms: f64,
    /// How soon that is.
    plan: Plan,
    /// When they were sealed the last time.
    sealed_ms: f64,
    /// No attempt before this: the receiver was busy or out of reach.
    blocked_until_ms: f64,
    /// It was the receiver that asked for the pause.
    pub(super) is_asked_to_wait: bool,
    pub(super) requests_in_flight: usize,
    bytes_in_flight: usize,
}

pub(crate) fn install(destination: Destination) {
    let own = js::text(&js_sys::global(), "origin").unwrap_or_default();
    let is_foreign = propagation::origin_of(&destination.url) != own;
    let page = store::new_page();
    let previous = store::previous_page(&page);
    let exporter = Exporter {
        line: Line::new(Shelf::new(), page, previous),
        compression: Compression::new(destination.compression, is_foreign),
        destination: Rc::new(destination),
        backoff: Backoff::default(),
        may_adopt_more: false,
        is_leaving: false,
        timer: Timer::new(tick),
        seal_due_ms: f64::INFINITY,
        plan: Plan::Nothing,
        sealed_ms: f64::NEG_INFINITY,
        blocked_until_ms: 0.0,
        is_asked_to_wait: false,
        requests_in_flight: 0,
        bytes_in_flight: 0,
    };
    slot::put(&EXPORTER, Box::new(exporter));
    store::with_lock(adopt);
}

pub(crate) fn is_installed() -> bool {
    with(|_| ()).is_some()
}

/// Plans the export of a span that has just ended.
pub(crate) fn span_ended(ended: Ended) {
    let is_full = pipeline::with(|pipeline| pipeline.queue.has_full_batch()).unwrap_or(false);
    let is_due = with(|exporter| {
        let situation = Situation {
            is_full,
            is_failing: exporter.backoff.is_failing(),
            is_behind: exporter.line.is_long(),
            is_local_root: ended.is_local_root,
            is_deferred: ended.is_deferred,
        };
        exporter.plan_to_seal(situation.plan()) && exporter.plan == Plan::Over && exporter.is_due()
    });
    if is_due == Some(true) {
        spawn_local(async { seal_due() }); // A timer may come after the crash.
    }
}

/// Plans the export of spans that were held back.
#[cfg(feature = "frustration")]
pub(crate) fn flush_soon() {
    with(|exporter| exporter.plan_to_seal(Plan::Soon));
}

/// Things may be better now.
pub(super) fn resume() {
    with(|exporter| {
        if !exporter.is_asked_to_wait {
            exporter.blocked_until_ms = 0.0;
        }
    });
    store::with_lock(adopt);
    tick();
}

/// All is delivered: time for more of what other pages left.
pub(super) fn adopt_more() {
    if with(|exporter| exporter.may_adopt_more) == Some(true) {
        store::with_lock(adopt);
    }
}

fn adopt() {
    with(|exporter| {
        exporter.may_adopt_more = exporter.line.adopt(platform::wall_s());
        exporter.set_timer();
    });
}

fn seal_due() {
    if with(|exporter| exporter.is_due()) == Some(true) {
        instrument::flush_due_observers();
        with(Exporter::seal_as_planned);
        with(Exporter::set_timer);
    }
}

fn tick() {
    seal_due();
    with(Exporter::claim);
    go_on();
}

/// Sends the next batch if it may be sent, or sees to it that it will be.
pub(super) fn go_on() {
    if with(|exporter| exporter.is_ready()) == Some(true) {
        deliver::send_next(false);
    }
    with(Exporter::set_timer);
}

impl Exporter {
    /// Whether this is sooner than what was planned.
    fn plan_to_seal(&mut self, plan: Plan) -> bool {
        if plan <= self.plan {
            return false;
        }
        let now = platform::monotonic_ms();
        self.plan = plan;
        self.seal_due_ms = now + plan.delay_ms(now - self.sealed_ms);
        self.set_timer();
        true
    }

    fn is_due(&self) -> bool {
        platform::monotonic_ms() >= self.seal_due_ms
    }

    fn seal_as_planned(&mut self) {
        self.plan = Plan::Nothing;
        self.seal_due_ms = f64::INFINITY;
        self.sealed_ms = platform::monotonic_ms();
        seal::seal(self);
        let rest =
            pipeline::with(|pipeline| (pipeline.queue.is_empty(), pipeline.deferred_state()));
        self.plan_to_seal(match rest {
            Some((false, _)) => Plan::Now,
            None | Some((true, DeferredState::None)) => Plan::Nothing,
            Some((true, DeferredState::Over)) if !self.line.is_long() => Plan::Soon,
            Some((true, _)) => Plan::Later,
        });
    }

    /// For whatever comes first: spans to seal, a batch to send, a sign of life to give.
    fn set_timer(&mut self) {
        let now = platform::monotonic_ms();
        let mut due = self.seal_due_ms;
        if !self.line.is_empty() && self.requests_in_flight == 0 && !self.is_leaving {
            due = due.min(self.blocked_until_ms).min(now + SIGN_OF_LIFE_MS);
        }
        if due.is_finite() {
            self.timer.set((due - now).max(0.0));
        }
    }

    fn is_ready(&self) -> bool {
        self.requests_in_flight == 0 && !self.is_leaving && !self.is_blocked()
    }

    pub(super) fn is_blocked(&self) -> bool {
        platform::monotonic_ms() < self.blocked_until_ms
    }

    pub(super) fn has_answered(&mut self) {
        self.backoff.reset();
    }

    pub(super) fn fits_keepalive(&self, size: usize) -> bool {
        self.bytes_in_flight + size <= KEEPALIVE_BYTES
            && self.requests_in_flight < KEEPALIVE_REQUESTS
    }

    pub(super) fn started(&mut self, size: usize) {
        self.requests_in_flight += 1;
        self.bytes_in_flight += size;
    }

    pub(super) fn finished(&mut self, size: usize) {
        self.requests_in_flight -= 1;
        self.bytes_in_flight -= size;
    }

    /// After several requests failed at once, there is one pause.
    pub(super) fn block(&mut self, retry_after_ms: Option<f64>) {
        let now = platform::monotonic_ms();
        if now >= self.blocked_until_ms {
            let pause = self.backoff.next_ms(retry_after_ms, platform::random());
            self.blocked_until_ms = now + pause;
            self.is_asked_to_wait = retry_after_ms.is_some();
        }
    }
}

pub(super) fn with<R>(f: impl FnOnce(&mut Exporter) -> R) -> Option<R> {
    slot::with(&EXPORTER, f)
}
