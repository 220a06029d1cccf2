//! The observer of ended root spans. It is called after a root span was queued for export.

use std::borrow::Cow;
use std::fmt;
use std::rc::Rc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use opentelemetry::trace::{SpanContext, Status};
use wasm_bindgen_futures::spawn_local;

use crate::core::clock::UnixNanos;
use crate::core::record::SpanRecord;

/// The root span of a trace that has ended.
///
/// The observer of [`Builder::on_root_end`](crate::Builder::on_root_end) gets it. The root of an action, a
/// page load or a navigation ends when everything below it is done. A page load that continues a trace
/// of the server is a root here as well.
#[derive(Clone, Debug)]
pub struct EndedRoot {
    context: SpanContext,
    name: Cow<'static, str>,
    start: UnixNanos,
    end: UnixNanos,
    status: Status,
}

impl EndedRoot {
    fn of(record: &SpanRecord) -> Self {
        Self {
            context: record.context.clone(),
            name: record.name.clone(),
            start: record.start,
            end: record.end,
            status: record.status.clone(),
        }
    }

    /// Returns the name, such as `cart.add`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns trace id, span id and flags. Viewers find a trace by `span_context().trace_id()`.
    #[must_use]
    pub fn span_context(&self) -> &SpanContext {
        &self.context
    }

    /// Returns when the span started: an action starts at the time of its DOM event.
    #[must_use]
    pub fn start(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_nanos(self.start)
    }

    /// Returns the time from the start to the end.
    #[must_use]
    pub fn duration(&self) -> Duration {
        Duration::from_nanos(self.end.saturating_sub(self.start))
    }

    /// Returns the status. The description of an error is the message of its exception.
    #[must_use]
    pub fn status(&self) -> &Status {
        &self.status
    }
}

/// The application's observer.
#[derive(Clone)]
pub(crate) struct RootObserver(pub(crate) Rc<dyn Fn(&EndedRoot)>);

impl RootObserver {
    /// Calls the observer in a microtask: the pipeline is in use now, and the observer may render.
    pub(crate) fn notify(&self, record: &SpanRecord) {
        if record.is_local_root() {
            let (observer, root) = (self.0.clone(), EndedRoot::of(record));
            spawn_local(async move { observer(&root) });
        }
    }
}

impl fmt::Debug for RootObserver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RootObserver")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::record::tests::record;

    #[test]
    fn duration_and_start_are_those_of_the_span() {
        let root = EndedRoot::of(&record("cart.add"));
        assert_eq!(root.name(), "cart.add");
        assert_eq!(root.start(), UNIX_EPOCH + Duration::from_nanos(1_000));
        assert_eq!(root.duration(), Duration::from_nanos(1_000));
        assert_eq!(root.status(), &Status::Unset);
    }
}
