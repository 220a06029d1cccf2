//! Finds hashtags, mentions and web addresses in the text of a crud.

use api_types::text::{Part, parts};

/// A stretch of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Piece<'a> {
    Text(&'a str),
    /// Without its `#`.
    Hashtag(&'a str),
    /// Without its `@`.
    Mention(&'a str),
    Address(&'a str),
}

pub(crate) fn pieces(message: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = message;
    while let Some((before, address)) = next_address(rest) {
        pieces.extend(words(before));
        pieces.push(Piece::Address(address));
        rest = &rest[before.len() + address.len()..];
    }
    pieces.extend(words(rest));
    pieces
}

/// The next web address, without the punctuation that ends its sentence, and what stands before it.
fn next_address(text: &str) -> Option<(&str, &str)> {
    let starts = text.match_indices("http").map(|(at, _)| at);
    starts
        .filter_map(|at| Some((&text[..at], address(&text[at..])?)))
        .find(|(before, _)| !before.ends_with(char::is_alphanumeric))
}

fn address(text: &str) -> Option<&str> {
    let scheme = ["https://", "http://"]
        .into_iter()
        .find(|scheme| text.starts_with(scheme))?;
    let end = text.find(char::is_whitespace).unwrap_or(text.len());
    let found = text[..end].trim_end_matches(['.', ',', ';', ':', '!', '?', ')', '"', '\'']);
    (found.len() > scheme.len()).then_some(found)
}

fn words(text: &str) -> impl Iterator<Item = Piece<'_>> {
    parts(text).into_iter().map(|part| match part {
        Part::Text(text) => Piece::Text(text),
        Part::Hashtag(tag) => Piece::Hashtag(tag),
        Part::Mention(handle) => Piece::Mention(handle),
    })
}

#[cfg(test)]
mod tests {
    use super::{Piece::*, *};

    #[test]
    fn hashtags_mentions_and_text_are_told_apart() {
        assert_eq!(
            pieces("now a #tracing lesson, @londo!"),
            [
                Text("now a "),
                Hashtag("tracing"),
                Text(" lesson, "),
                Mention("londo"),
                Text("!")
            ]
        );
        assert_eq!(pieces(""), []);
    }

    #[test]
    fn an_address_ends_before_its_sentence_does_and_keeps_its_signs() {
        assert_eq!(
            pieces("see https://example.com/@a?b=1#c. http:// no"),
            [
                Text("see "),
                Address("https://example.com/@a?b=1#c"),
                Text(". http:// no")
            ]
        );
    }

    #[test]
    fn an_address_stands_alone() {
        assert_eq!(pieces("xhttps://a.b"), [Text("xhttps://a.b")]);
        assert_eq!(
            pieces("(http://a.b)"),
            [Text("("), Address("http://a.b"), Text(")")]
        );
    }
}
