//! Formats values as text. Pure functions, without access to the clock or the DOM.

use api_types::Activity;
pub(crate) use api_types::visible::display_name;
use api_types::visible::without_bidi_controls;

pub(crate) mod code;
pub(crate) mod message;
pub(crate) mod time;

/// The number of characters of a crud's text in its label.
const LABEL_MAX_CHARS: usize = 60;

/// Formats the accessible name of a crud: its author and the beginning of its text.
pub(crate) fn crud_label(activity: &Activity) -> String {
    let words = activity.message.split_whitespace();
    let text = words.collect::<Vec<_>>().join(" ");
    let mut label: String = text.chars().take(LABEL_MAX_CHARS).collect();
    if label.len() < text.len() {
        label.push('…');
    }
    without_bidi_controls(&format!("{}: {label}", activity.name()))
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
    fn crud_is_labeled_with_its_author_and_the_beginning_of_its_text() {
        let crud = |message: &str| Activity {
            display_name: "Worf".to_owned(),
            message: message.to_owned(),
            ..Activity::default()
        };
        assert_eq!(crud_label(&crud("no\n\nhonor")), "Worf: no honor");
        let long = "é".repeat(LABEL_MAX_CHARS + 1);
        let shown = "é".repeat(LABEL_MAX_CHARS);
        assert_eq!(crud_label(&crud(&long)), format!("Worf: {shown}…"));
        assert_eq!(crud_label(&crud("a\u{202e}b")), "Worf: ab");
    }

    #[test]
    fn only_one_is_singular() {
        assert_eq!(count_label(0, "reply", "replies"), "0 replies");
        assert_eq!(count_label(1, "reply", "replies"), "1 reply");
        assert_eq!(count_label(2, "reply", "replies"), "2 replies");
    }
}
