//! Texts that senders wrote: cut to what can be read, and kept from turning their neighbors.
//!
//! A text may hold characters that change the direction of writing, such as U+202E. On the page
//! each such text is in a `<bdi>` element, and in a tooltip or title between U+2068 and U+2069.

use std::borrow::Cow;

use yew::prelude::*;

/// How much of a name stands in a line, in characters.
pub(crate) const MAX_NAME_CHARS: usize = 200;

/// How much of a text a tooltip shows, in characters.
const MAX_TOOLTIP_CHARS: usize = 500;

const FIRST_STRONG_ISOLATE: char = '\u{2068}';
const POP_DIRECTIONAL_ISOLATE: char = '\u{2069}';

/// The text in an element of its own, whose direction ends with it.
pub(crate) fn bdi(text: &str) -> Html {
    html! { <bdi>{ closed(text).into_owned() }</bdi> }
}

/// At most [`MAX_NAME_CHARS`] of a text, in an element of its own.
pub(crate) fn name(text: &str) -> Html {
    bdi(&cut(text, MAX_NAME_CHARS))
}

/// For tooltips, titles and labels, which have no elements.
pub(crate) fn isolated(text: &str) -> String {
    let text = cut(text, MAX_TOOLTIP_CHARS);
    format!(
        "{FIRST_STRONG_ISOLATE}{}{POP_DIRECTIONAL_ISOLATE}",
        closed(&text)
    )
}

/// The text without ends of isolates that began before it.
fn closed(text: &str) -> Cow<'_, str> {
    if !text.contains(POP_DIRECTIONAL_ISOLATE) {
        return Cow::Borrowed(text);
    }
    let mut open = 0_usize;
    let is_ours = |character: &char| match character {
        '\u{2066}'..='\u{2068}' => {
            open += 1;
            true
        }
        &POP_DIRECTIONAL_ISOLATE => {
            let opened = open > 0;
            open = open.saturating_sub(1);
            opened
        }
        _ => true,
    };
    Cow::Owned(text.chars().filter(is_ours).collect())
}

/// The first `max` characters, and an ellipsis where there are more.
pub(crate) fn cut(text: &str, max: usize) -> Cow<'_, str> {
    match text.char_indices().nth(max) {
        Some((end, _)) => Cow::Owned(format!("{}…", &text[..end])),
        None => Cow::Borrowed(text),
    }
}

/// At most `max` bytes of a text, ending between two characters.
pub(crate) fn start_of(text: &str, max: usize) -> &str {
    &text[..text.floor_char_boundary(max)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_cut_between_characters() {
        assert_eq!(cut("abc", 3), "abc");
        assert_eq!(cut("äöü", 2), "äö…");
        assert_eq!(start_of("äöü", 3), "ä");
        assert_eq!(start_of("äöü", 99), "äöü");
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
