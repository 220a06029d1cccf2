//! Splits the text of a crud into hashtags, mentions, URLs and plain text.

use api_types::text::{Part, parts};

/// What a URL begins with.
const PREFIXES: [&str; 3] = ["https://", "http://", "www."];

/// Punctuation at the end of a URL that belongs to the sentence.
const TRAILING: [char; 11] = ['.', ',', ';', ':', '!', '?', '\'', '*', '_', '’', '…'];

/// Quotation marks, and punctuation of languages without spaces, Arabic and Hindi. They end a URL.
const ENDS: &str =
    "“”„‟«»‹›。、，．！？；：（）［］｛｝〈〉《》「」『』【】〔〕｡､｢｣〜～،؛؟।\u{3000}";

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
///
/// A URL may follow a letter of a language without spaces.
fn next_url(text: &str) -> Option<(&str, &str)> {
    let starts = text.char_indices().map(|(index, _)| index);
    starts
        .filter_map(|start| Some((&text[..start], url_at_start(&text[start..])?)))
        .find(|(before, _)| !before.ends_with(|c: char| c.is_ascii_alphanumeric()))
}

fn url_at_start(text: &str) -> Option<&str> {
    let prefix = PREFIXES.into_iter().find(|it| has_prefix(text, it))?;
    let end = text.find(ends_url).unwrap_or(text.len());
    let found = without_trailing_punctuation(&text[..end]);
    // A host name begins with a letter or a digit.
    let host = found.get(prefix.len()..)?.chars().next();
    host.filter(|c| c.is_alphanumeric() || *c == '[')
        .map(|_| found)
}

/// Compares without case: phones begin a sentence with a capital letter.
fn has_prefix(text: &str, prefix: &str) -> bool {
    let start = text.get(..prefix.len());
    start.is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}

/// Returns the address of a URL, which may be written without its scheme.
pub(crate) fn href(url: &str) -> String {
    if has_prefix(url, "www.") {
        format!("https://{url}")
    } else {
        url.to_owned()
    }
}

/// Returns whether the character ends a URL.
fn ends_url(c: char) -> bool {
    c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | '"') || ENDS.contains(c)
}

/// Removes punctuation of the sentence around the URL. A bracket is part of the URL if it closes one inside it.
fn without_trailing_punctuation(url: &str) -> &str {
    let mut url = url;
    while let Some(last) = url.chars().next_back() {
        let is_outside = match last {
            ')' => is_unbalanced(url, '(', ')'),
            ']' => is_unbalanced(url, '[', ']'),
            '}' => is_unbalanced(url, '{', '}'),
            _ => TRAILING.contains(&last),
        };
        if !is_outside {
            break;
        }
        url = &url[..url.len() - last.len_utf8()];
    }
    url
}

fn is_unbalanced(url: &str, open: char, close: char) -> bool {
    url.matches(close).count() > url.matches(open).count()
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

    fn urls(message: &str) -> Vec<&str> {
        let segments = segments(message).into_iter();
        let urls = segments.filter_map(|segment| match segment {
            Url(url) => Some(url),
            Text(_) | Hashtag(_) | Mention(_) => None,
        });
        urls.collect()
    }

    #[test]
    fn brackets_of_a_url_are_balanced() {
        let wiki = "https://en.wikipedia.org/wiki/Rust_(programming_language)";
        assert_eq!(urls(wiki), [wiki]);
        assert_eq!(urls(&format!("(see {wiki}).")), [wiki]);
        assert_eq!(urls("[http://a.b/c[1]]"), ["http://a.b/c[1]"]);
        assert_eq!(urls("((http://a.b)))"), ["http://a.b"]);
        assert_eq!(urls("http://[::1]:80/x"), ["http://[::1]:80/x"]);
    }

    #[test]
    fn full_width_punctuation_ends_a_url() {
        assert_eq!(urls("参照https://a.jp/道。次"), ["https://a.jp/道"]);
        assert_eq!(urls("参照 https://a.jp/道。次"), ["https://a.jp/道"]);
        assert_eq!(
            urls("「https://a.jp」、www.b.jp！"),
            ["https://a.jp", "www.b.jp"]
        );
        assert_eq!(
            urls("（https://a.jp）〜https://b.jp｡"),
            ["https://a.jp", "https://b.jp"]
        );
        assert_eq!(urls("اقرأ https://a.eg/ب، ثم"), ["https://a.eg/ب"]);
    }

    #[test]
    fn quotation_marks_end_a_url() {
        for text in [
            "“https://a.b/c”",
            "«https://a.b/c».",
            "„https://a.b/c“",
            "'https://a.b/c'",
            "\"https://a.b/c\"",
        ] {
            assert_eq!(urls(text), ["https://a.b/c"], "{text}");
        }
    }

    #[test]
    fn scheme_may_have_capital_letters() {
        assert_eq!(urls("Https://a.b/C WWW.a.b"), ["Https://a.b/C", "WWW.a.b"]);
        assert_eq!(href("WWW.a.b"), "https://WWW.a.b");
    }

    #[test]
    fn names_may_be_in_any_script_and_other_schemes_are_text() {
        for url in [
            "https://münchen.de/straße?q=ü",
            "https://例え.テスト/パス",
            "https://пример.рф",
        ] {
            assert_eq!(urls(url), [url]);
        }
        for text in [
            "javascript:alert(1)",
            "data:text/html,x",
            "JAVASCRIPT://a.b/%0aalert(1)",
            "file:///etc/passwd",
        ] {
            assert_eq!(urls(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn url_may_be_written_without_its_scheme() {
        assert_eq!(urls("go to www.example.com/a, now"), ["www.example.com/a"]);
        assert_eq!(urls("www. awww.example.com www..com"), [""; 0]);
        assert_eq!(href("www.example.com"), "https://www.example.com");
        assert_eq!(href("http://a.b"), "http://a.b");
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
