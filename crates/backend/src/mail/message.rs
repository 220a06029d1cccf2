//! The texts of the messages.
//!
//! They contain no text that a user wrote, apart from the handle, which has only letters, digits and
//! `_`: a sign-up form must not be usable to send other people's advertisements.

use std::fmt;

use api_types::CODE_DIGITS;
use lettre::{
    Address, Message,
    message::{
        Mailbox,
        header::{ContentType, HeaderName, HeaderValue},
    },
};

use crate::email_code::{CODE_MINUTES, EmailCode};

/// What a message says.
pub(crate) enum Notice {
    /// A code confirms the address of a sign-up.
    ConfirmSignUp(EmailCode),
    /// Somebody signed up with the address of an account.
    AlreadySignedUp,
    /// A code allows a new password.
    ResetPassword(EmailCode),
    /// The password was changed.
    PasswordChanged,
}

/// A message to one address.
pub(crate) struct Letter {
    pub(crate) email: String,
    pub(crate) handle: String,
    pub(crate) notice: Notice,
}

/// Omits the address and the code.
impl fmt::Debug for Letter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Letter").finish_non_exhaustive()
    }
}

/// Returns the header that prevents automatic replies (RFC 3834).
fn auto_submitted() -> HeaderValue {
    let name = HeaderName::new_from_ascii_str("Auto-Submitted");
    HeaderValue::new(name, "auto-generated".to_owned())
}

impl Letter {
    /// Returns the template's name, for spans.
    pub(crate) fn template(&self) -> &'static str {
        match self.notice {
            Notice::ConfirmSignUp(_) => "confirm_sign_up",
            Notice::AlreadySignedUp => "already_signed_up",
            Notice::ResetPassword(_) => "reset_password",
            Notice::PasswordChanged => "password_changed",
        }
    }

    /// Builds the message. The address is parsed again here, so that it cannot add a header.
    pub(super) fn message(&self, from: &Mailbox) -> Result<Message, BuildError> {
        let to: Address = self.email.parse().map_err(|_| BuildError)?;
        Message::builder()
            .from(from.clone())
            .to(to.into())
            .subject(self.subject())
            .raw_header(auto_submitted())
            .header(ContentType::TEXT_PLAIN)
            .body(self.text())
            .map_err(|_| BuildError)
    }

    /// Returns a subject without the code: mail servers log subjects, and phones show them when locked.
    fn subject(&self) -> &'static str {
        match self.notice {
            Notice::ConfirmSignUp(_) => "Confirm your email address for Cruddur",
            Notice::AlreadySignedUp => "You already have a Cruddur account",
            Notice::ResetPassword(_) => "Your code for a new Cruddur password",
            Notice::PasswordChanged => "Your Cruddur password was changed",
        }
    }

    fn text(&self) -> String {
        let handle = &self.handle;
        match &self.notice {
            Notice::ConfirmSignUp(code) => format!(
                "Hello @{handle},\n\n\
                 this code confirms your email address for Cruddur:\n\n    {}\n\n\
                 It is valid for {CODE_MINUTES} minutes. If you did not choose the username @{handle}, ignore this\n\
                 message. Without the code, no account is created.\n",
                grouped(code)
            ),
            Notice::AlreadySignedUp => format!(
                "Hello @{handle},\n\n\
                 someone tried to sign up for Cruddur with your email address. You already have an account, so\n\
                 nothing was changed. To sign in, use your password. If you forgot it, choose \"Forgot password?\"\n\
                 on the sign-in page.\n"
            ),
            Notice::ResetPassword(code) => format!(
                "Hello @{handle},\n\n\
                 this code lets you choose a new password for Cruddur:\n\n    {}\n\n\
                 It is valid for {CODE_MINUTES} minutes. If you did not ask for it, ignore this message. Your password\n\
                 stays as it is.\n",
                grouped(code)
            ),
            Notice::PasswordChanged => format!(
                "Hello @{handle},\n\n\
                 your Cruddur password was changed, and all your sessions were ended. If that was not you, choose\n\
                 \"Forgot password?\" on the sign-in page, and change the password of your mailbox.\n"
            ),
        }
    }
}

/// Returns the code in two groups, which are easier to read.
fn grouped(code: &EmailCode) -> String {
    let (first, second) = code.digits().split_at(CODE_DIGITS / 2);
    format!("{first} {second}")
}

/// The message could not be built. Its cause would contain the address.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the recipient's address is not valid")]
pub(super) struct BuildError;

#[cfg(test)]
mod tests {
    use super::*;

    fn letter(email: &str, notice: Notice) -> Letter {
        Letter {
            email: email.to_owned(),
            handle: "worf".to_owned(),
            notice,
        }
    }

    fn formatted(letter: &Letter) -> String {
        let from = "Cruddur <no-reply@cruddur.example>".parse().unwrap();
        String::from_utf8(letter.message(&from).unwrap().formatted()).unwrap()
    }

    #[test]
    fn message_has_headers_and_the_code_in_its_text_only() {
        let code = EmailCode::from_digits("12345678");
        let letter = letter("worf@example.com", Notice::ConfirmSignUp(code));
        let message = formatted(&letter);
        let (headers, text) = message.split_once("\r\n\r\n").unwrap();
        for header in [
            "From: Cruddur <no-reply@cruddur.example>",
            "To: worf@example.com",
            "Subject: Confirm your email address for Cruddur",
            "Auto-Submitted: auto-generated",
            "Content-Type: text/plain; charset=utf-8",
        ] {
            assert!(headers.lines().any(|line| line == header), "{headers}");
        }
        assert!(headers.contains("Date: "), "{headers}");
        assert!(
            text.contains("1234 5678") && !headers.contains("1234"),
            "{message}"
        );
        assert!(!format!("{letter:?}").contains("worf"));
    }

    #[test]
    fn address_with_a_line_break_is_refused() {
        let from = "no-reply@cruddur.example".parse().unwrap();
        for email in [
            "worf@example.com\r\nBcc: q@example.com",
            "a@b.co, c@d.co",
            "a@b.co\0",
        ] {
            let letter = letter(email, Notice::PasswordChanged);
            assert!(letter.message(&from).is_err(), "{email:?}");
        }
    }
}
