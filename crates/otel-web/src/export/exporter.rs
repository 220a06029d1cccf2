//! When batches leave, and what becomes of them.

use std::cell::RefCell;
use std::rc::Rc;

use super::backoff::{Backoff, Verdict, verdict};
use super::queue::Batch;
use super::send::{self, Answer};
use crate::otlp::{self, ScopeSpans};
use crate::pipeline::{self, Ended, Pipeline};
use crate::platform::{self, Timer};
use crate::{diagnostics, instrument};

/// The action is over: soon, but together with what ends in the same breath.
const AFTER_ACTION_MS: f64 = 30.0;
/// No span waits longer, whatever it belongs to.
const LONGEST_WAIT_MS: f64 = 1_000.0;
/// Browsers allow 64 KiB of bodies in flight for requests that outlive their page.
const KEEPALIVE_BYTES: usize = 60 * 1024;

thread_local! {
    static EXPORTER: RefCell<Option<Exporter>> = const { RefCell::new(None) };
}

/// Where batches go, and who sends them.
#[derive(Debug)]
pub(crate) struct Destination {
    pub(crate) url: String,
    pub(crate) headers: Vec<(String, String)>,
    /// Encoded.
    pub(crate) resource: Vec<u8>,
}

struct Exporter {
    destination: Rc<Destination>,
    timer: Timer,
    /// On the monotonic clock; `None` while nothing is planned.
    due_ms: Option<f64>,
    /// No attempt before this: the receiver was busy or out of reach.
    blocked_until_ms: f64,
    backoff: Backoff,
    requests_in_flight: usize,
    bytes_in_flight: usize,
}

pub(crate) fn install(destination: Destination) {
    let exporter = Exporter {
        destination: Rc::new(destination),
        timer: Timer::new(tick),
        due_ms: None,
        blocked_until_ms: 0.0,
        backoff: Backoff::default(),
        requests_in_flight: 0,
        bytes_in_flight: 0,
    };
    EXPORTER.with(|cell| *cell.borrow_mut() = Some(exporter));
}

/// Plans the export of a span that has just ended.
pub(crate) fn span_ended(ended: Ended) {
    let is_full = pipeline::with(|pipeline| pipeline.queue.has_full_batch());
    let delay = match (is_full, ended.is_local_root) {
        (Some(true), _) => 0.0,
        (_, true) => AFTER_ACTION_MS,
        _ => LONGEST_WAIT_MS,
    };
    with(|exporter| exporter.plan(delay));
}

/// Plans the export of spans that were held back.
pub(crate) fn send_soon() {
    with(|exporter| exporter.plan(AFTER_ACTION_MS));
}

/// Sends all that is queued, at once, in requests that outlive the page.
pub(crate) fn flush_before_exit() {
    instrument::settle();
    while send_next(true) {}
}

fn tick() {
    with(|exporter| exporter.due_ms = None);
    let is_ready = with(|exporter| exporter.is_ready()).unwrap_or(false);
    if is_ready {
        instrument::settle();
        send_next(false);
    } else {
        plan_for_the_rest();
    }
}

/// Takes one batch from the queue and sends it. False when nothing was sent.
fn send_next(before_exit: bool) -> bool {
    let Some(Some(batch)) = pipeline::with(|pipeline| pipeline.queue.take_batch()) else {
        return false;
    };
    send(batch, before_exit)
}

fn send(batch: Batch, before_exit: bool) -> bool {
    let Some(destination) = with(|exporter| Rc::clone(&exporter.destination)) else {
        return false;
    };
    let body = pipeline::with(|pipeline| encode(&batch, pipeline, &destination.resource))
        .unwrap_or_default();
    #[cfg(feature = "gzip")]
    let body = otlp::gzip(&body);
    let size = body.len();
    let keepalive = with(|exporter| exporter.fits_keepalive(size)).unwrap_or(false);
    if before_exit && !keepalive {
        pipeline::with(|pipeline| pipeline.queue.restore(batch));
        return false;
    }
    with(|exporter| exporter.started(size));
    let answer = send::post(&destination, &body, keepalive);
    wasm_bindgen_futures::spawn_local(async move { settle(batch, size, &answer.await) });
    true
}

