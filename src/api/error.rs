//! The errors of an API request, with messages for the user.

use std::fmt;

use api_types::Code;

use crate::format::{code, count_label};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ApiError {
    /// The input is invalid. Holds the codes of the 422 response.
    Rejected(Vec<Code>),
    /// The user is signed out.
    SignInRequired,
    /// No account has this email and password.
    WrongCredentials,
    /// The crud belongs to another user.
    Forbidden,
    NotFound,
    TooLarge,
    /// The request was rate limited. Holds the seconds of `Retry-After`, if the server sent it.
    TooManyRequests(Option<u32>),
    /// The back end did not respond, or a proxy responded instead of it.
    Unreachable,
    /// Any other error status.
    Server(u16),
    /// The response body does not match the API. Holds the reason.
    InvalidResponse(String),
}

impl ApiError {
    /// Returns the error for an HTTP status; `codes` are the codes in the body of a 422.
    pub(crate) fn from_status(status: u16, codes: Vec<Code>) -> Self {
        match status {
            401 => Self::SignInRequired,
            403 => Self::Forbidden,
            404 => Self::NotFound,
            413 => Self::TooLarge,
            422 => Self::Rejected(codes),
            429 => Self::TooManyRequests(None),
            502..=504 => Self::Unreachable,
            _ => Self::Server(status),
        }
    }

    /// Returns whether the same request may succeed later.
    pub(crate) fn is_temporary(&self) -> bool {
        matches!(
            self,
            Self::TooManyRequests(_)
                | Self::Unreachable
                | Self::Server(_)
                | Self::InvalidResponse(_)
        )
    }

    /// Returns the first of these codes that the input was rejected with.
    pub(crate) fn code_among(&self, codes: &[Code]) -> Option<Code> {
        codes.iter().copied().find(|&code| self.has_code(code))
    }

    /// Returns whether the input was rejected with this code, possibly among others.
    pub(crate) fn has_code(&self, code: Code) -> bool {
        matches!(self, Self::Rejected(codes) if codes.contains(&code))
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rejected(codes) => f.write_str(&rejected(codes)),
            Self::SignInRequired => f.write_str("Sign in first."),
            Self::WrongCredentials => f.write_str("No account has this email and password."),
            Self::Forbidden => f.write_str("Only the author can do that."),
            Self::NotFound => f.write_str("This no longer exists. Cruds expire."),
            Self::TooLarge => f.write_str("That is too large. Shorten it and try again."),
            Self::TooManyRequests(None) => {
                f.write_str("Too many requests. Wait a moment and try again.")
            }
            Self::TooManyRequests(Some(seconds)) => {
                let wait = count_label(*seconds, "second", "seconds");
                write!(f, "Too many requests. Wait {wait} and try again.")
            }
            Self::Unreachable => {
                f.write_str("Cruddur cannot be reached. Check your connection and try again.")
            }
            Self::Server(status) => {
                write!(
                    f,
                    "Cruddur failed with status {status}. Try again in a moment."
                )
            }
            Self::InvalidResponse(reason) => {
                write!(
                    f,
                    "Cruddur sent an invalid response ({reason}). Reload the page and try again."
                )
            }
        }
    }
}

fn rejected(codes: &[Code]) -> String {
    match codes {
        [] => code::message(Code::Unknown).to_owned(),
        codes => codes
            .iter()
            .map(|&code| code::message(code))
            .collect::<Vec<_>>()
            .join(" "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn validation_error_lists_every_code_and_has_a_fallback() {
        let error = ApiError::from_status(422, vec![Code::TtlBlank, Code::MessageBlank]);
        assert_eq!(
            error.to_string(),
            "Choose when your crud expires. Write something first."
        );
        assert!(
            ApiError::from_status(422, Vec::new())
                .to_string()
                .contains("Check what you entered")
        );
    }

    #[test]
    fn rate_limit_message_includes_the_wait() {
        let wait = |seconds| ApiError::TooManyRequests(seconds).to_string();
        assert!(wait(Some(8)).contains("Wait 8 seconds"));
        assert!(wait(None).contains("Wait a moment"));
    }

    #[test]
    fn has_code_checks_the_codes_of_a_validation_error() {
        let error = ApiError::Rejected(vec![Code::EmailBlank]);
        assert!(error.has_code(Code::EmailBlank) && !error.has_code(Code::PasswordBlank));
        assert!(!ApiError::NotFound.has_code(Code::EmailBlank));
    }

    #[test]
    fn only_errors_of_the_server_and_the_network_are_temporary() {
        for status in [429, 500, 503] {
            assert!(ApiError::from_status(status, Vec::new()).is_temporary());
        }
        for status in [401, 403, 404, 413, 422] {
            assert!(!ApiError::from_status(status, Vec::new()).is_temporary());
        }
    }

    #[test]
    fn gateway_errors_of_a_proxy_are_unreachable() {
        for status in [502, 503, 504] {
            assert_eq!(
                ApiError::from_status(status, Vec::new()),
                ApiError::Unreachable
            );
        }
        assert_eq!(
            ApiError::from_status(500, Vec::new()),
            ApiError::Server(500)
        );
    }
}
