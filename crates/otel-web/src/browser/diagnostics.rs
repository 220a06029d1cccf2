//! Warnings about telemetry itself, on the console.

use std::cell::RefCell;

use crate::browser::platform;

thread_local! {
    static REPORTED: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// Prints a warning on the console, once. A problem may occur again every second.
pub(crate) fn warn_once(message: &str) {
    let is_new = REPORTED.with(|reported| {
        let mut reported = reported.borrow_mut();
        let is_new = !reported.iter().any(|known| known == message);
        if is_new {
            reported.push(message.to_owned());
        }
        is_new
    });
    if is_new {
        platform::warn(&["otel-web: ", message].concat());
    }
}
