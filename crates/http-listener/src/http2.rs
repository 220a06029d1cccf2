//! Answers clients that speak HTTP/2, as gRPC does: in HTTP/2, that they have the wrong protocol.
//!
//! Without it they see a socket that closes, and log nothing that helps. This is no server of
//! HTTP/2: it reads as far as the first request's stream, answers that one, and says goodbye.
//! Frames are those of RFC 9113, headers those of RFC 7541 without compression.

use std::{io, time::Duration};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    time::timeout,
};

/// How every client of HTTP/2 begins.
pub(super) const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// Of a client's frames, before its first request and behind it.
const MAX_READ_BYTES: u64 = 1 << 20;

/// The most that a frame may hold unless a server allows more.
const MAX_FRAME_BYTES: usize = 16_384;

/// For the request to arrive, and then for the client to close the connection.
const PATIENCE: Duration = Duration::from_secs(2);

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

/// Tells the client `message`, in the way in which it looks at errors.
pub(super) async fn decline(stream: impl AsyncRead + AsyncWrite + Unpin, message: &str) {
    // A client that does not listen is not to be helped.
    let _ = timeout(2 * PATIENCE, declined(stream, message)).await;
}

async fn declined(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    message: &str,
) -> io::Result<()> {
    stream.write_all(&frame(SETTINGS, 0, 0, &[])).await?;
    let request = timeout(PATIENCE, first_request(&mut stream)).await;
    let mut answer = frame(SETTINGS, ACK, 0, &[]);
    let mut last_stream = 0;
    if let Ok(Ok(request)) = request {
        last_stream = request.stream;
        answer.extend(response(&request, message));
    }
    answer.extend(goodbye(last_stream, message));
    stream.write_all(&answer).await?;
    stream.shutdown().await?;
    // What is not read resets the connection, and takes the answer along.
    let mut rest = stream.take(MAX_READ_BYTES);
    let _ = timeout(PATIENCE, tokio::io::copy(&mut rest, &mut tokio::io::sink())).await;
    Ok(())
}

/// A request's stream, and who sends it.
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

/// gRPC's is a status in headers alone. Others look at HTTP's status.
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

fn goodbye(last_stream: u32, message: &str) -> Vec<u8> {
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

/// A header of its own name that nobody is to remember.
fn header(name: &[u8], value: &[u8], out: &mut Vec<u8>) {
    out.push(0);
    for text in [name, value] {
        length(text.len(), out);
        out.extend(text);
    }
}

/// An integer with a prefix of seven bits.
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

    async fn answer(said: &[u8]) -> Vec<u8> {
        let (mut client, server) = duplex(1 << 16);
        client.write_all(said).await.unwrap();
        let declining = tokio::spawn(async move { decline(server, "use http/protobuf").await });
        let mut heard = Vec::new();
        client.read_to_end(&mut heard).await.unwrap();
        drop(client);
        declining.await.unwrap();
        heard
    }

    fn opening(headers: &[u8]) -> Vec<u8> {
        let frames = [
            frame(SETTINGS, 0, 0, &[0, 4, 0, 0, 0xff, 0xff]),
            frame(HEADERS, END_HEADERS, 1, headers),
        ];
        [PREFACE, &frames.concat()].concat()
    }

    fn has(heard: &[u8], text: &[u8]) -> bool {
        memchr::memmem::find(heard, text).is_some()
    }

    #[tokio::test]
    async fn a_grpc_call_gets_a_status_and_the_connection_a_goodbye() {
        for content_type in GRPC_TYPES {
            let heard = answer(&opening(content_type)).await;
            assert!(heard.starts_with(&frame(SETTINGS, 0, 0, &[])));
            assert!(has(&heard, b"grpc-status\x0212"));
            assert!(has(&heard, b"grpc-message\x11use http/protobuf"));
            assert!(heard.ends_with(b"\0\0\0\x01\0\0\0\x0duse http/protobuf"));
        }
    }

    #[tokio::test]
    async fn another_request_fails_by_its_status() {
        let heard = answer(&opening(b"anything")).await;
        assert!(has(&heard, b":status\x03505") && !has(&heard, b"grpc"));
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_without_a_request_gets_a_goodbye() {
        let (mut client, server) = duplex(1 << 16);
        client.write_all(PREFACE).await.unwrap();
        let declining = decline(server, "no");
        let reading = async move {
            let mut heard = Vec::new();
            client.read_to_end(&mut heard).await.unwrap();
            heard
        };
        let ((), heard) = tokio::join!(declining, reading);
        assert!(heard.ends_with(b"\0\0\0\x0dno"));
    }

    #[test]
    fn lengths_are_written_as_rfc_7541_says() {
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
