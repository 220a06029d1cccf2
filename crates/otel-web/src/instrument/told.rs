//! Attributes from what the browser tells, where it does.

use crate::otlp::Attributes;

/// A duration, if it is known. In eighths of a millisecond: as much as browsers tell, and in few
/// bytes once compressed.
pub(crate) fn set_ms(to: &mut Attributes, key: &str, ms: f64) {
    if !ms.is_nan() {
        to.set(key, (ms.max(0.0) * 8.0).round_ties_even() / 8.0);
    }
}

/// A text, if there is one.
#[cfg(any(feature = "document-load", feature = "long-animation-frames"))]
pub(crate) fn set_text(to: &mut Attributes, key: &str, text: Option<&str>) {
    if let Some(text) = text {
        to.set(key, text);
    }
}
