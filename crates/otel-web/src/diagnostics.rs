//! What the SDK has to say about itself, told on the console.

use std::cell::RefCell;

use crate::platform;

thread_local! {
    static TOLD: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// Says a thing on the console, the first time only: a page may meet the same trouble every second.
pub(crate) fn warn_once(message: &str) {
    let is_new = TOLD.with(|told| {
        let mut told = told.borrow_mut();
        let is_new = !told.iter().any(|known| known == message);
        if is_new {
            told.push(message.to_owned());
        }
        is_new
    });
    if is_new {
        platform::warn(&["otel-web: ", message].concat());
    }
}
