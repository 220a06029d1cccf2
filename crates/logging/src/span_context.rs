//! The ids that connect a log line to a trace.

use std::fmt;

/// The ids of the span in which an event is logged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SpanContext {
    /// The trace id, 16 bytes as in W3C Trace Context.
    pub trace_id: [u8; 16],
    /// The span id, 8 bytes.
    pub span_id: [u8; 8],
}

impl SpanContext {
    pub(crate) fn trace_id(&self) -> impl fmt::Display {
        Hex(self.trace_id)
    }

    pub(crate) fn span_id(&self) -> impl fmt::Display {
        Hex(self.span_id)
    }
}

/// Bytes as lowercase hex digits.
struct Hex<const N: usize>([u8; N]);

impl<const N: usize> fmt::Display for Hex<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}
