//! Setters for attributes whose value the browser may not know.

use crate::core::otlp::attributes::Attributes;

/// Sets a duration, unless it is NaN.
pub(crate) fn set_ms(to: &mut Attributes, key: &str, ms: f64) {
    if !ms.is_nan() {
        to.set(key, rounded_ms(ms.max(0.0)));
    }
}

/// Rounds to eighths of a millisecond: browsers measure no finer, and the shorter mantissa
/// compresses better.
pub(crate) fn rounded_ms(ms: f64) -> f64 {
    (ms * 8.0).round_ties_even() / 8.0
}

/// Sets a text, unless it is `None`.
pub(crate) fn set_text(to: &mut Attributes, key: &str, text: Option<&str>) {
    if let Some(text) = text {
        to.set(key, text);
    }
}
