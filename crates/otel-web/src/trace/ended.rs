//! The facts about an ended span.

use crate::trace::active_spans::SpanKey;

/// The facts about an ended span that the exporter's timing depends on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ended {
    pub(crate) is_local_root: bool,
    /// The span, or another one of its trace, may still change.
    pub(crate) is_deferred: bool,
    /// The owner of an action that ended while handles of it exist. They no longer release it.
    pub(super) released: Option<SpanKey>,
}
