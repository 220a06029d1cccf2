//! Records ended spans for a test.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::future::poll_fn;
use std::rc::{Rc, Weak};
use std::task::{Poll, Waker};

use crate::browser::platform::{self, Timer};
use crate::core::slot;
use crate::instrument;
use crate::telemetry::Telemetry;
use crate::testing::span::Span;
use crate::testing::trace::Trace;
use crate::trace::hooks::{self, Hooks};
use crate::trace::pipeline::{self, Pipeline};

/// How long [`Recorder::trace`] waits. Traces usually end within milliseconds.
const WAIT_TIMEOUT_MS: f64 = 10_000.0;
/// How often [`Recorder::trace`] queues deferred spans, which get attributes such as their network
/// timings after they have ended.
const POLL_INTERVAL_MS: f64 = 40.0;

thread_local! {
    static RECORDERS: RefCell<Vec<Weak<RefCell<Vec<Span>>>>> = const { RefCell::new(Vec::new()) };
    /// The recorders that wait for spans.
    static WAITING: Cell<Vec<Waker>> = const { Cell::new(Vec::new()) };
}

/// Records the spans of its thread that end while it exists.
///
/// Recorded spans are exported as usual, if telemetry is installed with an endpoint. Several recorders
/// are independent of each other.
///
/// # Examples
///
/// ## Spans in a native test
///
/// ```
/// use opentelemetry::trace::{Tracer, TracerProvider};
/// use otel_web::testing::Recorder;
///
/// let recorder = Recorder::install();
/// let tracer = otel_web::TracerProvider::default().tracer("shop");
/// tracer.in_span("cart.total", |_| tracer.in_span("cart.discounts", |_| ()));
///
/// let names: Vec<_> = recorder.spans().into_iter().map(|span| span.name).collect();
/// assert_eq!(names, ["cart.discounts", "cart.total"]);
/// ```
#[must_use = "recording stops when the recorder is dropped"]
pub struct Recorder {
    spans: Rc<RefCell<Vec<Span>>>,
}

impl Recorder {
    /// Starts to record.
    ///
    /// If telemetry is not installed, installs it without an export, so that a test needs no other
    /// setup. Otherwise the settings of the existing installation apply.
    pub fn install() -> Self {
        if pipeline::with(|_| ()).is_none() {
            Telemetry::builder("test").install_without_export();
        }
        hooks::install(Hooks {
            on_queued: record,
            ..hooks::get()
        });
        let spans = Rc::default();
        RECORDERS.with(|recorders| recorders.borrow_mut().push(Rc::downgrade(&spans)));
        Self { spans }
    }

    /// Returns the spans recorded so far, in the order in which they ended.
    ///
    /// Includes spans that are deferred, for instance because their network timings are not known yet.
    #[must_use]
    pub fn spans(&self) -> Vec<Span> {
        instrument::observe_now();
        pipeline::with(Pipeline::flush_deferred);
        self.spans.borrow().clone()
    }

    /// Returns the traces recorded so far, ordered by their first span that has ended.
    ///
    /// Traces whose root is still open are included.
    #[must_use]
    pub fn traces(&self) -> Vec<Trace> {
        Trace::group(&self.spans())
    }

    /// Returns the first trace whose root has this name and has ended, without waiting.
    ///
    /// Use it natively. In a browser, where actions end asynchronously, use [`trace`](Self::trace).
    #[must_use]
    pub fn find(&self, root: &str) -> Option<Trace> {
        find(self.traces(), root)
    }

    /// Waits until a root with this name has ended, and returns its trace.
    ///
    /// Use it in a browser, where an action ends with the next frame after its work. Natively nothing
    /// happens while a test waits, so use [`find`](Self::find) there.
    ///
    /// # Panics
    ///
    /// Panics with the traces recorded so far if no such root has ended after 10 s.
    ///
    /// # Examples
    ///
    /// ## An action with a future
    ///
    /// ```no_run
    /// # async fn test() {
    /// use otel_web::testing::{Recorder, expect};
    ///
    /// let recorder = Recorder::install();
    /// otel_web::action("cart.clear").start().run(async {});
    /// recorder.trace("cart.clear").await.assert(&expect::action("cart.clear").only());
    /// # }
    /// ```
    pub async fn trace(&self, root: &str) -> Trace {
        let deadline_ms = platform::monotonic_ms() + WAIT_TIMEOUT_MS;
        while platform::monotonic_ms() < deadline_ms {
            let traces = Trace::group(&self.spans.borrow());
            if let Some(trace) = find(traces, root) {
                return trace;
            }
            sleep().await;
            instrument::observe_now();
            pipeline::with(Pipeline::flush_due_deferred);
        }
        panic!("no root {root} ended within 10 s\n{self:?}");
    }
}

impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let traces = self.traces();
        writeln!(f, "recorded traces: {}", traces.len())?;
        traces.iter().try_for_each(|trace| write!(f, "{trace}"))
    }
}

fn find(traces: Vec<Trace>, root: &str) -> Option<Trace> {
    let has_root = |trace: &Trace| trace.root().is_some_and(|span| span.name == root);
    traces.into_iter().find(has_root)
}

async fn sleep() {
    let mut timer = Timer::new(wake);
    timer.set(POLL_INTERVAL_MS);
    let mut is_first = true;
    poll_fn(|cx| {
        if std::mem::take(&mut is_first) {
            slot::with_default(&WAITING, |waiting| waiting.push(cx.waker().clone()));
            return Poll::Pending;
        }
        Poll::Ready(())
    })
    .await;
}

fn wake() {
    let waiting = slot::with_default(&WAITING, std::mem::take);
    waiting.into_iter().for_each(Waker::wake);
}

/// Adds a span to all recorders. Called with each span that is queued for export.
fn record(encoded: &[u8]) {
    RECORDERS.with(|recorders| {
        let mut recorders = recorders.borrow_mut();
        recorders.retain(|recorder| recorder.strong_count() > 0);
        for spans in recorders.iter().filter_map(Weak::upgrade) {
            spans.borrow_mut().push(Span::decode(encoded));
        }
    });
}
