//! Formats values as text. Pure functions, without access to the clock or the DOM.

use api_types::visible::is_blank;

pub(crate) mod code;
pub(crate) mod message;
pub(crate) mod time;

/// Returns the display name, or the handle if the display name is blank.
pub(crate) fn display_name<'a>(display_name: &'a str, handle: &'a str) -> &'a str {
    if is_blank(display_name) {
        handle
    } else {
        display_name
    }
}

/// Formats a count with its noun: "3 likes", "1 reply".
pub(crate) fn count_label(count: u32, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn handle_replaces_a_blank_display_name() {
        assert_eq!(display_name("Worf", "worf"), "Worf");
        assert_eq!(display_name("", "worf"), "worf");
        assert_eq!(display_name("\u{200b}", "worf"), "worf");
    }

    #[test]
    fn only_one_is_singular() {
        assert_eq!(count_label(0, "reply", "replies"), "0 replies");
        assert_eq!(count_label(1, "reply", "replies"), "1 reply");
        assert_eq!(count_label(2, "reply", "replies"), "2 replies");
    }
}
