//! Errors of the API as `{"error": "what failed and what to do"}`.

use std::time::Duration;

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use logging::error_chain;
use serde_json::json;
use trace_model::{IdError, TraceId};
use tracing::error;

use crate::{
    analytics::AnalyticsError,
    store::{ClearError, ReadError},
};

/// Why a request of the API fails.
#[derive(Debug)]
pub(super) enum ApiError {
    NotFound(String),
    BadRequest(String),
    Store(ReadError),
    Analytics(AnalyticsError),
    Clear(ClearError),
    /// The answer took longer than this.
    Timeout(Duration),
    /// Too many responses wait to be read.
    Busy,
}

impl ApiError {
    /// Returns a 404 for a malformed trace id.
    pub(super) fn trace_id(error: IdError) -> Self {
        Self::NotFound(format!(
            "{error}: a trace id is 32 hex digits, or 1-8hex-24hex as X-Ray writes it"
        ))
    }

    /// Returns a 404 for a trace without spans in the store.
    pub(super) fn unknown_trace(id: TraceId) -> Self {
        Self::NotFound(format!(
            "trace {id} is not in the store: it has not arrived yet, or has expired"
        ))
    }
}

impl From<ReadError> for ApiError {
    fn from(error: ReadError) -> Self {
        Self::Store(error)
    }
}

impl From<ClearError> for ApiError {
    fn from(error: ClearError) -> Self {
        Self::Clear(error)
    }
}

impl From<AnalyticsError> for ApiError {
    fn from(error: AnalyticsError) -> Self {
        Self::Analytics(error)
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let (status, text) = match self {
            Self::NotFound(text) => (StatusCode::NOT_FOUND, text),
            Self::BadRequest(text) => (StatusCode::BAD_REQUEST, text),
            Self::Busy => (
                StatusCode::SERVICE_UNAVAILABLE,
                "too many responses wait to be read: retry later".to_owned(),
            ),
            Self::Timeout(limit) => (
                StatusCode::GATEWAY_TIMEOUT,
                format!(
                    "no answer within {} s: nothing was changed",
                    limit.as_secs()
                ),
            ),
            Self::Store(error) => unreadable(error_chain(&error)),
            Self::Analytics(error) => unreadable(error_chain(&error)),
            Self::Clear(error) => unreadable(error_chain(&error)),
        };
        (status, Json(json!({ "error": text }))).into_response()
    }
}

fn unreadable(text: String) -> (StatusCode, String) {
    error!(error = text, "cannot read or write the store");
    (StatusCode::INTERNAL_SERVER_ERROR, text)
}
