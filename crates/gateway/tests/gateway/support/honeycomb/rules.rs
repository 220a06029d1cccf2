//! Honeycomb's requirements of a request, and the statuses of violations:
//! <https://docs.honeycomb.io/api/errors>, and the order of its own OTLP library.

use axum::http::HeaderMap;
use prost::Message;

use super::{CLASSIC_KEY, KEY, MAX_BYTES, inflated};

/// A status and an error text.
pub(super) type Mistake = (u16, &'static str);

/// Requires a known key, and a dataset with a classic one.
pub(super) fn key(headers: &HeaderMap) -> Result<(), Mistake> {
    let Some(key) = headers.get("x-honeycomb-team") else {
        return Err((401, "missing 'x-honeycomb-team' header"));
    };
    let dataset = headers.get("x-honeycomb-dataset");
    match key.to_str().unwrap() {
        CLASSIC_KEY if dataset.is_none_or(|name| name.is_empty()) => {
            Err((401, "missing 'x-honeycomb-dataset' header"))
        }
        KEY | CLASSIC_KEY => Ok(()),
        _ => Err((
            401,
            r#"{"error":"unknown API key - check your credentials"}"#,
        )),
    }
}

/// Requires gzipped protobuf within the size limit, and exactly this content type.
pub(super) fn request<R: Message + Default>(
    headers: &HeaderMap,
    body: &[u8],
) -> Result<R, Mistake> {
    if !content_type(headers) {
        return Err((415, "unsupported content-type"));
    }
    if headers
        .get("content-encoding")
        .is_none_or(|name| name != "gzip")
    {
        return Err((400, "not gzipped"));
    }
    let bytes = inflated(body).map_err(|_| (400, "damaged gzip"))?;
    if bytes.len() > MAX_BYTES {
        return Err((413, "request body is too large"));
    }
    R::decode(&*bytes).map_err(|_| (400, "failed to parse OTLP request body"))
}

fn content_type(headers: &HeaderMap) -> bool {
    let mut all = headers.get_all("content-type").iter();
    all.next()
        .is_some_and(|name| name == "application/x-protobuf")
        && all.next().is_none()
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderName;
    use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;

    use super::*;
    use crate::support::{gzip, request, span};

    const WHOLE: [(&str, &str); 3] = [
        ("content-type", "application/x-protobuf"),
        ("content-encoding", "gzip"),
        ("x-honeycomb-team", KEY),
    ];

    fn headers(changed: &[(&str, &str)]) -> HeaderMap {
        let all = WHOLE.iter().chain(changed);
        let header = |(name, value): &(&str, &str)| {
            (name.parse::<HeaderName>().unwrap(), value.parse().unwrap())
        };
        let mut headers = HeaderMap::new();
        for (name, value) in all.map(header) {
            headers.insert(name, value);
        }
        headers
    }

    fn status(changed: &[(&str, &str)], body: &[u8]) -> u16 {
        let headers = headers(changed);
        let read = super::request::<ExportTraceServiceRequest>(&headers, body);
        let refused = read.and_then(|_| key(&headers));
        refused.map_or_else(|(status, _)| status, |()| 200)
    }

    #[test]
    fn fake_rejects_what_honeycomb_rejects() {
        let body = gzip(&request("shop", vec![span(1, 1, "a")]).encode_to_vec());
        assert_eq!(status(&[], &body), 200);
        let json = ("content-type", "application/x-protobuf; charset=utf-8");
        assert_eq!(status(&[json], &body), 415);
        let classic = ("x-honeycomb-team", CLASSIC_KEY);
        assert_eq!(status(&[classic], &body), 401);
        assert_eq!(status(&[classic, ("x-honeycomb-dataset", "a")], &body), 200);
        assert_eq!(status(&[("x-honeycomb-team", "hcaik_1")], &body), 401);
        assert_eq!(status(&[], b"body"), 400);
        assert_eq!(status(&[], &gzip(b"body")), 400);
        assert_eq!(status(&[], &gzip(&vec![0; MAX_BYTES + 1])), 413);
    }
}
