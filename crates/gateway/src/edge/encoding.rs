//! The encoding of a body, from `Content-Type` and `Content-Encoding`.

use axum::http::{HeaderMap, HeaderName, header};

use super::IngestError;
use crate::decode::Encoding;

/// An encoding, and the media type by which a request named it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct MediaType {
    pub(super) encoding: Encoding,
    /// Lowercase, without parameters. A response has the media type of its request.
    pub(super) name: &'static str,
}

/// OTLP's own media type first, then others that receivers accept.
const MEDIA_TYPES: &[MediaType] = &[
    MediaType::new(Encoding::Protobuf, "application/x-protobuf"),
    MediaType::new(Encoding::Protobuf, "application/protobuf"),
    MediaType::new(Encoding::Protobuf, "application/vnd.google.protobuf"),
    MediaType::new(Encoding::Protobuf, "application/x-google-protobuf"),
    MediaType::JSON,
];

/// Media types of files with one request per line. Browsers send none of them to another origin
/// without a preflight.
const FILE_TYPES: &[MediaType] = &[
    MediaType::new(Encoding::JsonLines, "application/json"),
    MediaType::new(Encoding::JsonLines, "application/x-ndjson"),
    MediaType::new(Encoding::JsonLines, "application/ndjson"),
    MediaType::new(Encoding::JsonLines, "application/jsonl"),
    MediaType::new(Encoding::JsonLines, "application/x-jsonlines"),
    MediaType::new(Encoding::JsonLines, "application/json-lines"),
];

impl MediaType {
    pub(super) const JSON: Self = Self::new(Encoding::Json, "application/json");

    const fn new(encoding: Encoding, name: &'static str) -> Self {
        Self { encoding, name }
    }

    /// Returns the media type of a request. Parameters, such as a charset, are ignored.
    pub(super) fn of(headers: &HeaderMap) -> Result<Self, IngestError> {
        Self::among(MEDIA_TYPES.iter(), headers)
    }

    /// Returns the media type of an imported file.
    pub(super) fn of_file(headers: &HeaderMap) -> Result<Self, IngestError> {
        Self::among(FILE_TYPES.iter().chain(MEDIA_TYPES), headers)
    }

    fn among<'a>(
        mut known: impl Iterator<Item = &'a Self>,
        headers: &HeaderMap,
    ) -> Result<Self, IngestError> {
        let value = text(headers, header::CONTENT_TYPE);
        let media_type = value.split(';').next().unwrap_or_default().trim();
        let found = known.find(|known| known.name.eq_ignore_ascii_case(media_type));
        found
            .copied()
            .ok_or_else(|| IngestError::ContentType(value.to_owned()))
    }
}

/// The compression of a body (HTTP's "content coding").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ContentCoding {
    Identity,
    Gzip,
    Deflate,
    Zstd,
}

impl ContentCoding {
    /// The value of `Accept-Encoding`.
    pub(super) const SUPPORTED: &str = "gzip, deflate, zstd";

    pub(super) fn of(headers: &HeaderMap) -> Result<Self, IngestError> {
        let value = text(headers, header::CONTENT_ENCODING).trim();
        match value.to_ascii_lowercase().as_str() {
            "" | "identity" => Ok(Self::Identity),
            "gzip" | "x-gzip" => Ok(Self::Gzip),
            "deflate" => Ok(Self::Deflate),
            "zstd" => Ok(Self::Zstd),
            _ => Err(IngestError::ContentEncoding(value.to_owned())),
        }
    }
}

fn text(headers: &HeaderMap, name: HeaderName) -> &str {
    headers
        .get(name)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}
