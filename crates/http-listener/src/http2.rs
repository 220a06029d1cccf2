//! Rejects clients that speak HTTP/2, such as gRPC clients, with an error in HTTP/2.
//!
//! Otherwise they would log only a closed socket. This is not an HTTP/2 server: it reads up to the
//! first request, responds to it, and sends GOAWAY. Frames follow RFC 9113, headers RFC 7541 without
//! compression.

use std::{io, time::Duration};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    time::timeout,
};

/// The first bytes of each HTTP/2 client.
pub(super) const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// The limit for a client's frames before its first request, and after it.
const MAX_READ_BYTES: u64 = 1 << 20;

/// The default limit for the payload of a frame.
const MAX_FRAME_BYTES: usize = 16_384;

/// The time for the request to arrive, and then for the client to close the connection.
const TIMEOUT: Duration = Duration::from_secs(2);

/// Types of frames.
const DATA: u8 = 0;
const HEADERS: u8 = 1;
const SETTINGS: u8 = 4;
const GOAWAY: u8 = 7;

/// Flags of frames.
const ACK: u8 = 1;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;

/// `HTTP_1_1_REQUIRED`
const HTTP_1_1_REQUIRED: u32 = 0xd;

/// `UNIMPLEMENTED` of gRPC.
const UNIMPLEMENTED: &[u8] = b"12";

/// `application/grpc` as it is, and in HPACK's Huffman code.
const GRPC_TYPES: [&[u8]; 2] = [
    b"application/grpc",
    &[
        0x1d, 0x75, 0xd0, 0x62, 0x0d, 0x26, 0x3d, 0x4c, 0x4d, 0x65, 0x64,
    ],
];

/// Responds to the first request with `message`, as a gRPC error or an HTTP status.
pub(super) async fn reject(stream: impl AsyncRead + AsyncWrite + Unpin, message: &str) {
    // Errors mean that the client has left.
    let _ = timeout(2 * TIMEOUT, send_rejection(stream, message)).await;
}

async fn send_rejection(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    message: &str,
) -> io::Result<()> {
    stream.write_all(&frame(SETTINGS, 0, 0, &[])).await?;
    let request = timeout(TIMEOUT, first_request(&mut stream)).await;
    let mut frames = frame(SETTINGS, ACK, 0, &[]);
    let mut last_stream = 0;
    if let Ok(Ok(request)) = request {
        last_stream = request.stream;
        frames.extend(response(&request, message));
    }
    frames.extend(goaway(last_stream, message));
    stream.write_all(&frames).await?;
    stream.shutdown().await?;
    // Unread data would reset the connection, and the client would lose the response.
    let mut rest = stream.take(MAX_READ_BYTES);
    let _ = timeout(TIMEOUT, tokio::io::copy(&mut rest, &mut tokio::io::sink())).await;
    Ok(())
}

/// The stream of a request, and whether its client is gRPC.
#[derive(Debug, PartialEq, Eq)]
struct FirstRequest {
    stream: u32,
    is_grpc: bool,
}

async fn first_request(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<FirstRequest> {
    let mut stream = stream.take(MAX_READ_BYTES);
    let mut preface = [0; PREFACE.len()];
    stream.read_exact(&mut preface).await?;
    let mut payload = Vec::new();
    loop {
        let mut header = [0; 9];
        stream.read_exact(&mut header).await?;
        let [a, b, c, kind, _flags, id @ ..] = header;
        let length = u32::from_be_bytes([0, a, b, c]) as usize;
        if length > MAX_FRAME_BYTES {
            return Err(io::ErrorKind::InvalidData.into());
        }
        payload.resize(length, 0);
        stream.read_exact(&mut payload).await?;
        if kind == HEADERS {
            let mut types = GRPC_TYPES.iter();
            return Ok(FirstRequest {
                stream: u32::from_be_bytes(id) & 0x7fff_ffff,
                is_grpc: types.any(|name| memchr::memmem::find(&payload, name).is_some()),
            });
        }
    }
}

/// Returns the response frames: for gRPC a status in headers only, for others an HTTP status.
fn response(request: &FirstRequest, message: &str) -> Vec<u8> {
    let id = request.stream;
    let mut headers = Vec::new();
    if request.is_grpc {
        // `:status: 200`, by its number.
        headers.push(0x88);
        header(b"content-type", b"application/grpc", &mut headers);
        header(b"grpc-status", UNIMPLEMENTED, &mut headers);
        header(b"grpc-message", message.as_bytes(), &mut headers);
        return frame(HEADERS, END_HEADERS | END_STREAM, id, &headers);
    }
    header(b":status", b"505", &mut headers);
    header(b"content-type", b"text/plain; charset=utf-8", &mut headers);
    let mut response = frame(HEADERS, END_HEADERS, id, &headers);
    response.extend(frame(DATA, END_STREAM, id, message.as_bytes()));
    response
}

fn goaway(last_stream: u32, message: &str) -> Vec<u8> {
    let reason = [last_stream.to_be_bytes(), HTTP_1_1_REQUIRED.to_be_bytes()];
    frame(
        GOAWAY,
        0,
        0,
        &[&reason.concat(), message.as_bytes()].concat(),
    )
}

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let payload = &payload[..payload.len().min(MAX_FRAME_BYTES)];
    let [_, length @ ..] = (payload.len() as u32).to_be_bytes();
    let mut frame = length.to_vec();
    frame.extend([kind, flags]);
    frame.extend(stream.to_be_bytes());
    frame.extend(payload);
    frame
}

