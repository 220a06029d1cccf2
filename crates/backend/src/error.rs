//! Errors of a request, and their responses.
//!
//! | use | when |
//! |---|---|
//! | [`Error::Invalid`] | the request was readable, but some fields are not valid: codes for a form |
//! | [`Error::BadRequest`] | the request was not readable |
//! | [`Error::Failed`] | the server is at fault: the span and the log get the cause, the response does not |

use std::{sync::Arc, time::Duration};

use api_types::{Code, Problem};
use axum::{
    Json,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};

/// The `Retry-After` of a 503.
const RETRY_AFTER_SECONDS: u16 = 1;

/// An error of a request. Its `Display` is the sentence in the body of the response.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// 422
    #[error("Some fields are not valid.")]
    Invalid(Vec<Code>),
    /// 400
    #[error("{0}")]
    BadRequest(String),
    /// 401
    #[error("{0}")]
    Unauthorized(&'static str),
    /// 401 with a `WWW-Authenticate` header, which repeats the sentence.
    #[error("{0}")]
    InvalidToken(&'static str),
    /// 403
    #[error("{0}")]
    Forbidden(&'static str),
    /// 404
    #[error("{0}")]
    NotFound(String),
    /// 405
    #[error("This address does not allow that method; see the Allow header.")]
    MethodNotAllowed,
    /// 408
    #[error("The request did not arrive in time: send it again.")]
    Timeout,
    /// 413
    #[error("The body is too large: send up to 16 KiB.")]
    TooLarge,
    /// 415
    #[error("Send the body as Content-Type: application/json.")]
    NotJson,
    /// 429, with the time after which the client may retry.
    #[error("Too many attempts. Try again in {} s.", whole_seconds(*.0))]
    TooManyRequests(Duration),
    /// 500, or 503 if a retry may succeed.
    #[error("Something went wrong on our side. Please try again.")]
    Failed(#[from] Failure),
}

/// A fault of the server.
///
/// It travels in the response's extensions to the SERVER span and the log, never to the client.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{kind}")]
pub struct Failure {
    /// The type of the cause, such as `sqlx::Error`.
    pub(crate) kind: &'static str,
    /// The cause.
    #[source]
    pub(crate) cause: Arc<dyn std::error::Error + Send + Sync>,
    status: StatusCode,
}

impl Failure {
    /// Creates a failure that is answered with 500.
    pub(crate) fn new(
        kind: &'static str,
        cause: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        let cause: Box<dyn std::error::Error + Send + Sync> = cause.into();
        Self {
            kind,
            cause: cause.into(),
            status: StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Creates a failure after which a retry may succeed. It is answered with 503.
    pub(crate) fn unavailable(
        kind: &'static str,
        cause: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self {
            status: StatusCode::SERVICE_UNAVAILABLE,
            ..Self::new(kind, cause)
        }
    }

    /// Returns whether a retry may succeed.
    pub(crate) fn is_temporary(&self) -> bool {
        self.status == StatusCode::SERVICE_UNAVAILABLE
    }
}

/// SQLite result codes after which the same request may succeed later: the file is in use, the
/// statement took too long, or there is no space or no permission to write.
const TEMPORARY_SQLITE_CODES: [u32; 7] = [
    5,  // SQLITE_BUSY
    6,  // SQLITE_LOCKED
    8,  // SQLITE_READONLY
    9,  // SQLITE_INTERRUPT
    10, // SQLITE_IOERR
    13, // SQLITE_FULL
    14, // SQLITE_CANTOPEN
];
/// The lowest eight bits of a result code are the primary code, the others are details.
const PRIMARY_CODE_MASK: u32 = 0xff;

/// The classes (first two characters) of PostgreSQL's error codes after which the same request may
/// succeed later.
const TEMPORARY_POSTGRES_CLASSES: [&str; 7] = [
    "08", // connection exception
    "25", // invalid transaction state: the server is read-only
    "40", // transaction rollback: deadlock
    "53", // insufficient resources: disk full, too many connections
    "55", // object not in prerequisite state: lock not available
    "57", // operator intervention: timeout, restart
    "58", // system error: input or output
];
/// The length of PostgreSQL's error codes. SQLite's have at most four digits.
const POSTGRES_CODE_LENGTH: usize = 5;

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        let failure = if is_temporary(&error) {
            Failure::unavailable("sqlx::Error", error)
        } else {
            Failure::new("sqlx::Error", error)
        };
        Self::Failed(failure)
    }
}

fn is_temporary(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::PoolTimedOut | sqlx::Error::WorkerCrashed | sqlx::Error::Io(_) => true,
        sqlx::Error::Database(error) => error.code().is_some_and(|code| is_temporary_code(&code)),
        _ => false,
    }
}

fn is_temporary_code(code: &str) -> bool {
    if code.len() == POSTGRES_CODE_LENGTH {
        return TEMPORARY_POSTGRES_CLASSES.contains(&&code[..2]);
    }
    let code = code.parse::<u32>();
    code.is_ok_and(|code| TEMPORARY_SQLITE_CODES.contains(&(code & PRIMARY_CODE_MASK)))
}

impl Error {
    fn status(&self) -> StatusCode {
        match self {
            Self::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::BadRequest(_) => StatusCode::BAD_REQUEST,
            Self::Unauthorized(_) | Self::InvalidToken(_) => StatusCode::UNAUTHORIZED,
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
}

/// Rounds up, so that a client that waits for `Retry-After` has waited long enough.
fn whole_seconds(wait: Duration) -> u64 {
    wait.as_secs() + u64::from(wait.subsec_nanos() > 0)
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let status = self.status();
        let problem = Json(Problem {
            error: self.to_string(),
        });
        match self {
            Self::Invalid(codes) => (status, Json(codes)).into_response(),
            Self::InvalidToken(description) => {
                let challenge = format!(
                    "Bearer realm=\"cruddur\", error=\"invalid_token\", \
                     error_description=\"{description}\""
                );
                (status, [(header::WWW_AUTHENTICATE, challenge)], problem).into_response()
            }
            Self::TooManyRequests(wait) => {
                let retry_after = [(header::RETRY_AFTER, whole_seconds(wait).to_string())];
                (status, retry_after, problem).into_response()
            }
            Self::Failed(failure) => {
                let mut response = (status, problem).into_response();
                if failure.is_temporary() {
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
    use std::error::Error as _;

    use super::*;

    #[test]
    fn failure_keeps_its_cause_out_of_the_response() {
        let error = Error::from(sqlx::Error::Protocol("table users is locked".to_owned()));
        assert!(!error.to_string().contains("users"));
        let response = error.into_response();
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let failure = response.extensions().get::<Failure>().unwrap();
        assert!(failure.cause.to_string().contains("users"));
    }

    #[test]
    fn failure_is_a_chain_of_sources_down_to_the_cause() {
        let error = Error::from(sqlx::Error::PoolTimedOut);
        let failure = error.source().unwrap();
        let cause = failure.source().unwrap();
        assert_eq!(cause.to_string(), sqlx::Error::PoolTimedOut.to_string());
    }

    #[test]
    fn too_many_requests_has_a_retry_after_rounded_up() {
        let response = Error::TooManyRequests(Duration::from_millis(1_200)).into_response();
        assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(response.headers()[header::RETRY_AFTER], "2");
    }

    #[test]
    fn pool_timeout_is_503() {
        let response = Error::from(sqlx::Error::PoolTimedOut).into_response();
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    }

    #[test]
    fn temporary_codes_of_both_databases_are_known() {
        for code in [
            "5", "13", "1290", "57P01", "57014", "40P01", "53300", "08006",
        ] {
            assert!(is_temporary_code(code), "{code}");
        }
        for code in ["1", "19", "2067", "23505", "42P01", "22021"] {
            assert!(!is_temporary_code(code), "{code}");
        }
    }
}
