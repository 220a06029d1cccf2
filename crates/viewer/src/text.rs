//! Texts of senders: shortened, and isolated from the text around them.
//!
//! A text may contain characters that change the direction of writing, such as U+202E. So each one
//! is in a `<bdi>` element on the page, and between U+2068 and U+2069 in a tooltip or title.

use std::borrow::Cow;

use yew::prelude::*;

/// The maximum length of a name on one line.
pub(crate) const MAX_NAME_CHARS: usize = 200;

/// The maximum length of a text in a tooltip.
const MAX_TOOLTIP_CHARS: usize = 500;

const FIRST_STRONG_ISOLATE: char = '\u{2068}';
const POP_DIRECTIONAL_ISOLATE: char = '\u{2069}';

/// Renders a text that does not change the direction of the text around it.
pub(crate) fn bdi(text: &str) -> Html {
    html! { <bdi>{ without_unmatched_pops(text).into_owned() }</bdi> }
}

/// Renders at most [`MAX_NAME_CHARS`] of a text; see [`bdi`].
pub(crate) fn name(text: &str) -> Html {
    bdi(&truncate(text, MAX_NAME_CHARS))
}

/// Isolates a text for tooltips, titles and labels, which cannot contain elements.
pub(crate) fn isolated(text: &str) -> String {
    let text = truncate(text, MAX_TOOLTIP_CHARS);
    format!(
        "{FIRST_STRONG_ISOLATE}{}{POP_DIRECTIONAL_ISOLATE}",
        without_unmatched_pops(&text)
    )
}

/// Removes characters that would end an isolate outside of the text.
fn without_unmatched_pops(text: &str) -> Cow<'_, str> {
    if !text.contains(POP_DIRECTIONAL_ISOLATE) {
        return Cow::Borrowed(text);
    }
    let mut open = 0_usize;
    let is_matched = |character: &char| match character {
        '\u{2066}'..='\u{2068}' => {
            open += 1;
            true
        }
        &POP_DIRECTIONAL_ISOLATE => {
            let is_open = open > 0;
            open = open.saturating_sub(1);
            is_open
        }
        _ => true,
    };
    Cow::Owned(text.chars().filter(is_matched).collect())
}

/// Returns the first `max` characters, followed by an ellipsis if there are more.
pub(crate) fn truncate(text: &str, max: usize) -> Cow<'_, str> {
    match text.char_indices().nth(max) {
        Some((end, _)) => Cow::Owned(format!("{}…", &text[..end])),
        None => Cow::Borrowed(text),
    }
}

/// Returns at most `max` bytes of a text, cut between two characters.
pub(crate) fn prefix(text: &str, max: usize) -> &str {
    &text[..text.floor_char_boundary(max)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_truncated_between_characters() {
        assert_eq!(truncate("abc", 3), "abc");
        assert_eq!(truncate("äöü", 2), "äö…");
        assert_eq!(prefix("äöü", 3), "ä");
        assert_eq!(prefix("äöü", 99), "äöü");
    }

    #[test]
    fn a_text_cannot_end_the_isolate_around_it() {
        assert_eq!(isolated("a\u{202e}b"), "\u{2068}a\u{202e}b\u{2069}");
        assert_eq!(isolated("a\u{2069}b"), "\u{2068}ab\u{2069}");
        assert_eq!(
            isolated("\u{2067}a\u{2069}\u{2069}"),
            "\u{2068}\u{2067}a\u{2069}\u{2069}"
        );
    }
}