/// Writes a header with a literal name, without indexing.
fn header(name: &[u8], value: &[u8], out: &mut Vec<u8>) {
    out.push(0);
    for text in [name, value] {
        length(text.len(), out);
        out.extend(text);
    }
}

/// Writes an integer with a prefix of seven bits.
fn length(mut value: usize, out: &mut Vec<u8>) {
    const PREFIX: usize = 0x7f;
    if value < PREFIX {
        return out.push(value as u8);
    }
    out.push(PREFIX as u8);
    value -= PREFIX;
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

#[cfg(test)]
mod tests {
    use tokio::io::duplex;

    use super::*;

    /// Returns what the client receives after sending `bytes`.
    async fn received_after(bytes: &[u8]) -> Vec<u8> {
        let (mut client, server) = duplex(1 << 16);
        client.write_all(bytes).await.unwrap();
        let rejecting = tokio::spawn(async move { reject(server, "use http/protobuf").await });
        let mut received = Vec::new();
        client.read_to_end(&mut received).await.unwrap();
        drop(client);
        rejecting.await.unwrap();
        received
    }

    fn client_frames(headers: &[u8]) -> Vec<u8> {
        let frames = [
            frame(SETTINGS, 0, 0, &[0, 4, 0, 0, 0xff, 0xff]),
            frame(HEADERS, END_HEADERS, 1, headers),
        ];
        [PREFACE, &frames.concat()].concat()
    }

    fn has(received: &[u8], text: &[u8]) -> bool {
        memchr::memmem::find(received, text).is_some()
    }

    #[tokio::test]
    async fn grpc_call_gets_a_status_and_the_connection_a_goaway() {
        for content_type in GRPC_TYPES {
            let received = received_after(&client_frames(content_type)).await;
            assert!(received.starts_with(&frame(SETTINGS, 0, 0, &[])));
            assert!(has(&received, b"grpc-status\x0212"));
            assert!(has(&received, b"grpc-message\x11use http/protobuf"));
            assert!(received.ends_with(b"\0\0\0\x01\0\0\0\x0duse http/protobuf"));
        }
    }

    #[tokio::test]
    async fn other_request_gets_http_status_505() {
        let received = received_after(&client_frames(b"anything")).await;
        assert!(has(&received, b":status\x03505") && !has(&received, b"grpc"));
    }

    #[tokio::test(start_paused = true)]
    async fn client_without_a_request_gets_a_goaway() {
        let (mut client, server) = duplex(1 << 16);
        client.write_all(PREFACE).await.unwrap();
        let rejecting = reject(server, "no");
        let reading = async move {
            let mut received = Vec::new();
            client.read_to_end(&mut received).await.unwrap();
            received
        };
        let ((), received) = tokio::join!(rejecting, reading);
        assert!(received.ends_with(b"\0\0\0\x0dno"));
    }

    #[test]
    fn lengths_are_encoded_as_in_rfc_7541() {
        let written = |value| {
            let mut out = Vec::new();
            length(value, &mut out);
            out
        };
        assert_eq!(written(126), [126]);
        assert_eq!(written(127), [127, 0]);
        assert_eq!(written(254), [127, 127]);
        assert_eq!(written(1464), [127, 0xb9, 0x0a]);
    }
}
