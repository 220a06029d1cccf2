//! Why a request did not do what the user asked for, in words for the user.

use std::fmt;

use api_types::Code;

use crate::format::{code, in_words};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The input was refused: the codes of a 422 answer.
    Refused(Vec<Code>),
    SignInRequired,
    /// No account has this email and password.
    WrongCredentials,
    /// Someone else's.
    Forbidden,
    NotFound,
    TooLarge,
    /// After this many seconds it may be tried again, where the server said so.
    TooManyRequests(Option<u32>),
    /// Nobody answered, or a proxy answered in the back end's place.
    Unreachable,
    /// The back end answered with this status and no reason.
    Server(u16),
    /// The answer was not what the API promises.
    Unreadable(String),
}

impl Failure {
    /// The failure that an HTTP status stands for; `codes` are the codes in the body of a 422.
    pub(crate) fn from_status(status: u16, codes: Vec<Code>) -> Self {
        match status {
            401 => Self::SignInRequired,
            403 => Self::Forbidden,
            404 => Self::NotFound,
            413 => Self::TooLarge,
            422 => Self::Refused(codes),
            429 => Self::TooManyRequests(None),
            502..=504 => Self::Unreachable,
            _ => Self::Server(status),
        }
    }

    /// Whether the input was refused for this reason, perhaps among others.
    pub(crate) fn names(&self, code: Code) -> bool {
        matches!(self, Self::Refused(codes) if codes.contains(&code))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(codes) => f.write_str(&refused(codes)),
            Self::SignInRequired => f.write_str("Sign in first."),
            Self::WrongCredentials => f.write_str("No account has this email and password."),
            Self::Forbidden => f.write_str("Only its author can do that."),
            Self::NotFound => f.write_str("This is not here any more. Cruds expire."),
            Self::TooLarge => {
                f.write_str("That is more than Cruddur accepts. Shorten it and try again.")
            }
            Self::TooManyRequests(None) => {
                f.write_str("That was a bit fast. Wait a moment and try again.")
            }
            Self::TooManyRequests(Some(seconds)) => {
                let wait = in_words(*seconds, "second", "seconds");
                write!(f, "That was a bit fast. Wait {wait} and try again.")
            }
            Self::Unreachable => {
                f.write_str("Cruddur cannot be reached. Check your connection and try again.")
            }
            Self::Server(status) => {
                write!(
                    f,
                    "Cruddur could not do that (status {status}). Try again in a moment."
                )
            }
            Self::Unreadable(reason) => {
                write!(
                    f,
                    "Cruddur's answer could not be read ({reason}). Reload the page and try again."
                )
            }
        }
    }
}

fn refused(codes: &[Code]) -> String {
    match codes {
        [] => code::text(Code::Unknown).to_owned(),
        codes => codes
            .iter()
            .map(|&code| code::text(code))
            .collect::<Vec<_>>()
            .join(" "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_of_a_refusal_is_said_and_no_code_still_says_something() {
        let refusal = Failure::from_status(422, vec![Code::TtlBlank, Code::MessageBlank]);
        assert_eq!(
            refusal.to_string(),
            "Choose how long your crud should live. Write something first."
        );
        assert!(
            Failure::from_status(422, Vec::new())
                .to_string()
                .contains("Check what you entered")
        );
    }

    #[test]
    fn who_was_too_fast_is_told_how_long_to_wait() {
        let wait = |seconds| Failure::TooManyRequests(seconds).to_string();
        assert!(wait(Some(8)).contains("Wait 8 seconds"));
        assert!(wait(None).contains("Wait a moment"));
    }

    #[test]
    fn a_refusal_knows_its_codes() {
        let refusal = Failure::Refused(vec![Code::EmailBlank]);
        assert!(refusal.names(Code::EmailBlank) && !refusal.names(Code::PasswordBlank));
        assert!(!Failure::NotFound.names(Code::EmailBlank));
    }

    #[test]
    fn a_proxy_without_a_back_end_reads_as_unreachable() {
        for status in [502, 503, 504] {
            assert_eq!(
                Failure::from_status(status, Vec::new()),
                Failure::Unreachable
            );
        }
        assert_eq!(Failure::from_status(500, Vec::new()), Failure::Server(500));
    }
}
