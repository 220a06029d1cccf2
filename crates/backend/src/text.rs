//! Truncation of untrusted text.

use std::borrow::Cow;

/// The length limit of untrusted text in an error message, in bytes.
const MAX_EXCERPT_BYTES: usize = 120;

/// Truncates text for use in an error message.
pub(crate) fn excerpt(text: &str) -> Cow<'_, str> {
    truncated(text, MAX_EXCERPT_BYTES)
}

/// Truncates text at a character boundary and appends "…", so that it fits into `max_bytes`.
pub(crate) fn truncated(text: &str, max_bytes: usize) -> Cow<'_, str> {
    if text.len() <= max_bytes {
        return text.into();
    }
    let ellipsis = '…';
    let end = text.floor_char_boundary(max_bytes.saturating_sub(ellipsis.len_utf8()));
    format!("{}{ellipsis}", &text[..end]).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_truncated_at_a_character_boundary() {
        assert_eq!(truncated("été", 5), "été");
        assert_eq!(truncated("étéété", 10), "étéété");
        assert_eq!(truncated("étéété", 8), "été…");
        assert_eq!(truncated("🎉🎉", 7), "🎉…");
        assert_eq!(truncated("🎉🎉", 6), "…");
    }
}
