//! Sends requests over persistent connections, each as soon as the response to the one before has arrived.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinSet,
};

use crate::{
    response,
    spans::{Requests, Shape},
};

/// Concurrent senders.
const CONNECTIONS: u64 = 16;

/// When to stop sending.
#[derive(Clone, Copy, Debug)]
pub(crate) enum StopCondition {
    Elapsed(Duration),
    /// After this number of requests, or after this time.
    Sent(u64, Duration),
}

/// Sends requests of this shape, and returns the number of those of which all spans were accepted. `part` makes the ids
/// of several loads distinct.
pub(crate) async fn send(port: u16, shape: Shape, part: u64, until: StopCondition) -> Result<u64> {
    let mut senders = JoinSet::new();
    let start = 1_790_000_000_000_000_000 + part * 1_000_000_000_000;
    for connection in 0..CONNECTIONS {
        let requests = Requests::new(shape, part * CONNECTIONS + connection, start);
        senders.spawn(sender(port, shape.gzip, requests, until));
    }
    let mut sent = 0;
    while let Some(finished) = senders.join_next().await {
        sent += finished??;
    }
    Ok(sent)
}

async fn sender(
    port: u16,
    gzip: bool,
    mut requests: Requests,
    until: StopCondition,
) -> Result<u64> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
    stream.set_nodelay(true)?;
    let (started, mut sent) = (Instant::now(), 0);
    loop {
        let is_over = match until {
            StopCondition::Elapsed(time) => started.elapsed() >= time,
            StopCondition::Sent(all, time) => {
                sent >= all.div_ceil(CONNECTIONS) || started.elapsed() >= time
            }
        };
        if is_over {
            return Ok(sent);
        }
        post(&mut stream, gzip, &requests.next()).await?;
        sent += 1;
    }
}

async fn post(stream: &mut TcpStream, gzip: bool, body: &[u8]) -> Result<()> {
    let encoding = if gzip {
        "content-encoding: gzip\r\n"
    } else {
        ""
    };
    let length = body.len();
    let mut request = format!(
        "POST /v1/traces HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/x-protobuf\r\n{encoding}content-length: {length}\r\n\r\n"
    )
    .into_bytes();
    request.extend_from_slice(body);
    stream.write_all(&request).await?;
    read_response(stream).await
}

/// Reads a response with a `content-length`.
async fn read_response(stream: &mut TcpStream) -> Result<()> {
    let mut buffer = Vec::with_capacity(512);
    loop {
        let read = stream.read_buf(&mut buffer).await?;
        ensure!(read > 0, "the server closed the connection");
        let Some(end) = buffer.windows(4).position(|bytes| bytes == b"\r\n\r\n") else {
            continue;
        };
        let head = String::from_utf8_lossy(&buffer[..end]).to_ascii_lowercase();
        ensure!(
            head.starts_with("http/1.1 200"),
            "the server responded with {head}"
        );
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length:"));
        let length: usize = length.context("no content-length")?.trim().parse()?;
        if let Some(body) = buffer.get(end + 4..end + 4 + length) {
            let text = String::from_utf8_lossy(body);
            ensure!(
                response::is_complete(body),
                "the server did not accept all spans: {text}"
            );
            return Ok(());
        }
    }
}
