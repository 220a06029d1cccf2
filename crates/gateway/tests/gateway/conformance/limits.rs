//! Limits and back pressure: requests that are too large, now or always.

use prost::Message;

use super::case::{Case, case};
use crate::support::{JSON, PROTOBUF, gzip, request, span};

fn one_span() -> Vec<u8> {
    request("shop", vec![span(1, 1, "GET /")]).encode_to_vec()
}

pub(super) fn cases() -> Vec<Case> {
    vec![
        case("The server MUST limit the size of the request body [...] If the limit is exceeded, the server MUST respond with `HTTP 413 Content Too Large`.")
            .protobuf(vec![0; 1001]).with(|config| config.limits.body_bytes = 1000)
            .gives(413).gives_status_message(PROTOBUF).stores(0),
        case("[...] including after decompression, to mitigate possible excessive memory usage")
            .json(" ".repeat(1 << 20)).gzipped().with(|config| config.limits.body_bytes = 1000)
            .gives(413).gives_status_message(JSON).stores(0),
        case("[...] caused by a misconfigured or malicious client sending an oversized request. (of which nothing is left after decompression)")
            .json("").header("content-encoding", "gzip").body(gzip(&[]).repeat(1000))
            .with(|config| config.limits.body_bytes = 1000)
            .gives(413).gives_status_message(JSON),
        case("It is RECOMMENDED to use 64 MiB as the default limit. (just below)")
            .json(" ".repeat((64 << 20) - 2) + "{}").gives(200),
        case("It is RECOMMENDED to use 64 MiB as the default limit. (just above)")
            .json(" ".repeat((64 << 20) - 1) + "{}").gives(413).gives_status_message(JSON),
        case("[...] or the server is overloaded, the server SHOULD respond with [...] `HTTP 503 Service Unavailable` and MAY include \"Retry-After\"")
            .protobuf(one_span()).with(|config| config.limits.memory_bytes = 0)
            .gives(503).gives_header("retry-after", "1").gives_status_message(PROTOBUF).stores(0),
    ]
}
