//! Taking texts apart at single ASCII characters.
//!
//! The standard library's patterns search for anything in anything, and weigh kilobytes for it.

/// The longest text from the page that is told.
pub(crate) const MAX_TEXT_BYTES: usize = 8 * 1024;

/// Cuts a text at [`MAX_TEXT_BYTES`], between two characters.
pub(crate) fn truncated(text: &str) -> &str {
    let end = text.floor_char_boundary(MAX_TEXT_BYTES);
    text.get(..end).unwrap_or_default()
}

/// What stands before the first `separator`, and what behind.
#[inline(never)]
pub(crate) fn split_once(text: &str, separator: u8) -> Option<(&str, &str)> {
    let at = text.bytes().position(|byte| byte == separator)?;
    Some((text.get(..at)?, text.get(at + 1..)?))
}

/// Takes the first of several parts off. Behind the last one there are only empty ones.
pub(crate) fn next_part<'a>(rest: &mut &'a str, separator: u8) -> &'a str {
    let (part, behind) = split_once(rest, separator).unwrap_or((rest, ""));
    *rest = behind;
    part
}

/// The three digits of an HTTP status.
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
    fn long_text_is_cut_between_characters() {
        assert_eq!(truncated("short"), "short");
        let long = ["x", &"ä".repeat(MAX_TEXT_BYTES)].concat();
        let truncated_text = truncated(&long);
        assert_eq!(truncated_text.len(), MAX_TEXT_BYTES - 1);
        assert!(long.starts_with(truncated_text));
    }

    #[test]
    fn a_text_is_cut_at_the_first_separator() {
        assert_eq!(split_once("ä=b=c", b'='), Some(("ä", "b=c")));
        assert_eq!(split_once("=", b'='), Some(("", "")));
        assert_eq!(split_once("none", b'='), None);
    }

    #[test]
    fn parts_come_one_by_one() {
        let mut rest = "a,,c";
        let parts = [(); 5].map(|()| next_part(&mut rest, b','));
        assert_eq!(parts, ["a", "", "c", "", ""]);
    }

    #[test]
    fn a_status_has_three_digits() {
        assert_eq!(status_digits(404), "404");
        assert_eq!(status_digits(0), "000");
    }
}
