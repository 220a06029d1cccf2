//! Clients that send nothing, send incomplete requests, or read nothing do not block others.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use axum::{
    Router,
    extract::ConnectInfo,
    routing::{get, post},
};
use http_listener::{Limits, Listener};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpSocket, TcpStream},
    time::timeout,
};

const CONNECTIONS: usize = 8;
const SHORT: Duration = Duration::from_millis(300);
const LONG: Duration = Duration::from_secs(60);
/// Longer than any response takes on a busy machine.
const TIMEOUT: Duration = Duration::from_secs(10);

fn limits() -> Limits {
    Limits {
        connections: CONNECTIONS,
        head_timeout: LONG,
        write_timeout: LONG,
        ..Limits::default()
    }
}

async fn start(limits: Limits) -> SocketAddr {
    let router = Router::new()
        .route(
            "/",
            get(|ConnectInfo(peer): ConnectInfo<SocketAddr>| async move { peer.to_string() }),
        )
        .route("/large", get(|| async { vec![0_u8; 64 << 20] }))
        .route(
            "/length",
            post(|body: String| async move { body.len().to_string() }),
        );
    let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    let listener = Listener {
        socket,
        router,
        limits,
    };
    tokio::spawn(listener.serve(std::future::pending()));
    address
}

/// Connects and sends `text`.
async fn send(address: SocketAddr, text: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(text.as_bytes()).await.unwrap();
    stream
}

async fn response(address: SocketAddr, request: &str) -> String {
    let mut stream = send(address, request).await;
    let mut response = String::new();
    timeout(TIMEOUT, stream.read_to_string(&mut response))
        .await
        .unwrap()
        .unwrap();
    response
}

async fn assert_serves(address: SocketAddr) {
    let response = response(
        address,
        "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    )
    .await;
    assert!(
        response.starts_with("HTTP/1.1 200") && response.contains("127.0.0.1:"),
        "{response}"
    );
}

/// Returns whether the server closes the connection within [`TIMEOUT`].
async fn is_closed(stream: &mut TcpStream) -> bool {
    let mut rest = Vec::new();
    timeout(TIMEOUT, stream.read_to_end(&mut rest))
        .await
        .is_ok()
}

#[tokio::test]
async fn connections_without_a_complete_request_do_not_block_others() {
    for beginning in [
        "",
        "G",
        "GET / HTTP/1.1\r\nHost: x\r\n",
        "POST /length HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf",
        "POST /length HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
    ] {
        let address = start(limits()).await;
        let mut open = Vec::new();
        for _ in 0..4 * CONNECTIONS {
            open.push(send(address, beginning).await);
        }
        assert_serves(address).await;
        assert!(is_closed(&mut open[0]).await, "{beginning:?}");
    }
}

#[tokio::test]
async fn slow_request_is_served() {
    let address = start(limits()).await;
    let mut stream = send(
        address,
        "POST /length HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 8\r\n\r\n",
    )
    .await;
    for byte in *b"12345678" {
        tokio::time::sleep(Duration::from_millis(5)).await;
        stream.write_all(&[byte]).await.unwrap();
    }
    let mut response = String::new();
    stream.read_to_string(&mut response).await.unwrap();
    assert!(response.ends_with("\r\n\r\n8"), "{response}");
}

#[tokio::test]
async fn incomplete_head_and_idle_connection_time_out() {
    let limits = Limits {
        head_timeout: SHORT,
        ..limits()
    };
    let address = start(limits).await;
    for beginning in ["", "GET / HT", "GET / HTTP/1.1\r\nHost: x\r\n\r\n"] {
        let begin = Instant::now();
        let mut stream = send(address, beginning).await;
        assert!(is_closed(&mut stream).await, "{beginning:?}");
        assert!(begin.elapsed() >= SHORT, "{beginning:?}");
    }
}

#[tokio::test]
async fn clients_that_read_nothing_time_out_and_do_not_block_others() {
    let limits = Limits {
        write_timeout: SHORT,
        ..limits()
    };
    let address = start(limits).await;
    let mut open = Vec::new();
    for _ in 0..CONNECTIONS {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(4096).unwrap();
        let mut stream = socket.connect(address).await.unwrap();
        stream
            .write_all(b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n")
            .await
            .unwrap();
        open.push(stream);
    }
    assert_serves(address).await;
}
