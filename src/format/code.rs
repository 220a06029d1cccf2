//! Messages for the validation codes of the API.

use api_types::Code;

pub(crate) fn message(code: Code) -> &'static str {
    match code {
        Code::MessageBlank => "Write something first.",
        Code::MessageExceedMaxChars => "That is too long. Shorten it and send it again.",
        Code::MessageExceedMaxLines => "That has too many lines. Remove some of them.",
        Code::IdempotencyKeyReused => {
            "This was already sent with a different text. Reload the page and send it again."
        }
        Code::TtlBlank => "Choose when your crud expires.",
        Code::ActivityUuidBlank => "The crud you are replying to no longer exists.",
        Code::SearchTermBlank => "Type what you are looking for.",
        Code::SearchTermExceedMaxChars => "That search is too long. Shorten it.",
        Code::SearchTermExceedMaxWords => "That search has too many words. Remove some of them.",
        Code::EmailBlank => "Enter your email address.",
        Code::PasswordBlank => "Enter your password.",
        Code::UserReceiverHandleBlank => "Choose who receives your message.",
        Code::UserReceiverHandleOwn => "You cannot send a message to yourself.",
        Code::Unknown => "Cruddur did not accept that. Check what you entered.",
    }
}
