//! Text that others wrote, cut to a length.

use std::borrow::Cow;

/// Longest text of a caller that an error repeats.
const MAX_REPEATED_BYTES: usize = 120;

/// The text as an error may repeat it.
pub(crate) fn shortened(text: &str) -> Cow<'_, str> {
    bounded(text, MAX_REPEATED_BYTES)
}

/// The text, cut before the character that would exceed `max_bytes`, and then marked by "…".
pub(crate) fn bounded(text: &str, max_bytes: usize) -> Cow<'_, str> {
    if text.len() <= max_bytes {
        return text.into();
    }
    let mark = '…';
    let end = text.floor_char_boundary(max_bytes.saturating_sub(mark.len_utf8()));
    format!("{}{mark}", &text[..end]).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_between_characters() {
        assert_eq!(bounded("été", 5), "été");
        assert_eq!(bounded("étéété", 10), "étéété");
        assert_eq!(bounded("étéété", 8), "été…");
        assert_eq!(bounded("🎉🎉", 7), "🎉…");
        assert_eq!(bounded("🎉🎉", 6), "…");
    }
}
