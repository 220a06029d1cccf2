//! Everything that can go wrong with a request, and the answer it gets.
//!
//! | use | when |
//! |---|---|
//! | [`Error::Invalid`] | the request was read, and fields of it are wrong: codes for a form |
//! | [`Error::BadRequest`] | it could not be read |
//! | [`Error::Failed`] | it is our fault: the span gets the reason, the answer does not |

use std::{borrow::Cow, fmt, sync::Arc, time::Duration};

use api_types::{Code, Problem};
use axum::{
    Json,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};

/// When a request that was answered with 503 may be tried again.
const RETRY_AFTER_SECONDS: u16 = 1;

/// What a handler returns instead of an answer.
#[derive(Debug)]
pub enum Error {
    /// 422
    Invalid(Vec<Code>),
    /// 400
    BadRequest(String),
    /// 401
    Unauthorized(&'static str),
    /// 403
    Forbidden(&'static str),
    /// 404
    NotFound(String),
    /// 405
    MethodNotAllowed,
    /// 408
    Timeout,
    /// 413
    TooLarge,
    /// 415
    NotJson,
    /// 429: the caller may try again after this long.
    TooManyRequests(Duration),
    /// 500, or 503 where trying again may help.
    Failed(Failure),
}

/// A fault of ours. It travels in the answer's extensions to the SERVER span, never to the caller.
#[derive(Clone, Debug)]
pub struct Failure {
    /// The type of the exception, such as `sqlx::Error`.
    pub kind: &'static str,
    pub message: Arc<str>,
    status: StatusCode,
}

impl Failure {
    pub(crate) fn new(kind: &'static str, message: impl fmt::Display) -> Self {
        let message = message.to_string().into();
        Self {
            kind,
            message,
            status: StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// One where trying again may help: 503.
    pub(crate) fn unavailable(kind: &'static str, message: impl fmt::Display) -> Self {
        Self {
            status: StatusCode::SERVICE_UNAVAILABLE,
            ..Self::new(kind, message)
        }
    }
}

/// Result codes of SQLite after which the same request may succeed later: the file is in use, the
/// statement took too long, or there is no room or no permission to write.
const TEMPORARY: [u32; 7] = [
    5,  // SQLITE_BUSY
    6,  // SQLITE_LOCKED
    8,  // SQLITE_READONLY
    9,  // SQLITE_INTERRUPT
    10, // SQLITE_IOERR
    13, // SQLITE_FULL
    14, // SQLITE_CANTOPEN
];
/// The lowest eight bits of a code are the kind of error, the others its details.
const PRIMARY_CODE: u32 = 0xff;

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        let failure = if is_temporary(&error) {
            Failure::unavailable("sqlx::Error", &error)
        } else {
            Failure::new("sqlx::Error", &error)
        };
        Self::Failed(failure)
    }
}

fn is_temporary(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|error| error.code());
    let code = code.and_then(|code| code.parse::<u32>().ok());
    matches!(
        error,
        sqlx::Error::PoolTimedOut | sqlx::Error::WorkerCrashed
    ) || code.is_some_and(|code| TEMPORARY.contains(&(code & PRIMARY_CODE)))
}

impl Error {
    fn status(&self) -> StatusCode {
        match self {
            Self::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::BadRequest(_) => StatusCode::BAD_REQUEST,
            Self::Unauthorized(_) => StatusCode::UNAUTHORIZED,
            Self::Forbidden(_) => StatusCode::FORBIDDEN,
            Self::NotFound(_) => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::Timeout => StatusCode::REQUEST_TIMEOUT,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::NotJson => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TooManyRequests(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Failed(failure) => failure.status,
        }
    }

    fn text(&self) -> Cow<'_, str> {
        match self {
            Self::BadRequest(text) | Self::NotFound(text) => text.into(),
            Self::Unauthorized(text) | Self::Forbidden(text) => (*text).into(),
            Self::Invalid(_) => "Some fields are not valid.".into(),
            Self::MethodNotAllowed => "This address does not answer that method; see Allow.".into(),
            Self::Timeout => "The request did not arrive in time: send it again.".into(),
            Self::TooLarge => "The body is too large: send up to 16 KiB.".into(),
            Self::NotJson => "Send the body as Content-Type: application/json.".into(),
            Self::TooManyRequests(wait) => format!(
                "Too many attempts. Try again in {} s.",
                whole_seconds(*wait)
            )
            .into(),
            Self::Failed(_) => "Something went wrong on our side. Please try again.".into(),
        }
    }
}

/// As `Retry-After` counts: rounded up, so that who waits that long has waited long enough.
fn whole_seconds(wait: Duration) -> u64 {
    wait.as_secs() + u64::from(wait.subsec_nanos() > 0)
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let status = self.status();
        let problem = Json(Problem {
            error: self.text().into_owned(),
        });
        match self {
            Self::Invalid(codes) => (status, Json(codes)).into_response(),
            Self::TooManyRequests(wait) => {
                let retry_after = [(header::RETRY_AFTER, whole_seconds(wait).to_string())];
                (status, retry_after, problem).into_response()
            }
            Self::Failed(failure) => {
                let mut response = (status, problem).into_response();
                if status == StatusCode::SERVICE_UNAVAILABLE {
                    let headers = response.headers_mut();
                    headers.insert(header::RETRY_AFTER, RETRY_AFTER_SECONDS.into());
                }
                response.extensions_mut().insert(failure);
                response
            }
            _ => (status, problem).into_response(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_keeps_its_reason_to_itself() {
        let error = Error::from(sqlx::Error::Protocol("table users is locked".to_owned()));
        assert!(!error.text().contains("users"));
        let response = error.into_response();
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let failure = response.extensions().get::<Failure>().unwrap();
        assert!(failure.message.contains("users"));
    }

    #[test]
    fn a_caller_who_was_too_fast_is_told_when_to_come_back() {
        let response = Error::TooManyRequests(Duration::from_millis(1_200)).into_response();
        assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(response.headers()[header::RETRY_AFTER], "2");
    }

    #[test]
    fn a_database_without_a_free_connection_may_be_tried_again() {
        let response = Error::from(sqlx::Error::PoolTimedOut).into_response();
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    }
}
