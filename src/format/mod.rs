//! How values read on the page. Pure: values in, text out, no clock and no DOM.

use api_types::visible::is_blank;

pub(crate) mod code;
pub(crate) mod message;
pub(crate) mod time;

/// What to call a user whose display name may not be known.
pub(crate) fn name<'a>(display_name: &'a str, handle: &'a str) -> &'a str {
    if is_blank(display_name) {
        handle
    } else {
        display_name
    }
}

/// "3 likes", "1 reply".
pub(crate) fn in_words(count: u32, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_without_a_display_name_is_called_by_the_handle() {
        assert_eq!(name("Worf", "worf"), "Worf");
        assert_eq!(name("", "worf"), "worf");
        assert_eq!(name("\u{200b}", "worf"), "worf");
    }

    #[test]
    fn only_one_is_singular() {
        assert_eq!(in_words(0, "reply", "replies"), "0 replies");
        assert_eq!(in_words(1, "reply", "replies"), "1 reply");
        assert_eq!(in_words(2, "reply", "replies"), "2 replies");
    }
}