fn encode(batch: &Batch, pipeline: &Pipeline, resource: &[u8]) -> Vec<u8> {
    // Encoded fields of one message may follow each other in pieces.
    let resource = [resource, batch.dropped.attributes().bytes()].concat();
    let mut scopes: Vec<ScopeSpans<'_>> = Vec::new();
    for (number, scope) in pipeline.scopes.iter().enumerate() {
        let of_scope = batch.spans.iter().filter(|span| span.scope == number);
        let spans: Vec<_> = of_scope.map(|span| &span.bytes[..]).collect();
        if !spans.is_empty() {
            scopes.push(ScopeSpans { scope, spans });
        }
    }
    otlp::encode_request(&resource, &scopes)
}

fn settle(batch: Batch, size: usize, answer: &Answer) {
    with(|exporter| exporter.finished(size));
    match verdict(answer.status) {
        Verdict::Delivered => {
            with(|exporter| exporter.backoff.reset());
        }
        Verdict::Retry => {
            pipeline::with(|pipeline| pipeline.queue.restore(batch));
            with(|exporter| exporter.block(answer.retry_after_ms));
        }
        Verdict::Split => split(batch),
        Verdict::Reject => reject(&batch, answer.status),
    }
    plan_for_the_rest();
}

fn split(batch: Batch) {
    match batch.split() {
        Ok((first, second)) => {
            send(first, false);
            send(second, false);
        }
        Err(single) => reject(&single, Some(413)),
    }
}

fn reject(batch: &Batch, status: Option<u16>) {
    let status = status.unwrap_or_default();
    diagnostics::warn_once(&format!(
        "the receiver refused spans with HTTP {status}; check the endpoint and its headers. They are dropped and counted."
    ));
    pipeline::with(|pipeline| pipeline.queue.reject(batch));
}

fn plan_for_the_rest() {
    let rest = pipeline::with(|pipeline| (pipeline.queue.is_empty(), pipeline.lingers()));
    match rest {
        Some((false, _)) => with(|exporter| exporter.plan(0.0)),
        Some((true, true)) => with(|exporter| exporter.plan(AFTER_ACTION_MS)),
        _ => None,
    };
}

impl Exporter {
    /// Makes sure of an attempt within `delay_ms`, or when the receiver may be asked again.
    fn plan(&mut self, delay_ms: f64) {
        if self.requests_in_flight > 0 {
            // Its answer plans the next one.
            return;
        }
        let now = platform::monotonic_ms();
        let due = (now + delay_ms).max(self.blocked_until_ms);
        if self.due_ms.is_none_or(|planned| due < planned) {
            self.due_ms = Some(due);
            self.timer.set(due - now);
        }
    }

    fn is_ready(&self) -> bool {
        self.requests_in_flight == 0 && platform::monotonic_ms() >= self.blocked_until_ms
    }

    fn fits_keepalive(&self, size: usize) -> bool {
        self.bytes_in_flight + size <= KEEPALIVE_BYTES
    }

    fn started(&mut self, size: usize) {
        self.requests_in_flight += 1;
        self.bytes_in_flight += size;
    }

    fn finished(&mut self, size: usize) {
        self.requests_in_flight -= 1;
        self.bytes_in_flight -= size;
    }

    fn block(&mut self, retry_after_ms: Option<f64>) {
        let pause = self.backoff.next_ms(retry_after_ms, platform::random());
        self.blocked_until_ms = platform::monotonic_ms() + pause;
    }
}

fn with<R>(f: impl FnOnce(&mut Exporter) -> R) -> Option<R> {
    let run = |cell: &RefCell<Option<Exporter>>| Some(f(cell.try_borrow_mut().ok()?.as_mut()?));
    EXPORTER.try_with(run).ok().flatten()
}
