//! What a request's body says, whatever it was compressed with.

use std::io::Read as _;

use axum::http::HeaderMap;
use axum::http::header::CONTENT_ENCODING;

/// The body before compression; an error names the encoding or the damage.
pub(crate) fn decoded(headers: &HeaderMap, body: &[u8]) -> Result<Vec<u8>, String> {
    match headers.get(CONTENT_ENCODING).map(|value| value.as_bytes()) {
        None => Ok(body.to_vec()),
        Some(b"gzip") => gunzip(body).map_err(|error| error.to_string()),
        Some(other) => Err(format!("content encoding {}", other.escape_ascii())),
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
    fn gzip_is_undone_and_what_else_there_is_is_named() {
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
            Err("content encoding br".to_owned())
        );
    }
}
