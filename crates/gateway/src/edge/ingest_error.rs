//! Why a request is not accepted, with its HTTP status, its `google.rpc.Code` and its counter.

use axum::{
    body::Body,
    http::{HeaderValue, Method, Response, StatusCode, header},
};
use logging::error_chain;
use tokio::task::JoinError;

use super::{
    encoding::{ContentCoding, MediaType},
    response::render,
    rpc_status::{INVALID_ARGUMENT, RpcStatus, truncated},
};
use crate::{decode::Malformed, store::AppendError};

/// Why a whole request is not accepted. The text is for the developer who reads the exporter's log.
#[derive(Debug, thiserror::Error)]
pub(crate) enum IngestError {
    #[error("Content-Type {0:?} is not OTLP: send application/x-protobuf or application/json")]
    ContentType(String),
    #[error(
        "Content-Encoding {0:?} is not supported: send gzip, deflate or zstd, or no compression"
    )]
    ContentEncoding(String),
    #[error("{0} is not supported here: send OTLP by POST")]
    Method(Method),
    #[error(
        "{0:?} is not supported: this gateway accepts traces and logs, by POST to /v1/traces and /v1/logs"
    )]
    Signal(String),
    #[error(
        "{0:?} accepts neither spans nor log records: send OTLP by POST to /v1/traces or /v1/logs"
    )]
    Path(String),
    #[error(
        "this gateway accepts OTLP over HTTP/1.1, not gRPC: set OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf, and send to /v1/traces or /v1/logs"
    )]
    Grpc,
    #[error(
        "the body is larger than {limit_bytes} bytes, compressed or not: export smaller batches"
    )]
    TooLarge { limit_bytes: usize },
    #[error(
        "decoding the body would need {bytes} bytes of memory, and the limit for all requests is {limit_bytes}: export smaller batches, or raise OTEL_WEB_GATEWAY_MAX_MEMORY_MB"
    )]
    TooMuchMemory { bytes: usize, limit_bytes: usize },
    #[error("the compressed body is damaged")]
    Compression(#[source] std::io::Error),
    #[error("the body is incomplete")]
    Incomplete(#[source] axum::Error),
    #[error("the body did not arrive within {timeout_seconds} s")]
    Slow { timeout_seconds: u64 },
    #[error(transparent)]
    Malformed(#[from] Malformed),
    #[error(
        "this client exceeds its rate limit: retry after {retry_after_seconds} s, and send larger batches instead of many small requests"
    )]
    TooMany { retry_after_seconds: u32 },
    #[error("the gateway is busy: retry after {RETRY_AFTER_SECONDS} s")]
    Busy,
    #[error("the gateway cannot store the request, retry after {RETRY_AFTER_SECONDS} s")]
    Store(#[source] AppendError),
    #[error("the gateway stopped processing the request: retry after {RETRY_AFTER_SECONDS} s")]
    Interrupted(#[from] JoinError),
}

const RETRY_AFTER_SECONDS: u16 = 1;

/// Values of `google.rpc.Code`.
const DEADLINE_EXCEEDED: i32 = 4;
const RESOURCE_EXHAUSTED: i32 = 8;
const UNIMPLEMENTED: i32 = 12;
const UNAVAILABLE: i32 = 14;

impl From<AppendError> for IngestError {
    fn from(error: AppendError) -> Self {
        match error {
            AppendError::Busy => Self::Busy,
            error @ (AppendError::Failed(_) | AppendError::Stopping) => Self::Store(error),
        }
    }
}

impl IngestError {
    const fn status(&self) -> StatusCode {
        match self {
            Self::ContentType(_) | Self::ContentEncoding(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Method(_) => StatusCode::METHOD_NOT_ALLOWED,
            Self::Signal(_) | Self::Path(_) | Self::Grpc => StatusCode::NOT_FOUND,
            Self::TooLarge { .. } | Self::TooMuchMemory { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Compression(_) | Self::Incomplete(_) | Self::Malformed(_) => {
                StatusCode::BAD_REQUEST
            }
            Self::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
            // Not 408, after which an OTLP client has to drop its records.
            Self::Slow { .. } | Self::Busy | Self::Store(_) | Self::Interrupted(_) => {
                StatusCode::SERVICE_UNAVAILABLE
            }
        }
    }

    /// Returns the name under which the error is counted.
    pub(crate) const fn reason(&self) -> &'static str {
        match self {
            Self::ContentType(_) => "content_type",
            Self::ContentEncoding(_) => "content_encoding",
            Self::Method(_) => "method",
            Self::Signal(_) => "not_served",
            Self::Path(_) => "wrong_path",
            Self::Grpc => "grpc",
            Self::TooLarge { .. } => "too_large",
            Self::TooMuchMemory { .. } => "too_much_memory",
            Self::Compression(_) => "damaged_compression",
            Self::Incomplete(_) => "incomplete",
            Self::Slow { .. } => "slow",
            Self::Malformed(_) => "malformed",
            Self::TooMany { .. } => "rate_limited",
            Self::Busy => "busy",
            Self::Store(_) | Self::Interrupted(_) => "not_stored",
        }
    }

    fn retry_after_seconds(&self) -> u32 {
        match self {
            Self::TooMany {
                retry_after_seconds,
            } => *retry_after_seconds,
            _ => RETRY_AFTER_SECONDS.into(),
        }
    }

    fn is_retryable(&self) -> bool {
        matches!(
            self.status(),
            StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE
        )
    }

    /// Returns the part of the request that is permanently invalid.
    const fn bad_field(&self) -> Option<&'static str> {
        match self {
            Self::ContentType(_) => Some("Content-Type"),
            Self::ContentEncoding(_) => Some("Content-Encoding"),
            Self::Compression(_) | Self::Incomplete(_) | Self::Malformed(_) => Some("body"),
            _ => None,
        }
    }

    /// Returns the `google.rpc.Code` nearest to the HTTP status.
    const fn code(&self) -> i32 {
        match self {
            Self::ContentType(_)
            | Self::ContentEncoding(_)
            | Self::Compression(_)
            | Self::Incomplete(_)
            | Self::Malformed(_) => INVALID_ARGUMENT,
            Self::Slow { .. } => DEADLINE_EXCEEDED,
            Self::TooLarge { .. } | Self::TooMuchMemory { .. } | Self::TooMany { .. } => {
                RESOURCE_EXHAUSTED
            }
            Self::Method(_) | Self::Signal(_) | Self::Path(_) | Self::Grpc => UNIMPLEMENTED,
            Self::Busy | Self::Store(_) | Self::Interrupted(_) => UNAVAILABLE,
        }
    }

    /// Returns the text for the client: the error and its causes, truncated.
    pub(crate) fn message(&self) -> String {
        truncated(error_chain(self))
    }

    pub(super) fn response(&self, media_type: MediaType) -> Response<Body> {
        let status = RpcStatus::new(self.code(), self.message(), self.bad_field());
        let mut response = render(media_type, self.status(), &status, &status.json());
        let headers = response.headers_mut();
        if matches!(self, Self::Method(_)) {
            headers.insert(header::ALLOW, HeaderValue::from_static("POST"));
        }
        if matches!(self, Self::ContentEncoding(_)) {
            let supported = HeaderValue::from_static(ContentCoding::SUPPORTED);
            headers.insert(header::ACCEPT_ENCODING, supported);
        }
        if self.is_retryable() {
            headers.insert(header::RETRY_AFTER, self.retry_after_seconds().into());
        }
        response
    }
}
