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
        Code::EmailInvalid => "Enter an address such as name@example.com.",
        Code::PasswordBlank => "Enter your password.",
        Code::UserReceiverHandleBlank => "Choose who receives your message.",
        Code::UserReceiverHandleOwn => "You cannot send a message to yourself.",
        Code::PasswordBelowMinChars => "Use at least 10 characters.",
        Code::PasswordExceedMaxChars => "Use at most 256 characters.",
        Code::PasswordGuessable => {
            "That is too easy to guess. Use several words, without your username."
        }
        Code::DisplayNameBlank => "Enter your name.",
        Code::DisplayNameExceedMaxChars => "Use at most 50 characters.",
        Code::DisplayNameInvalidChars => "Use letters, digits, spaces and emoji.",
        Code::HandleBlank => "Choose a username.",
        Code::HandleBelowMinChars => "Use at least 3 characters.",
        Code::HandleExceedMaxChars => "Use at most 30 characters.",
        Code::HandleInvalidChars => {
            "Use the letters a to z, digits and _, with at least one letter."
        }
        Code::HandleTaken => "This username is taken. Choose another one.",
        Code::CodeBlank => "Enter the code from the email.",
        Code::CodeInvalid => "This code is wrong or has expired. Check it, or ask for a new one.",
        Code::BioExceedMaxChars => "Use at most 160 characters.",
        Code::BioExceedMaxLines => "Use at most 4 lines.",
        Code::Unknown => "Cruddur did not accept that. Check what you entered.",
    }
}
