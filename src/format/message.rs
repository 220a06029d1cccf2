//! Splits the text of a crud into hashtags, mentions, URLs and plain text.

use api_types::text::{Part, parts};

/// A part of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Segment<'a> {
    Text(&'a str),
    /// Without its `#`.
    Hashtag(&'a str),
    /// Without its `@`.
    Mention(&'a str),
    Url(&'a str),
}

/// Splits a message into segments. Concatenated, they are the message.
pub(crate) fn segments(message: &str) -> Vec<Segment<'_>> {
    let mut segments = Vec::new();
    let mut rest = message;
    while let Some((before, url)) = next_url(rest) {
        segments.extend(words(before));
        segments.push(Segment::Url(url));
        rest = &rest[before.len() + url.len()..];
    }
    segments.extend(words(rest));
    segments
}

/// Returns the text before the next URL, and the URL without trailing punctuation.
fn next_url(text: &str) -> Option<(&str, &str)> {
    let starts = text.match_indices("http").map(|(index, _)| index);
    starts
        .filter_map(|start| Some((&text[..start], url_at_start(&text[start..])?)))
        .find(|(before, _)| !before.ends_with(char::is_alphanumeric))
}

fn url_at_start(text: &str) -> Option<&str> {
    let scheme = ["https://", "http://"]
        .into_iter()
        .find(|scheme| text.starts_with(scheme))?;
    let end = text.find(char::is_whitespace).unwrap_or(text.len());
    let found = text[..end].trim_end_matches(['.', ',', ';', ':', '!', '?', ')', '"', '\'']);
    (found.len() > scheme.len()).then_some(found)
}

fn words(text: &str) -> impl Iterator<Item = Segment<'_>> {
    parts(text).into_iter().map(|part| match part {
        Part::Text(text) => Segment::Text(text),
        Part::Hashtag(tag) => Segment::Hashtag(tag),
        Part::Mention(handle) => Segment::Mention(handle),
    })
}

#[cfg(test)]
mod tests {
    use super::{Segment::*, *};

    #[test]
    fn hashtags_mentions_and_text_are_separated() {
        assert_eq!(
            segments("now a #tracing lesson, @londo!"),
            [
                Text("now a "),
                Hashtag("tracing"),
                Text(" lesson, "),
                Mention("londo"),
                Text("!")
            ]
        );
        assert_eq!(segments(""), []);
    }

    #[test]
    fn url_excludes_trailing_punctuation() {
        assert_eq!(
            segments("see https://example.com/@a?b=1#c. http:// no"),
            [
                Text("see "),
                Url("https://example.com/@a?b=1#c"),
                Text(". http:// no")
            ]
        );
    }

    #[test]
    fn url_starts_at_a_word_boundary() {
        assert_eq!(segments("xhttps://a.b"), [Text("xhttps://a.b")]);
        assert_eq!(
            segments("(http://a.b)"),
            [Text("("), Url("http://a.b"), Text(")")]
        );
    }
}
