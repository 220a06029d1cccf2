//! The form in which texts are compared by searches: without case, width, accents and punctuation.
//!
//! The words of a text are separated by `_`, so that a part of a text is a part of its form in any
//! language, with or without spaces between words.

use std::ops::RangeInclusive;

use icu_normalizer::{ComposingNormalizerBorrowed, DecomposingNormalizerBorrowed};
use icu_properties::{
    CodePointMapData, CodePointSetData,
    props::{DefaultIgnorableCodePoint, GeneralCategory, GeneralCategoryGroup as Group},
};

/// The maximum length of the form of a message, in characters. Longer ones are truncated: a few
/// ligatures have 18 characters.
const MAX_MESSAGE_CHARS: usize = 4096;
/// Separates words.
const SEPARATOR: char = '_';

/// Marks that readers leave out: accents, which are also stacked for fun ("Zalgo"), and the vowels of
/// Hebrew and Arabic. Marks of other scripts, such as the vowels of Hindi and Thai, tell words apart.
const OPTIONAL_MARKS: [RangeInclusive<char>; 10] = [
    '\u{300}'..='\u{36f}',
    '\u{483}'..='\u{489}',
    '\u{591}'..='\u{5c7}',
    '\u{610}'..='\u{61a}',
    '\u{64b}'..='\u{65f}',
    '\u{670}'..='\u{670}',
    '\u{6d6}'..='\u{6ed}',
    '\u{1ab0}'..='\u{1aff}',
    '\u{1dc0}'..='\u{1dff}',
    '\u{20d0}'..='\u{20ff}',
];
/// Stretches Arabic letters.
const TATWEEL: char = '\u{640}';

/// Returns the form of a message.
pub(super) fn message(text: &str) -> String {
    let folded = fold(text);
    match folded.char_indices().nth(MAX_MESSAGE_CHARS) {
        Some((end, _)) => folded[..end].to_owned(),
        None => folded,
    }
}

/// Returns the form of a text. It is empty for text without letters, digits and symbols.
pub(super) fn fold(text: &str) -> String {
    let categories = CodePointMapData::<GeneralCategory>::new();
    let ignorable = CodePointSetData::new::<DefaultIgnorableCodePoint>();
    let mut folded = String::with_capacity(text.len());
    for c in DecomposingNormalizerBorrowed::new_nfkd()
        .normalize(text)
        .chars()
    {
        let category = categories.get(c);
        if Group::Punctuation.contains(category)
            || Group::Separator.contains(category)
            || category == GeneralCategory::Control
        {
            if !folded.is_empty() && !folded.ends_with(SEPARATOR) {
                folded.push(SEPARATOR);
            }
        } else if !is_optional(c, category) && !ignorable.contains(c) {
            // The way through uppercase makes "ß" equal to "ss", and "ς" to "σ".
            folded.extend(c.to_uppercase().flat_map(char::to_lowercase));
        }
    }
    let folded = ComposingNormalizerBorrowed::new_nfc().normalize(&folded);
    folded.trim_end_matches(SEPARATOR).to_owned()
}

/// Returns the form of a hashtag by which its uses are counted: `#Été` and `#ＥＴＥ` are different,
/// `#Été` and `#ÉTÉ` are not.
pub(super) fn hashtag(tag: &str) -> String {
    let nfkc = ComposingNormalizerBorrowed::new_nfkc();
    let lowercase = nfkc.normalize(tag).to_lowercase();
    nfkc.normalize(&lowercase).into_owned()
}

fn is_optional(c: char, category: GeneralCategory) -> bool {
    c == TATWEEL
        || (Group::Mark.contains(category) && OPTIONAL_MARKS.iter().any(|range| range.contains(&c)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_width_and_accents_do_not_matter() {
        for text in [
            "Été",
            "ete",
            "E\u{301}TE\u{301}",
            "ÊTË",
            "ＥＴＥ",
            "e\u{334}\u{489}t\u{20dd}e",
        ] {
            assert_eq!(fold(text), "ete", "{text}");
        }
        assert_eq!(
            fold("İstanbul ΣΊΣΥΦΟΣ Straße ﬁn"),
            "istanbul_σισυφοσ_strasse_fin"
        );
        assert_eq!(fold("ｶﾞﾗｽ"), fold("ガラス"));
        assert_ne!(fold("か"), fold("が"));
        assert_eq!(fold("한국"), "한국");
    }

    #[test]
    fn vowels_are_optional_where_readers_leave_them_out() {
        assert_eq!(fold("مَرْحَبًا"), "مرحبا");
        assert_eq!(fold("شَـــلَام"), fold("شلام"));
        assert_eq!(fold("שָׁלוֹם"), "שלום");
        assert_eq!(fold("हिन्दी"), "हिन्दी");
        assert_eq!(fold("ที่นี่"), "ที่นี่");
    }

    #[test]
    fn punctuation_separates_words() {
        assert_eq!(
            fold("\"node.js\", a\tb\0c — ¡Sí! 「東京」。"),
            "node_js_a_b_c_si_東京"
        );
        assert_eq!(fold("snake_case C++"), "snake_case_c++");
        for text in ["", " ", "!?", "%\\", "\u{301}", "\u{200d}", "。、"] {
            assert_eq!(fold(text), "", "{text}");
        }
    }

    #[test]
    fn invisible_characters_do_not_separate() {
        assert_eq!(
            fold("soft\u{ad}hyphen می\u{200c}خواهم"),
            "softhyphen_میخواهم"
        );
        assert_eq!(fold("❤\u{fe0f}👨\u{200d}👩"), "❤👨👩");
    }

    #[test]
    fn form_of_a_message_is_bounded() {
        let chars = message(&"\u{fdfa}".repeat(1024)).chars().count();
        assert_eq!(chars, MAX_MESSAGE_CHARS);
    }

    #[test]
    fn hashtags_differ_by_accents_only() {
        assert_eq!(hashtag("ÉTÉ"), hashtag("e\u{301}te\u{301}"));
        assert_eq!(hashtag("Ｒｕｓｔ"), "rust");
        assert_ne!(hashtag("été"), hashtag("ete"));
    }
}
