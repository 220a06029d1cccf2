//! The document of the page: `index.html` with its headers.

use std::{fs, io, path::Path};

use axum::{
    body::Bytes,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use sha2::{Digest, Sha256};

use super::policy;
use crate::hex;

const FILE: &str = "index.html";
const MAX_DOCUMENT_BYTES: u64 = 4 * 1024 * 1024;
/// The attribute that `trunk build` leaves for a server that makes a nonce for each response. This
/// server allows inline scripts and styles by their hashes instead.
const NONCE_ATTRIBUTE: &str = r#" nonce="{{__TRUNK NONCE__}}""#;
/// The number of digits of the content's hash in the `ETag`.
const ETAG_DIGITS: usize = 32;
/// `private`, because each response announces a span of its own, which a shared cache would repeat.
const CACHE_CONTROL: &str = "no-cache, private";
const CROSS_ORIGIN_OPENER_POLICY: HeaderName =
    HeaderName::from_static("cross-origin-opener-policy");

/// The error for a folder without a usable document.
#[derive(Debug, thiserror::Error)]
#[error(
    "cannot read `{path}`: set CRUDDUR_PAGE to the folder of a built page, or unset it to serve \
     the API only"
)]
pub(super) struct OpenPageError {
    path: String,
    #[source]
    cause: io::Error,
}

/// The document of the page.
#[derive(Debug)]
pub(super) struct Document {
    html: Bytes,
    policy: HeaderValue,
    etag: HeaderValue,
}

impl Document {
    pub(super) fn open(folder: &Path) -> Result<Self, OpenPageError> {
        let path = folder.join(FILE);
        read(&path)
            .and_then(|html| Self::new(&html))
            .map_err(|cause| OpenPageError {
                path: path.display().to_string(),
                cause,
            })
    }

    fn new(html: &str) -> io::Result<Self> {
        let html = html.replace(NONCE_ATTRIBUTE, "");
        let invalid = |error| io::Error::new(io::ErrorKind::InvalidData, error);
        let hash = hex(&Sha256::digest(&html));
        let etag = format!("W/\"{}\"", &hash[..ETAG_DIGITS]);
        Ok(Self {
            policy: HeaderValue::try_from(policy::of(&html)).map_err(invalid)?,
            etag: HeaderValue::try_from(etag).map_err(invalid)?,
            html: html.into(),
        })
    }

    /// Returns the policy for all files of the page, so that it also applies to a worker.
    pub(super) fn policy(&self) -> &HeaderValue {
        &self.policy
    }

    /// Responds with the document, or with 304 if the browser has it.
    pub(super) fn respond(&self, request: &HeaderMap) -> Response {
        if self.is_known(request) {
            return (StatusCode::NOT_MODIFIED, self.headers()).into_response();
        }
        (self.headers(), self.html.clone()).into_response()
    }

    /// Responds with the document and status 404.
    pub(super) fn respond_not_found(&self) -> Response {
        (StatusCode::NOT_FOUND, self.headers(), self.html.clone()).into_response()
    }

    fn headers(&self) -> [(HeaderName, HeaderValue); 5] {
        [
            (
                header::CONTENT_TYPE,
                HeaderValue::from_static("text/html; charset=utf-8"),
            ),
            (
                header::CACHE_CONTROL,
                HeaderValue::from_static(CACHE_CONTROL),
            ),
            (header::CONTENT_SECURITY_POLICY, self.policy.clone()),
            (header::ETAG, self.etag.clone()),
            (
                CROSS_ORIGIN_OPENER_POLICY,
                HeaderValue::from_static("same-origin"),
            ),
        ]
    }

    fn is_known(&self, request: &HeaderMap) -> bool {
        let known = request.get_all(header::IF_NONE_MATCH).iter();
        let mut tags = known
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','));
        tags.any(|tag| self.etag == tag.trim())
    }
}

fn read(path: &Path) -> io::Result<String> {
    let length = fs::metadata(path)?.len();
    if length > MAX_DOCUMENT_BYTES {
        let problem = format!("it has {length} bytes, more than {MAX_DOCUMENT_BYTES}");
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, problem));
    }
    fs::read_to_string(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(document: &Document, value: &str) -> bool {
        let request = HeaderMap::from_iter([(header::IF_NONE_MATCH, value.parse().unwrap())]);
        document.is_known(&request)
    }

    #[test]
    fn document_is_known_by_its_tag() {
        let document = Document::new("<p>a</p>").unwrap();
        let tag = document.etag.to_str().unwrap();
        assert!(known(&document, tag));
        assert!(known(&document, &format!("\"other\", {tag}")));
        let other = Document::new("<p>b</p>").unwrap();
        assert!(!known(&other, tag));
        assert!(!other.is_known(&HeaderMap::new()));
    }

    #[test]
    fn nonces_of_trunk_are_removed() {
        let html = r#"<script nonce="{{__TRUNK NONCE__}}">a()</script>"#;
        let document = Document::new(html).unwrap();
        assert_eq!(document.html, "<script>a()</script>");
    }
}
