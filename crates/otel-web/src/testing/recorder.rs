//! Keeping ended spans for a test.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::future::poll_fn;
use std::rc::{Rc, Weak};
use std::task::{Poll, Waker};

use super::{Span, Trace};
use crate::platform::{self, Timer};
use crate::{Telemetry, instrument, pipeline};

/// How long [`Recorder::trace`] waits. What a browser does meanwhile takes milliseconds.
const PATIENCE_MS: f64 = 10_000.0;
/// Some spans are told something after they have ended, such as their network timings. How often
/// those are asked for that have heard all.
const TICK_MS: f64 = 40.0;

thread_local! {
    static RECORDERS: RefCell<Vec<Weak<RefCell<Vec<Span>>>>> = const { RefCell::new(Vec::new()) };
}

/// Keeps the spans that end while it exists, whether they are sent somewhere or not.
#[must_use = "recording stops when the recorder is dropped"]
pub struct Recorder {
    spans: Rc<RefCell<Vec<Span>>>,
}

impl Recorder {
    /// Starts to record. Where telemetry is off, switches it on without sending anything, so that a
    /// test needs no more than this.
    pub fn install() -> Self {
        if pipeline::with(|_| ()).is_none() {
            Telemetry::builder("test").install_unsent();
        }
        let spans = Rc::default();
        RECORDERS.with(|recorders| recorders.borrow_mut().push(Rc::downgrade(&spans)));
        Self { spans }
    }

    /// The spans so far, in the order in which they ended.
    #[must_use]
    pub fn spans(&self) -> Vec<Span> {
        instrument::flush_observers();
        self.spans.borrow().clone()
    }

    /// The traces so far, the first to have a span that ended first.
    #[must_use]
    pub fn traces(&self) -> Vec<Trace> {
        Trace::group(&self.spans())
    }

    /// The first trace whose root has this name and has ended.
    #[must_use]
    pub fn find(&self, root: &str) -> Option<Trace> {
        find(self.traces(), root)
    }

    /// Waits, in a browser, until a root of this name has ended: an action ends with the next frame
    /// after its work. On a host nothing happens while a test waits; there, use [`find`](Self::find).
    ///
    /// # Panics
    /// When it has not ended after 10 s, with the traces there are.
    pub async fn trace(&self, root: &str) -> Trace {
        let deadline_ms = platform::monotonic_ms() + PATIENCE_MS;
        while platform::monotonic_ms() < deadline_ms {
            let traces = Trace::group(&self.spans.borrow());
            if let Some(trace) = find(traces, root) {
                return trace;
            }
            tick().await;
            instrument::flush_due_observers();
        }
        panic!("waited 10 s for {root} to end\n{self:?}");
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
    let is_it = |trace: &Trace| trace.root().is_some_and(|span| span.name == root);
    traces.into_iter().find(is_it)
}

async fn tick() {
    let waiting = Rc::new(Cell::new(None::<Waker>));
    let mut timer = Timer::new({
        let waiting = Rc::clone(&waiting);
        move || waiting.take().into_iter().for_each(Waker::wake)
    });
    timer.set(TICK_MS);
    let mut is_first = true;
    poll_fn(|cx| {
        if std::mem::take(&mut is_first) {
            waiting.set(Some(cx.waker().clone()));
            return Poll::Pending;
        }
        Poll::Ready(())
    })
    .await;
}

/// Called with each span that is queued for export.
pub(crate) fn keep(encoded: &[u8]) {
    RECORDERS.with(|recorders| {
        let mut recorders = recorders.borrow_mut();
        recorders.retain(|recorder| recorder.strong_count() > 0);
        for spans in recorders.iter().filter_map(Weak::upgrade) {
            spans.borrow_mut().push(Span::decode(encoded));
        }
    });
}
