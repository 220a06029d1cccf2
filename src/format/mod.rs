//! How values read on the page. Pure: values in, text out, no clock and no DOM.

pub(crate) mod code;
pub(crate) mod message;
pub(crate) mod time;

/// What to call a user whose display name may not be known.
pub(crate) fn name<'a>(display_name: &'a str, handle: &'a str) -> &'a str {
    if display_name.is_empty() {
        handle
    } else {
        display_name
    }
}
