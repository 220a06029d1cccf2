//! What the codes of a refused input mean to the person who wrote it.

use api_types::Code;

pub(crate) fn text(code: Code) -> &'static str {
    match code {
        Code::MessageBlank => "Write something first.",
        Code::MessageExceedMaxChars => "That is too long. Shorten it and send it again.",
        Code::MessageExceedMaxLines => "That has too many lines. Join some of them.",
        Code::IdempotencyKeyReused => {
            "This was sent before in other words. Reload the page and send it again."
        }
        Code::TtlBlank => "Choose how long your crud should live.",
        Code::ActivityUuidBlank => "The crud you reply to is gone.",
        Code::SearchTermBlank => "Type what you are looking for.",
        Code::SearchTermExceedMaxChars => "That is too long to search for. Shorten it.",
        Code::SearchTermExceedMaxWords => "Those are too many words. Search for fewer of them.",
        Code::EmailBlank => "Enter your email address.",
        Code::PasswordBlank => "Enter your password.",
        Code::Unknown => "Cruddur did not accept that. Check what you entered.",
    }
}
