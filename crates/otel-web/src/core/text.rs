//! Splitting text at single ASCII characters.
//!
//! The search functions of the standard library accept any pattern, and add kilobytes to the page.

/// The maximum length of a text that comes from the page, in bytes.
pub(crate) const MAX_TEXT_BYTES: usize = 8 * 1024;

/// Truncates a text to [`MAX_TEXT_BYTES`], at a character boundary.
pub(crate) fn truncated(text: &str) -> &str {
    let end = text.floor_char_boundary(MAX_TEXT_BYTES);
    text.get(..end).unwrap_or_default()
}

/// Splits a text at the first `separator`.
#[inline(never)]
pub(crate) fn split_once(text: &str, separator: u8) -> Option<(&str, &str)> {
    let at = text.bytes().position(|byte| byte == separator)?;
    Some((text.get(..at)?, text.get(at + 1..)?))
}

/// Removes and returns the first of several parts. After the last one, returns empty texts.
pub(crate) fn next_part<'a>(rest: &mut &'a str, separator: u8) -> &'a str {
    let (part, after) = split_once(rest, separator).unwrap_or((rest, ""));
    *rest = after;
    part
}

/// Returns the three digits of an HTTP status.
pub(crate) fn status_digits(status: u16) -> String {
    let mut text = String::with_capacity(3);
    for unit in [100, 10, 1] {
        text.push(char::from(b'0' + (status / unit % 10) as u8));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_text_is_truncated_at_a_character_boundary() {
        assert_eq!(truncated("short"), "short");
        let long = ["x", &"ä".repeat(MAX_TEXT_BYTES)].concat();
        let text = truncated(&long);
        assert_eq!(text.len(), MAX_TEXT_BYTES - 1);
        assert!(long.starts_with(text));
    }

    #[test]
    fn split_once_uses_the_first_separator() {
        assert_eq!(split_once("ä=b=c", b'='), Some(("ä", "b=c")));
        assert_eq!(split_once("=", b'='), Some(("", "")));
        assert_eq!(split_once("none", b'='), None);
    }

    #[test]
    fn next_part_returns_empty_texts_after_the_last_part() {
        let mut rest = "a,,c";
        let parts = [(); 5].map(|()| next_part(&mut rest, b','));
        assert_eq!(parts, ["a", "", "c", "", ""]);
    }

    #[test]
    fn status_has_three_digits() {
        assert_eq!(status_digits(404), "404");
        assert_eq!(status_digits(0), "000");
    }
}
