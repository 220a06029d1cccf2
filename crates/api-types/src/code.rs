//! The bodies of error responses.

use serde::{Deserialize, Serialize};

/// The reason a request is not valid. The body of a 422 is a bare JSON array of these codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Code {
    ActivityUuidBlank,
    /// The bio has more than [`BIO_MAX_CHARS`](crate::BIO_MAX_CHARS).
    BioExceedMaxChars,
    /// The bio has more than [`BIO_MAX_LINES`](crate::BIO_MAX_LINES).
    BioExceedMaxLines,
    CodeBlank,
    /// The code is wrong, has expired, or was tried too often.
    CodeInvalid,
    /// The name has no visible character.
    DisplayNameBlank,
    /// The name has more than [`DISPLAY_NAME_MAX_CHARS`](crate::DISPLAY_NAME_MAX_CHARS).
    DisplayNameExceedMaxChars,
    /// The name has a line break, a control character, or one that reverses the text after it.
    DisplayNameInvalidChars,
    EmailBlank,
    /// The address is not one that mail can be sent to.
    EmailInvalid,
    /// The handle has fewer than [`HANDLE_MIN_CHARS`](crate::HANDLE_MIN_CHARS).
    HandleBelowMinChars,
    HandleBlank,
    /// The handle has more than [`HANDLE_MAX_CHARS`](crate::HANDLE_MAX_CHARS).
    HandleExceedMaxChars,
    /// The handle has other characters than `a` to `z`, digits and `_`, or no letter.
    HandleInvalidChars,
    /// The handle belongs to an account, or is reserved.
    HandleTaken,
    /// The `Idempotency-Key` was already used for a request with a different body.
    IdempotencyKeyReused,
    /// The message has more than [`CRUD_MAX_CHARS`](crate::CRUD_MAX_CHARS),
    /// [`REPLY_MAX_CHARS`](crate::REPLY_MAX_CHARS) or
    /// [`DIRECT_MESSAGE_MAX_CHARS`](crate::DIRECT_MESSAGE_MAX_CHARS).
    MessageExceedMaxChars,
    /// The message has more than [`MESSAGE_MAX_LINES`](crate::MESSAGE_MAX_LINES).
    MessageExceedMaxLines,
    /// The message has no visible character.
    MessageBlank,
    /// The password has fewer than [`PASSWORD_MIN_CHARS`](crate::PASSWORD_MIN_CHARS).
    PasswordBelowMinChars,
    PasswordBlank,
    /// The password has more than [`PASSWORD_MAX_CHARS`](crate::PASSWORD_MAX_CHARS).
    PasswordExceedMaxChars,
    /// The password is a common one, repeats few characters, or contains the handle or the email.
    PasswordGuessable,
    SearchTermBlank,
    /// The term has more than [`SEARCH_TERM_MAX_CHARS`](crate::SEARCH_TERM_MAX_CHARS).
    SearchTermExceedMaxChars,
    /// The term has more than [`SEARCH_TERM_MAX_WORDS`](crate::SEARCH_TERM_MAX_WORDS).
    SearchTermExceedMaxWords,
    /// The lifetime is blank or unknown.
    TtlBlank,
    /// The receiver of a direct message is blank. The spelling is that of the original API.
    #[serde(rename = "user_reciever_handle_blank")]
    UserReceiverHandleBlank,
    /// The receiver of a direct message is its sender.
    #[serde(rename = "user_reciever_handle_own")]
    UserReceiverHandleOwn,
    /// A code that this version does not know.
    #[serde(other)]
    Unknown,
}

/// The body of every other error: `{"error":"..."}` with a sentence to display.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Problem {
    pub error: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_serialized_in_snake_case() {
        let codes = [
            Code::MessageBlank,
            Code::MessageExceedMaxChars,
            Code::ActivityUuidBlank,
            Code::UserReceiverHandleBlank,
        ];
        assert_eq!(
            serde_json::to_string(&codes).unwrap(),
            r#"["message_blank","message_exceed_max_chars","activity_uuid_blank","user_reciever_handle_blank"]"#
        );
    }

    #[test]
    fn unknown_code_is_deserialized_as_unknown() {
        let codes: Vec<Code> = serde_json::from_str(r#"["ttl_blank","color_blank"]"#).unwrap();
        assert_eq!(codes, [Code::TtlBlank, Code::Unknown]);
    }
}
