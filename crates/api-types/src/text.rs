//! Hashtags and mentions in a message.
//!
//! The page links them, and the back end counts hashtags and notifies mentioned accounts.

use crate::visible::is_visible;

const HASHES: [char; 2] = ['#', '＃'];
const AT_SIGNS: [char; 2] = ['@', '＠'];
const JOINERS: [char; 2] = ['\u{200c}', '\u{200d}'];

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
/// The parts, with their signs, concatenate to the message. The signs may be full-width (`＃`, `＠`), as
/// Japanese and Chinese input methods write them.
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
    while let Some((offset, c)) = message[at..].char_indices().find(|(_, c)| is_sign(*c)) {
        let sign = at + offset;
        let word = word_at(&message[sign + c.len_utf8()..]);
        at = sign + c.len_utf8() + word.len();
        let part = part_of(c, word);
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
fn part_of(sign: char, word: &str) -> Option<Part<'_>> {
    if HASHES.contains(&sign) {
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

/// Returns the word at the start of the text. Joiners, as in Persian and Hindi, are a part of it between
/// other characters.
fn word_at(text: &str) -> &str {
    let end = text.find(|c| !is_word(c) && !JOINERS.contains(&c));
    text[..end.unwrap_or(text.len())].trim_end_matches(JOINERS)
}

/// An email address such as `worf@example.com` is not a mention.
fn follows_word(message: &str, sign: usize) -> bool {
    message[..sign].chars().next_back().is_some_and(is_word)
}

fn is_sign(c: char) -> bool {
    HASHES.contains(&c) || AT_SIGNS.contains(&c)
}

/// Letters, their marks, digits and `_`, as for the hashtags of Unicode (UAX 31).
fn is_word(c: char) -> bool {
    unicode_ident::is_xid_continue(c)
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
        let tags: Vec<_> =
            hashtags("#हिन्दी #ที่นี่ #می\u{200c}خواهم\u{200c} #e\u{301}te\u{301}").collect();
        assert_eq!(
            tags,
            ["हिन्दी", "ที่นี่", "می\u{200c}خواهم", "e\u{301}te\u{301}"]
        );
        assert_eq!(
            hashtags("＃東京、#大阪。#京都🎉").collect::<Vec<_>>(),
            ["東京", "大阪", "京都"]
        );
        assert_eq!(mentions("＠worf @b_c").collect::<Vec<_>>(), ["worf", "b_c"]);
        assert!(parts("").is_empty());
    }
}
