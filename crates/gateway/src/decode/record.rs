//! What spans and log records have in common when they are received.

use bytes::Bytes;
use trace_model::TraceId;

use super::{Batch, ReceivedLog, Signal, reason::SpanError, validate};

/// A span or a log record, validated but still encoded.
pub(crate) trait Record: Send + Sized + 'static {
    const SIGNAL: Signal;

    /// Returns the numbers of fields to remove, because receivers reject a whole batch because of
    /// their values.
    fn invalid_fields(_message: &Bytes) -> &'static [u32] {
        &[]
    }

    /// Validates a message whose shape was checked.
    fn validate(message: Bytes) -> Result<Self, SpanError>;

    /// Replaces the encoded message by an equal one with repaired texts.
    fn set_body(&mut self, body: Bytes);

    /// Returns the encoded message.
    #[cfg(any(test, feature = "fuzzing"))]
    fn into_body(self) -> Bytes;

    /// Marks a record that was imported, so that no sink gets it.
    fn mark_imported(&mut self);

    /// Wraps a batch, for code that handles both kinds.
    fn records(batch: Batch<Self>) -> Records;
}

/// A batch of either kind.
#[derive(Clone, Debug)]
pub(crate) enum Records {
    Spans(Batch<ReceivedSpan>),
    Logs(Batch<ReceivedLog>),
}

impl Records {
    pub(crate) fn is_empty(&self) -> bool {
        match self {
            Self::Spans(batch) => is_empty(batch),
            Self::Logs(batch) => is_empty(batch),
        }
    }
}

fn is_empty<R>(batch: &Batch<R>) -> bool {
    batch.iter().all(|(_, records)| records.is_empty())
}

/// A span's ids and its encoded `Span` message.
#[derive(Clone, Debug)]
pub(crate) struct ReceivedSpan {
    pub(crate) trace_id: TraceId,
    pub(crate) span_id: [u8; 8],
    pub(crate) body: Bytes,
    /// The span replaces a stored one with the same ids.
    pub(crate) is_revision: bool,
    /// The span was imported, so no sink gets it.
    pub(crate) local_only: bool,
}

impl Record for ReceivedSpan {
    const SIGNAL: Signal = Signal::Traces;

    fn validate(message: Bytes) -> Result<Self, SpanError> {
        validate::validate(message)
    }

    fn set_body(&mut self, body: Bytes) {
        self.body = body;
    }

    #[cfg(any(test, feature = "fuzzing"))]
    fn into_body(self) -> Bytes {
        self.body
    }

    fn mark_imported(&mut self) {
        self.local_only = true;
    }

    fn records(batch: Batch<Self>) -> Records {
        Records::Spans(batch)
    }
}
