//! Invisible characters, and line counts.

use std::ops::RangeInclusive;

/// Characters without a visible glyph: Unicode's `Default_Ignorable_Code_Point`, format and control
/// characters, and letters with an empty glyph. White space is left to [`char::is_whitespace`].
const INVISIBLE: [RangeInclusive<char>; 25] = [
    '\u{0}'..='\u{1f}',
    '\u{7f}'..='\u{9f}',
    '\u{ad}'..='\u{ad}',
    '\u{34f}'..='\u{34f}',
    '\u{61c}'..='\u{61c}',
    '\u{115f}'..='\u{1160}',
    '\u{17b4}'..='\u{17b5}',
    '\u{180b}'..='\u{180f}',
    '\u{200b}'..='\u{200f}',
    '\u{202a}'..='\u{202e}',
    '\u{2060}'..='\u{206f}',
    '\u{2800}'..='\u{2800}',
    '\u{3164}'..='\u{3164}',
    '\u{fe00}'..='\u{fe0f}',
    '\u{feff}'..='\u{feff}',
    '\u{ffa0}'..='\u{ffa0}',
    '\u{fff0}'..='\u{fffb}',
    '\u{16fe4}'..='\u{16fe4}',
    '\u{13430}'..='\u{13440}',
    '\u{1bca0}'..='\u{1bca3}',
    '\u{1d159}'..='\u{1d159}',
    '\u{1d173}'..='\u{1d17a}',
    '\u{e0000}'..='\u{e0fff}',
    '\u{fdd0}'..='\u{fdef}',
    '\u{fffe}'..='\u{ffff}',
];

/// Bidirectional controls. They change the direction of the text after them, even beyond the end
/// of the string.
const BIDI_CONTROLS: [RangeInclusive<char>; 4] = [
    '\u{61c}'..='\u{61c}',
    '\u{200e}'..='\u{200f}',
    '\u{202a}'..='\u{202e}',
    '\u{2066}'..='\u{2069}',
];

/// Line terminators. The pair `\r\n` is one terminator.
const LINE_TERMINATORS: [char; 7] = [
    '\n', '\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}',
];

/// Returns whether the text has no visible character.
#[must_use]
pub fn is_blank(text: &str) -> bool {
    !text.chars().any(is_visible)
}

/// Returns whether the character has a visible glyph.
#[must_use]
pub fn is_visible(c: char) -> bool {
    !c.is_whitespace() && !INVISIBLE.iter().any(|range| range.contains(&c))
}

/// Returns the text without bidirectional controls, for contexts that cannot isolate it, such as a
/// window title.
#[must_use]
pub fn without_bidi_controls(text: &str) -> String {
    let is_control = |c: &char| BIDI_CONTROLS.iter().any(|range| range.contains(c));
    text.chars().filter(|c| !is_control(c)).collect()
}

/// Returns whether the text has line breaks or control characters, or bidirectional controls, which
/// would also affect the text after it. The joiners of emoji are allowed.
#[must_use]
pub fn disturbs_line(text: &str) -> bool {
    let is_bidi = |c: char| BIDI_CONTROLS.iter().any(|range| range.contains(&c));
    text.chars()
        .any(|c| c.is_control() || LINE_TERMINATORS.contains(&c) || is_bidi(c))
}

/// Counts the lines of the text as displayed, including empty lines.
#[must_use]
pub fn count_lines(text: &str) -> usize {
    let pairs = text.matches("\r\n").count();
    1 + text.matches(LINE_TERMINATORS).count() - pairs
}

/// Returns the display name, or the handle if the display name is blank.
#[must_use]
pub fn display_name<'a>(display_name: &'a str, handle: &'a str) -> &'a str {
    if is_blank(display_name) {
        handle
    } else {
        display_name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invisible_characters_are_blank() {
        for c in [
            '\u{200b}',
            '\u{200d}',
            '\u{2060}',
            '\u{feff}',
            '\u{ad}',
            '\u{34f}',
            '\u{61c}',
            '\u{115f}',
            '\u{1160}',
            '\u{3164}',
            '\u{ffa0}',
            '\u{2800}',
            '\u{180e}',
            '\u{fe0f}',
            '\u{e0020}',
            '\u{e0100}',
            '\u{202e}',
            '\u{2066}',
            '\u{2069}',
            '\u{17b4}',
            '\0',
            '\u{1b}',
            '\u{7f}',
            '\u{85}',
            '\u{a0}',
            '\u{3000}',
            '\u{2028}',
            '\u{1d159}',
            '\u{1d173}',
            '\u{206a}',
            '\u{fffb}',
        ] {
            assert!(is_blank(&format!(" {c}\n{c}")), "{:x}", u32::from(c));
        }
        assert!(is_blank(""));
    }

    #[test]
    fn letters_emoji_and_lone_marks_are_visible() {
        for text in [
            "a",
            "é",
            "東",
            "م",
            "ไ",
            "🎉",
            "👨‍👩‍👧",
            "🏴󠁧󠁢󠁳󠁣󠁴󠁿",
            "❤️",
            "\u{301}",
            "-",
            ".",
            "\u{fffd}",
            "\u{200f}م",
            "한",
            "ﾊ",
        ] {
            assert!(!is_blank(text), "{text}");
        }
    }

    #[test]
    fn each_line_terminator_counts_once() {
        assert_eq!(count_lines(""), 1);
        assert_eq!(
            count_lines("a\nb\r\nc\rd\u{2028}e\u{2029}f\u{b}g\u{c}h\u{85}i"),
            9
        );
        assert_eq!(count_lines("\n\n"), 3);
        assert_eq!(count_lines("\n\r"), 3);
    }

    #[test]
    fn line_is_disturbed_by_controls_and_not_by_emoji() {
        for text in [
            "a\nb",
            "a\u{2028}",
            "\u{202e}a",
            "a\u{2066}",
            "\0",
            "\u{85}",
        ] {
            assert!(disturbs_line(text), "{text:?}");
        }
        for text in ["Andrew Brown", "👨‍👩‍👧", "مرحبا", "é", ""] {
            assert!(!disturbs_line(text), "{text}");
        }
    }

    #[test]
    fn only_bidi_controls_are_removed() {
        assert_eq!(
            without_bidi_controls("\u{202e}evil\u{2069}\u{200f}\u{61c}"),
            "evil"
        );
        assert_eq!(without_bidi_controls("مرحبا 👨‍👩‍👧"), "مرحبا 👨‍👩‍👧");
    }
}
