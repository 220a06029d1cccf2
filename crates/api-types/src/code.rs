//! What an answer says that is not a success.

use serde::{Deserialize, Serialize};

/// Why a request was not valid: a 422 carries a bare JSON array of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    ActivityUuidBlank,
    EmailBlank,
    /// The `Idempotency-Key` stands for a request with another body.
    IdempotencyKeyReused,
    /// More than [`CRUD_MAX_CHARS`](crate::CRUD_MAX_CHARS) or
    /// [`REPLY_MAX_CHARS`](crate::REPLY_MAX_CHARS).
    MessageExceedMaxChars,
    /// More than [`MESSAGE_MAX_LINES`](crate::MESSAGE_MAX_LINES).
    MessageExceedMaxLines,
    /// Nothing of it can be seen.
    MessageBlank,
    PasswordBlank,
    SearchTermBlank,
    /// More than [`SEARCH_TERM_MAX_CHARS`](crate::SEARCH_TERM_MAX_CHARS).
    SearchTermExceedMaxChars,
    /// More than [`SEARCH_TERM_MAX_WORDS`](crate::SEARCH_TERM_MAX_WORDS).
    SearchTermExceedMaxWords,
    /// Blank, or none of the seven lifetimes.
    TtlBlank,
    /// A code this version does not know.
    #[serde(other)]
    Unknown,
}

/// The body of every other error: `{"error":"..."}`, a sentence for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    pub error: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_spelled_in_snake_case() {
        let codes = [
            Code::MessageBlank,
            Code::MessageExceedMaxChars,
            Code::ActivityUuidBlank,
        ];
        assert_eq!(
            serde_json::to_string(&codes).unwrap(),
            r#"["message_blank","message_exceed_max_chars","activity_uuid_blank"]"#
        );
    }

    #[test]
    fn an_unknown_code_is_still_a_code() {
        let codes: Vec<Code> = serde_json::from_str(r#"["ttl_blank","name_blank"]"#).unwrap();
        assert_eq!(codes, [Code::TtlBlank, Code::Unknown]);
    }
}
