//! Answers in the request's encoding: success, partial success, or a `google.rpc.Status`.

use axum::{
    body::Body,
    http::{HeaderValue, Method, Response, StatusCode, header},
};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTracePartialSuccess, ExportTraceServiceResponse,
};
use prost::Message;
use serde_json::json;

use super::{
    encoding::{ContentCoding, MediaType},
    rpc_status::{INVALID_ARGUMENT, RpcStatus, shortened},
};
use crate::{
    decode::{Encoding, Malformed, Rejections, Warnings},
    headers::secure_uncached,
    store::AppendError,
};

/// Why a whole request was not taken. The text is for the developer who reads the exporter's log.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refusal {
    #[error("Content-Type {0:?} is not OTLP: send application/x-protobuf or application/json")]
    ContentType(String),
    #[error(
        "Content-Encoding {0:?} is not supported: send gzip, deflate or zstd, or no compression"
    )]
    ContentEncoding(String),
    #[error("{0} is not supported here: OTLP is sent by POST")]
    Method(Method),
    #[error("{0:?} is not served: this gateway takes traces, by POST to /v1/traces")]
    Signal(String),
    #[error("{0:?} is not where this gateway takes spans: send OTLP to /v1/traces, by POST")]
    Path(String),
    #[error(
        "this gateway takes OTLP over HTTP/1.1 and not by gRPC: set OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf, and send to /v1/traces"
    )]
    Grpc,
    #[error("the body is more than {limit_bytes} bytes, compressed or not: export smaller batches")]
    TooLarge { limit_bytes: usize },
    #[error(
        "taken apart, the body would need {bytes} bytes of memory, and there are {at_most} for all: export smaller batches, or raise OTEL_WEB_GATEWAY_MAX_MEMORY_MB"
    )]
    TooMuchMemory { bytes: usize, at_most: usize },
    #[error("the compressed body is damaged: {0}")]
    Compression(std::io::Error),
    #[error("the body did not arrive completely: {0}")]
    Incomplete(axum::Error),
    #[error("the body did not arrive within {within_seconds} s")]
    Slow { within_seconds: u64 },
    #[error(transparent)]
    Malformed(#[from] Malformed),
    #[error(
        "this client sends too much: retry after {retry_after_seconds} s; many small requests cost more than larger batches"
    )]
    TooMany { retry_after_seconds: u32 },
    #[error("the gateway is busy: retry after {RETRY_AFTER_SECONDS} s")]
    Busy,
    #[error("the gateway could not store the spans: {0}; retry after {RETRY_AFTER_SECONDS} s")]
    Store(String),
}

const RETRY_AFTER_SECONDS: u16 = 1;

/// Values of `google.rpc.Code`.
const DEADLINE_EXCEEDED: i32 = 4;
const RESOURCE_EXHAUSTED: i32 = 8;
const UNIMPLEMENTED: i32 = 12;
const UNAVAILABLE: i32 = 14;

impl From<AppendError> for Refusal {
    fn from(error: AppendError) -> Self {
        match error {
            AppendError::Busy => Self::Busy,
            error @ (AppendError::Failed(_) | AppendError::Stopping) => {
                Self::Store(error.to_string())
            }
        }
    }
}

impl Refusal {
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
            // Not 408, after which an OTLP client has to drop its spans.
            Self::Slow { .. } | Self::Busy | Self::Store(_) => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// By which it is counted.
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
            Self::Store(_) => "not_stored",
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

    /// The part of the request that will never be taken.
    const fn bad_field(&self) -> Option<&'static str> {
        match self {
            Self::ContentType(_) => Some("Content-Type"),
            Self::ContentEncoding(_) => Some("Content-Encoding"),
            Self::Compression(_) | Self::Incomplete(_) | Self::Malformed(_) => Some("body"),
            _ => None,
        }
    }

    /// The `google.rpc.Code` nearest to the HTTP status.
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
            Self::Busy | Self::Store(_) => UNAVAILABLE,
        }
    }

    /// What its sender is told.
    pub(crate) fn message(&self) -> String {
        shortened(self.to_string())
    }

    pub(super) fn answer(&self, media_type: MediaType) -> Response<Body> {
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

/// What is told of a request that was accepted.
#[derive(Debug, Default)]
pub(super) struct Accepted {
    pub(super) rejections: Rejections,
    pub(super) warnings: Warnings,
}

impl Accepted {
    /// Absent when there is nothing to tell. Warnings alone come with zero rejected spans, as
    /// the specification has it.
    fn partial_success(&self) -> Option<ExportTracePartialSuccess> {
        self.loss().map(|loss| ExportTracePartialSuccess {
            rejected_spans: i64::try_from(self.rejections.total()).unwrap_or(i64::MAX),
            error_message: shortened(loss),
        })
    }

    /// What of the request was not kept, or not as it came, and why.
    pub(super) fn loss(&self) -> Option<String> {
        if self.rejections.total() == 0 && self.warnings.is_empty() {
            return None;
        }
        let texts = [self.rejections.to_string(), self.warnings.to_string()];
        let texts = texts.iter().filter(|text| !text.is_empty());
        Some(texts.map(String::as_str).collect::<Vec<_>>().join("; "))
    }
}

/// 200: everything was taken, or `partial_success` says what was not and why.
pub(super) fn success(media_type: MediaType, accepted: &Accepted) -> Response<Body> {
    let partial = accepted.partial_success();
    let json = partial.as_ref().map_or_else(|| json!({}), partial_json);
    let message = ExportTraceServiceResponse {
        partial_success: partial,
    };
    render(media_type, StatusCode::OK, &message, &json)
}

/// ProtoJSON of a 64-bit count is a string.
fn partial_json(partial: &ExportTracePartialSuccess) -> serde_json::Value {
    json!({ "partialSuccess": {
        "rejectedSpans": partial.rejected_spans.to_string(),
        "errorMessage": partial.error_message,
    }})
}

fn render(
    media_type: MediaType,
    status: StatusCode,
    message: &impl Message,
    json: &serde_json::Value,
) -> Response<Body> {
    let body = match media_type.encoding {
        Encoding::Protobuf => message.encode_to_vec(),
        Encoding::Json | Encoding::JsonLines => json.to_string().into_bytes(),
    };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let media_type = HeaderValue::from_static(media_type.name);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, media_type);
    secure_uncached(headers);
    response
}
