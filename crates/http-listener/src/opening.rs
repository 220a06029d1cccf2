//! What a client begins to say, without taking it from the socket.

use std::time::Duration;

use tokio::{net::TcpStream, time::timeout};

use crate::http2::PREFACE;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Opening {
    /// Or anything else that hyper is to judge.
    Http1,
    Http2,
    Tls,
    /// The client left, or said nothing in time.
    Nothing,
}

impl Opening {
    pub(crate) async fn of(stream: &TcpStream, within: Duration) -> Self {
        let mut start = [0; PREFACE.len()];
        match timeout(within, stream.peek(&mut start)).await {
            Ok(Ok(bytes @ 1..)) => Self::read(&start[..bytes]),
            _ => Self::Nothing,
        }
    }

    fn read(start: &[u8]) -> Self {
        // `PRI` is no method of HTTP/1: nobody else begins so.
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
    fn protocols_are_told_by_their_first_bytes() {
        for (start, expected) in [
            (PREFACE, Opening::Http2),
            (&PREFACE[..10], Opening::Http2),
            (b"PR", Opening::Http1),
            (b"PROPFIND / HTTP/1.1", Opening::Http1),
            (b"POST /v1/traces HTTP/1.1", Opening::Http1),
            (b"PRI * HTTP/1.1\r\n", Opening::Http1),
            (b"\x16\x03\x01\x02\x00", Opening::Tls),
            (b"\x16", Opening::Http1),
        ] {
            assert_eq!(Opening::read(start), expected, "{start:?}");
        }
    }
}
