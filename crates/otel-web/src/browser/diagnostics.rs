//! Warnings about telemetry itself, on the console.

use std::cell::Cell;

use crate::browser::platform;

thread_local! {
    static REPORTED: Cell<Vec<String>> = const { Cell::new(Vec::new()) };
}

/// Prints a warning on the console, once. A problem may occur again every second.
pub(crate) fn warn_once(message: &str) {
    let mut reported = REPORTED.take();
    let is_new = !reported.iter().any(|known| known == message);
    if is_new {
        reported.push(message.to_owned());
    }
    REPORTED.set(reported);
    if is_new {
        platform::warn(&["otel-web: ", message].concat());
    }
}
