//! Mail to the owners of accounts: codes, and notices about an account.
//!
//! Mail is sent in the background. The response to a request does not wait for it: a slow mail server
//! must not delay requests, and the time of a response must not reveal whether an account exists.
//! The price is that a response does not say whether the mail was delivered, so users can ask for
//! another one. Failed deliveries are repeated, then logged and counted on the span. The text, the
//! code and the address are in no log, span or error.

mod mailer;
mod message;
mod outbox;
mod settings;
mod smtp;

pub(crate) use mailer::{Mailer, Reservation};
pub(crate) use message::{Letter, Notice};
pub(crate) use settings::MAIL_VARIABLES;
pub use settings::{MailSettings, MailSettingsError};
