//! Text with NUL characters, which PostgreSQL cannot store.
//!
//! NUL is stored as two characters, of which the first is a noncharacter that text does not contain
//! otherwise. A noncharacter that it does contain is stored as two characters, too.

/// A noncharacter: "intended for process-internal use" (Unicode 23.7).
const ESCAPE: char = '\u{fdd0}';
const ESCAPED_NUL: &str = "\u{fdd0}0";
const ESCAPED_ESCAPE: &str = "\u{fdd0}1";

/// Returns text without NUL.
pub(in crate::store) fn escape(text: String) -> String {
    if !text.contains(['\0', ESCAPE]) {
        return text;
    }
    text.replace(ESCAPE, ESCAPED_ESCAPE)
        .replace('\0', ESCAPED_NUL)
}

/// Returns the text that was escaped.
pub(in crate::store) fn unescape(text: String) -> String {
    if !text.contains(ESCAPE) {
        return text;
    }
    let mut parts = text.split(ESCAPE);
    let mut unescaped = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (character, rest) = match part.strip_prefix('0') {
            Some(rest) => ('\0', rest),
            None => (ESCAPE, part.strip_prefix('1').unwrap_or(part)),
        };
        unescaped.push(character);
        unescaped.push_str(rest);
    }
    unescaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escaped_text_has_no_nul_and_survives_a_round_trip() {
        for text in [
            "",
            "plain",
            "a\0b",
            "\0",
            "\0\0",
            "\u{fdd0}",
            "\u{fdd0}0",
            "\0\u{fdd0}1\0",
            "0\u{fdd0}\u{fdd0}1",
        ] {
            let escaped = escape(text.to_owned());
            assert!(!escaped.contains('\0'), "{text:?}");
            assert_eq!(unescape(escaped), text);
        }
    }

    #[test]
    fn different_texts_are_escaped_differently() {
        let texts = ["\0", "\u{fdd0}", "\u{fdd0}0", "\u{fdd0}1", "0", "1"];
        let escaped: std::collections::HashSet<_> =
            texts.map(|text| escape(text.to_owned())).into();
        assert_eq!(escaped.len(), texts.len());
    }
}
