//! What the request's headers say of its body.

use axum::http::{HeaderMap, HeaderName, header};

use super::Refusal;
use crate::decode::Encoding;

impl Encoding {
    /// From `Content-Type`; its parameters, such as a charset, do not matter.
    pub(super) fn of(headers: &HeaderMap) -> Result<Self, Refusal> {
        let given = text(headers, header::CONTENT_TYPE);
        let media_type = given.split(';').next().unwrap_or_default().trim();
        match media_type.to_ascii_lowercase().as_str() {
            "application/x-protobuf" => Ok(Self::Protobuf),
            "application/json" => Ok(Self::Json),
            _ => Err(Refusal::ContentType(given.to_owned())),
        }
    }

    /// For `Content-Type`: exactly these, without parameters.
    pub(super) const fn media_type(self) -> &'static str {
        match self {
            Self::Protobuf => "application/x-protobuf",
            Self::Json => "application/json",
        }
    }
}

/// How the body was compressed (HTTP "content coding").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ContentCoding {
    Identity,
    Gzip,
}

impl ContentCoding {
    pub(super) fn of(headers: &HeaderMap) -> Result<Self, Refusal> {
        let given = text(headers, header::CONTENT_ENCODING).trim();
        match given.to_ascii_lowercase().as_str() {
            "" | "identity" => Ok(Self::Identity),
            "gzip" | "x-gzip" => Ok(Self::Gzip),
            _ => Err(Refusal::ContentEncoding(given.to_owned())),
        }
    }
}

fn text(headers: &HeaderMap, name: HeaderName) -> &str {
    headers
        .get(name)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}
