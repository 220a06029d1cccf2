//! Detects the protocol of a connection by its first bytes, without consuming them.

use std::time::Duration;

use tokio::{net::TcpStream, time::timeout};

use crate::http2::PREFACE;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// HTTP/1, or anything else. hyper reports an error for the latter.
    Http1,
    Http2,
    Tls,
    /// The client closed the connection, or sent nothing in time.
    None,
}

impl Protocol {
    pub(crate) async fn detect(stream: &TcpStream, limit: Duration) -> Self {
        let mut start = [0; PREFACE.len()];
        match timeout(limit, stream.peek(&mut start)).await {
            Ok(Ok(bytes @ 1..)) => Self::of(&start[..bytes]),
            _ => Self::None,
        }
    }

    fn of(start: &[u8]) -> Self {
        // `PRI` is not a method of HTTP/1.
        const METHOD: &[u8] = b"PRI ";
        match start {
            _ if start.starts_with(METHOD) && PREFACE.starts_with(start) => Self::Http2,
            // A handshake record of any version.
            [0x16, 3, ..] => Self::Tls,
            _ => Self::Http1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn protocol_is_detected_by_the_first_bytes() {
        for (start, expected) in [
            (PREFACE, Protocol::Http2),
            (&PREFACE[..10], Protocol::Http2),
            (b"PR", Protocol::Http1),
            (b"PROPFIND / HTTP/1.1", Protocol::Http1),
            (b"POST /v1/traces HTTP/1.1", Protocol::Http1),
            (b"PRI * HTTP/1.1\r\n", Protocol::Http1),
            (b"\x16\x03\x01\x02\x00", Protocol::Tls),
            (b"\x16", Protocol::Http1),
        ] {
            assert_eq!(Protocol::of(start), expected, "{start:?}");
        }
    }
}
