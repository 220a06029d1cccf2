//! Settings that are on or off.

use clap::builder::{PossibleValuesParser, TypedValueParser};

/// Parses `on` and `off`.
pub(crate) fn on_off() -> impl TypedValueParser<Value = bool> {
    PossibleValuesParser::new(["on", "off"]).map(|value| value == "on")
}
