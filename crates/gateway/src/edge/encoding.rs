//! What the request's headers say of its body.

use axum::http::{HeaderMap, HeaderName, header};

use super::Refusal;
use crate::decode::Encoding;

/// An encoding under one of the names that it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct MediaType {
    pub(super) encoding: Encoding,
    /// In lower case, without parameters. An answer has that of its request.
    pub(super) name: &'static str,
}

/// The names that OTLP has come first; the others are what other receivers take.
const MEDIA_TYPES: &[MediaType] = &[
    MediaType::new(Encoding::Protobuf, "application/x-protobuf"),
    MediaType::new(Encoding::Protobuf, "application/protobuf"),
    MediaType::new(Encoding::Protobuf, "application/vnd.google.protobuf"),
    MediaType::new(Encoding::Protobuf, "application/x-google-protobuf"),
    MediaType::JSON,
];

/// Files with a request on each line. None of these can be sent by a foreign page without
/// the browser asking first.
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

    /// Of a request, from `Content-Type`; its parameters, such as a charset, do not matter.
    pub(super) fn of(headers: &HeaderMap) -> Result<Self, Refusal> {
        Self::among(MEDIA_TYPES.iter(), headers)
    }

    /// Of a file that is imported.
    pub(super) fn of_file(headers: &HeaderMap) -> Result<Self, Refusal> {
        Self::among(FILE_TYPES.iter().chain(MEDIA_TYPES), headers)
    }

    fn among<'a>(
        mut known: impl Iterator<Item = &'a Self>,
        headers: &HeaderMap,
    ) -> Result<Self, Refusal> {
        let given = text(headers, header::CONTENT_TYPE);
        let media_type = given.split(';').next().unwrap_or_default().trim();
        let found = known.find(|known| known.name.eq_ignore_ascii_case(media_type));
        found
            .copied()
            .ok_or_else(|| Refusal::ContentType(given.to_owned()))
    }
}

/// How the body was compressed (HTTP "content coding").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ContentCoding {
    Identity,
    Gzip,
    Deflate,
    Zstd,
}

impl ContentCoding {
    /// For `Accept-Encoding`.
    pub(super) const SUPPORTED: &str = "gzip, deflate, zstd";

    pub(super) fn of(headers: &HeaderMap) -> Result<Self, Refusal> {
        let given = text(headers, header::CONTENT_ENCODING).trim();
        match given.to_ascii_lowercase().as_str() {
            "" | "identity" => Ok(Self::Identity),
            "gzip" | "x-gzip" => Ok(Self::Gzip),
            "deflate" => Ok(Self::Deflate),
            "zstd" => Ok(Self::Zstd),
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
