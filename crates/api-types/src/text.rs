//! Hashtags and mentions in a message.
//!
//! The page links them, and the back end counts hashtags and notifies mentioned accounts.

use crate::visible::is_visible;

/// A part of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part<'a> {
    Text(&'a str),
    /// A hashtag, without the `#`.
    Hashtag(&'a str),
    /// A handle, without the `@`.
    Mention(&'a str),
}

/// Splits a message into text, hashtags and mentions.
///
/// The parts, with their `#` and `@`, concatenate to the message.
///
/// ```
/// use api_types::text::{Part, parts};
///
/// assert_eq!(
///     parts("Hi @worf #tracing"),
///     [Part::Text("Hi "), Part::Mention("worf"), Part::Text(" "), Part::Hashtag("tracing")]
/// );
/// ```
#[must_use]
pub fn parts(message: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut text_start = 0;
    let mut at = 0;
    while let Some(offset) = message[at..].find(['#', '@']) {
        let sign = at + offset;
        let word = word_after(message, sign);
        at = sign + 1 + word.len();
        let part = part_of(&message[sign..=sign], word);
        if let Some(part) = part.filter(|_| !follows_word(message, sign)) {
            push_text(&mut parts, &message[text_start..sign]);
            parts.push(part);
            text_start = at;
        }
    }
    push_text(&mut parts, &message[text_start..]);
    parts
}

/// Returns the hashtags of a message, in order and as written.
pub fn hashtags(message: &str) -> impl Iterator<Item = &str> {
    parts(message).into_iter().filter_map(|part| match part {
        Part::Hashtag(tag) => Some(tag),
        Part::Text(_) | Part::Mention(_) => None,
    })
}

/// Returns the handles that a message mentions, in order and as written.
pub fn mentions(message: &str) -> impl Iterator<Item = &str> {
    parts(message).into_iter().filter_map(|part| match part {
        Part::Mention(handle) => Some(handle),
        Part::Text(_) | Part::Hashtag(_) => None,
    })
}

/// Returns the words of a search term that contain a letter, a digit or an emoji.
///
/// Control characters separate words, like white space.
pub fn search_words(term: &str) -> impl Iterator<Item = &str> {
    term.split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| {
            word.contains(|c: char| c.is_alphanumeric() || (!c.is_ascii() && is_visible(c)))
        })
}

/// Returns the hashtag or the mention. `None` if the word is neither: "#1" is a number.
fn part_of<'a>(sign: &str, word: &'a str) -> Option<Part<'a>> {
    if sign == "#" {
        let has_letter = word.contains(char::is_alphabetic);
        has_letter.then_some(Part::Hashtag(word))
    } else {
        (!word.is_empty()).then_some(Part::Mention(word))
    }
}

fn push_text<'a>(parts: &mut Vec<Part<'a>>, text: &'a str) {
    if !text.is_empty() {
        parts.push(Part::Text(text));
    }
}

fn word_after(message: &str, sign: usize) -> &str {
    let rest = &message[sign + 1..];
    let end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
    &rest[..end]
}

/// An email address such as `worf@example.com` is not a mention.
fn follows_word(message: &str, sign: usize) -> bool {
    message[..sign].chars().next_back().is_some_and(is_word)
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn message_is_split_at_hashtags_and_mentions() {
        assert_eq!(
            parts("Hi @worf, see #100DaysOfCloud!"),
            [
                Part::Text("Hi "),
                Part::Mention("worf"),
                Part::Text(", see "),
                Part::Hashtag("100DaysOfCloud"),
                Part::Text("!"),
            ]
        );
    }

    #[test]
    fn lone_signs_and_email_addresses_are_text() {
        for message in ["# 1 @ home", "worf@example.com", "a#b", "@", "##"] {
            assert_eq!(parts(message), [Part::Text(message)]);
        }
    }

    #[test]
    fn hashtag_has_a_letter() {
        for message in ["we are #1", "#2026", "#_", "#١٢"] {
            assert_eq!(hashtags(message).count(), 0, "{message}");
        }
        let tags: Vec<_> = hashtags("#1st #100日 #_a").collect();
        assert_eq!(tags, ["1st", "100日", "_a"]);
    }

    #[test]
    fn hashtags_and_mentions_work_in_any_script() {
        assert_eq!(
            hashtags("#été,#東京#x").collect::<Vec<_>>(),
            ["été", "東京"]
        );
        assert_eq!(mentions("@a @b_c").collect::<Vec<_>>(), ["a", "b_c"]);
        assert!(parts("").is_empty());
    }
}
