//! Text of requests in the log.

use std::time::Duration;

/// The interval between two log lines of one kind that clients cause.
pub(crate) const LOG_INTERVAL: Duration = Duration::from_secs(10);

/// The length limit of a text that quotes a request, in characters.
const MAX_TEXT_CHARS: usize = 400;

/// Truncates a text for the log that quotes a request.
pub(crate) fn truncated(text: &str) -> String {
    match text.char_indices().nth(MAX_TEXT_CHARS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_text_is_truncated_at_a_character() {
        assert_eq!(truncated("é"), "é");
        let long = truncated(&"é".repeat(9_999));
        assert_eq!(long.chars().count(), MAX_TEXT_CHARS + 1);
    }
}
