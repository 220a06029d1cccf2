//! Decodes request bodies.

use std::io::Read as _;

use axum::http::HeaderMap;
use axum::http::header::CONTENT_ENCODING;

/// Returns the uncompressed body.
///
/// # Errors
///
/// If the content encoding is not supported, or the compressed body is invalid.
pub(crate) fn decoded(headers: &HeaderMap, body: &[u8]) -> Result<Vec<u8>, String> {
    match headers.get(CONTENT_ENCODING).map(|value| value.as_bytes()) {
        None => Ok(body.to_vec()),
        Some(b"gzip") => gunzip(body).map_err(|error| error.to_string()),
        Some(other) => Err(format!(
            "unsupported content encoding {}",
            other.escape_ascii()
        )),
    }
}

fn gunzip(body: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut plain = Vec::new();
    flate2::read::GzDecoder::new(body).read_to_end(&mut plain)?;
    Ok(plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Compression, write::GzEncoder};
    use std::io::Write as _;

    #[test]
    fn gzip_is_decoded_and_other_encodings_are_errors() {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
        gzip.write_all(b"spans").unwrap();
        let mut headers = HeaderMap::new();
        assert_eq!(decoded(&headers, b"spans").unwrap(), b"spans");
        headers.insert(CONTENT_ENCODING, "gzip".parse().unwrap());
        assert_eq!(
            decoded(&headers, &gzip.finish().unwrap()).unwrap(),
            b"spans"
        );
        headers.insert(CONTENT_ENCODING, "br".parse().unwrap());
        assert_eq!(
            decoded(&headers, b"?"),
            Err("unsupported content encoding br".to_owned())
        );
    }
}
