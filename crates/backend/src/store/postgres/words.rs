//! The words of a text, in the form in which PostgreSQL searches them.
//!
//! The rules are those of SQLite's tokenizer `unicode61 remove_diacritics 2`, so that both databases
//! find the same: letters and digits make a word, and case and diacritics do not matter.

use icu_normalizer::DecomposingNormalizerBorrowed;

/// Returns the words, each between spaces: ` i am worf `. The result for text without words is
/// empty.
pub(in crate::store) fn spaced(text: &str) -> String {
    let mut spaced = String::with_capacity(text.len() + 2);
    for word in words(text) {
        spaced.push(' ');
        spaced.push_str(&word);
    }
    if !spaced.is_empty() {
        spaced.push(' ');
    }
    spaced
}

fn words(text: &str) -> Vec<String> {
    let folded = DecomposingNormalizerBorrowed::new_nfd().normalize(text);
    let folded: String = folded
        .chars()
        .filter(|c| !is_diacritic(*c))
        .flat_map(char::to_lowercase)
        .filter(|c| !is_diacritic(*c))
        .collect();
    folded
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Returns whether the character is in the block "Combining Diacritical Marks".
fn is_diacritic(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_and_diacritics_do_not_matter() {
        for text in ["Été", "ete", "E\u{301}TE\u{301}", "ÊTË"] {
            assert_eq!(spaced(text), " ete ", "{text}");
        }
        assert_eq!(spaced("İstanbul"), " istanbul ");
    }

    #[test]
    fn other_characters_separate_words() {
        assert_eq!(spaced("node.js, #Gagh_1 100%"), " node js gagh 1 100 ");
        assert_eq!(spaced("日本語 مرحبا"), " 日本語 مرحبا ");
        for text in ["", " ", "!?", "🎉", "%_\\", "\u{301}"] {
            assert_eq!(spaced(text), "", "{text}");
        }
    }
}
