//! Errors of the API: `{"error": "what happened and what to do"}`.

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::json;
use trace_model::IdError;

use crate::store::ReadError;

#[derive(Debug)]
pub(super) enum Failure {
    NotFound(String),
    BadRequest(String),
    Store(ReadError),
    /// Too many answers are being written.
    Busy,
}

impl Failure {
    pub(super) fn trace_id(error: IdError) -> Self {
        Self::NotFound(format!(
            "{error}: a trace id is 32 hex digits, or 1-8hex-24hex as X-Ray writes it"
        ))
    }
}

impl From<ReadError> for Failure {
    fn from(error: ReadError) -> Self {
        Self::Store(error)
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let (status, error) = match self {
            Self::NotFound(error) => (StatusCode::NOT_FOUND, error),
            Self::BadRequest(error) => (StatusCode::BAD_REQUEST, error),
            Self::Busy => (
                StatusCode::SERVICE_UNAVAILABLE,
                "too many answers are not read by those who asked; ask again soon".to_owned(),
            ),
            Self::Store(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()),
        };
        (status, Json(json!({ "error": error }))).into_response()
    }
}
