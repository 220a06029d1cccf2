//! Slow, abusive or oversized clients are limited, and others are served.

use std::{
    net::{IpAddr, SocketAddr, UdpSocket},
    process::Command,
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::mpsc,
    task::JoinSet,
    time::{interval, timeout},
};

use crate::support::{
    FakeHoneycomb, Process, Served, client, command_after, post, request, span, text, trace_id,
};

/// Twice the usual limit of open files.
const CROWD: usize = 2000;

/// The default timeout of exporters.
const EXPORTER_WAITS: Duration = Duration::from_secs(10);

/// 64 KiB for each connection with a slot, and the same amount for everything else.
const MORE_MEMORY_KIB: u64 = 96 << 10;

const READ_WITHIN: Duration = Duration::from_millis(500);

const HEAD: &str = "POST /v1/traces HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n";

async fn dawdled_at() -> Served {
    Served::start_with(|config| config.limits.read_within = READ_WITHIN).await
}

/// Sends `first` and then single bytes until the gateway closes the connection. Returns the response and
/// the duration.
async fn drip(gateway: &Served, first: &str) -> (String, Duration) {
    let mut stream = TcpStream::connect(gateway.address()).await.unwrap();
    let (mut read, mut write) = stream.split();
    let (started, mut answer) = (Instant::now(), Vec::new());
    let listening = async {
        // A reset ends the response, too.
        let _ = read.read_to_end(&mut answer).await;
        started.elapsed()
    };
    let dripping = async {
        let mut ticks = interval(Duration::from_millis(20));
        let mut written = write.write_all(first.as_bytes()).await;
        while written.is_ok() {
            ticks.tick().await;
            written = write.write_all(b"a").await;
        }
    };
    let (took, ()) = tokio::join!(listening, dripping);
    (String::from_utf8_lossy(&answer).into_owned(), took)
}

#[tokio::test]
async fn slow_head_times_out() {
    let gateway = dawdled_at().await;
    let (answer, took) = drip(&gateway, "POST /v1/traces HTTP/1.1\r\nx-slow: ").await;
    assert!(answer.is_empty() || answer.contains("408"), "{answer}");
    assert!(took >= READ_WITHIN && took < READ_WITHIN * 10, "{took:?}");
}

#[tokio::test]
async fn slow_body_is_503_and_closes_the_connection() {
    let gateway = dawdled_at().await;
    let head = format!("{HEAD}content-length: 1000000\r\n\r\n");
    let (answer, took) = drip(&gateway, &head).await;
    assert!(answer.starts_with("HTTP/1.1 503"), "{answer}");
    assert!(answer.contains("retry-after: 1"), "{answer}");
    assert!(took >= READ_WITHIN && took < READ_WITHIN * 10, "{took:?}");
}

#[tokio::test]
async fn endless_head_is_431() {
    let gateway = dawdled_at().await;
    let long = format!("{HEAD}x-long: {}", "a".repeat(70_000));
    let (answer, _) = drip(&gateway, &long).await;
    assert!(answer.starts_with("HTTP/1.1 431"), "{answer}");
}

#[tokio::test]
async fn idle_connection_is_evicted_before_a_request_in_flight() {
    let gateway = Served::start_with(|config| config.limits.connections = 2).await;
    let mut sending = TcpStream::connect(gateway.address()).await.unwrap();
    let head =
        format!("{HEAD}expect: 100-continue\r\ncontent-length: 2\r\nconnection: close\r\n\r\n");
    sending.write_all(head.as_bytes()).await.unwrap();
    // 100 Continue proves that the request is in flight.
    let mut received = [0; 25];
    sending.read_exact(&mut received).await.unwrap();
    assert_eq!(&received, b"HTTP/1.1 100 Continue\r\n\r\n");
    let silent = gateway.connect("").await;
    for _ in 0..3 {
        let answer = client().get(gateway.url("/healthz")).send().await.unwrap();
        assert_eq!(answer.status(), 200);
    }
    assert_eq!(silent.read_to_end().await, "");
    sending.write_all(b"{}").await.unwrap();
    let mut answer = String::new();
    sending.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

/// Returns the address of this machine for other machines, without sending anything.
fn own_address() -> Option<IpAddr> {
    let socket = UdpSocket::bind("0.0.0.0:0").ok()?;
    socket.connect("192.0.2.1:9").ok()?;
    let address = socket.local_addr().ok()?.ip();
    (!address.is_loopback()).then_some(address)
}

#[tokio::test]
async fn connections_per_client_are_limited_and_others_are_served() {
    let Some(own) = own_address() else {
        return println!("not tested: this machine has no address but loopback");
    };
    let gateway = Served::start_with(|config| {
        config.listen = "0.0.0.0:0".to_owned();
        config.limits.connections_per_client = 2;
    })
    .await;
    let address = SocketAddr::new(own, gateway.address().port());
    let ask = async || {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let ask = stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n");
        ask.await.ok()?;
        stream.read_u8().await.ok().map(|_| stream)
    };
    let (first, second) = (ask().await, ask().await);
    assert!(first.is_some() && second.is_some() && ask().await.is_none());
    // Another client, on this machine.
    let answer = client().get(gateway.url("/healthz")).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    drop(first);
    let started = Instant::now();
    while ask().await.is_none() {
        assert!(started.elapsed() < EXPORTER_WAITS);
    }
}

/// Opens connections that send `bytes` and stay open until the gateway closes them.
async fn crowd(address: SocketAddr, bytes: &'static [u8]) -> JoinSet<()> {
    let mut crowd = JoinSet::new();
    let (here, mut arrivals) = mpsc::channel(CROWD);
    for _ in 0..CROWD {
        let here = here.clone();
        crowd.spawn(async move {
            let mut stream = TcpStream::connect(address).await.unwrap();
            // An evicted connection ends here.
            let sent = stream.write_all(bytes).await;
            here.send(()).await.unwrap();
            if sent.is_ok() {
                let _ = stream.read_to_end(&mut Vec::new()).await;
            }
        });
    }
    for number in 0..CROWD {
        let arrival = timeout(EXPORTER_WAITS * 3, arrivals.recv()).await;
        assert!(arrival.is_ok(), "only {number} came");
    }
    crowd
}

/// Starts a gateway with the usual limit of open files.
fn usual(dir: &tempfile::TempDir, receiver: &FakeHoneycomb) -> (Process, SocketAddr) {
    let mut command = command_after(&[], "ulimit -S -n 1024", dir);
    let process = Process::start(command.env("OTEL_EXPORTER_OTLP_ENDPOINT", &receiver.url));
    let address = process.url.strip_prefix("http://").unwrap().parse();
    (process, address.unwrap())
}

/// Raises the limit of open files, because this process has the other ends of all connections.
fn many_files() {
    let pid = std::process::id().to_string();
    let mut command = Command::new("prlimit");
    command.args(["--nofile=8192:", "--pid", &pid]);
    assert!(command.status().unwrap().success());
}

async fn assert_served_among(bytes: &'static [u8]) {
    many_files();
    let dir = tempfile::tempdir().unwrap();
    let receiver = FakeHoneycomb::collector([]).await;
    let (process, address) = usual(&dir, &receiver);
    let memory = process.peak_memory_kib().unwrap();
    let crowd = crowd(address, bytes).await;
    let started = Instant::now();
    let spans = request("shop", vec![span(1, 1, "a")]);
    let post = post(&process.url, &spans);
    let answer = timeout(EXPORTER_WAITS, post).await.unwrap();
    assert_eq!(answer.status(), 200);
    let took = started.elapsed();
    // There are still a socket for the sink and a file for reading a trace.
    while receiver.spans().is_empty() {
        assert!(started.elapsed() < EXPORTER_WAITS * 3);
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let path = format!("/api/traces/{}", trace_id(1));
    assert!(process.get(&path).await["resourceSpans"].is_array());
    let more = process.peak_memory_kib().unwrap() - memory;
    println!(
        "among {CROWD} connections that sent {} bytes each: response after {took:?}, {more} KiB more memory",
        bytes.len()
    );
    assert!(more < MORE_MEMORY_KIB, "{more} KiB more");
    drop(crowd);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn exporter_is_served_among_thousands_of_idle_connections() {
    assert_served_among(b"").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn exporter_is_served_among_thousands_of_endless_heads() {
    assert_served_among(&[b'a'; 60_000]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn exporter_is_served_among_thousands_of_incomplete_bodies() {
    let half = format!("{HEAD}content-length: 1000000\r\n\r\n{}", "a".repeat(1000));
    assert_served_among(half.leak().as_bytes()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn exporter_is_served_among_thousands_of_event_streams() {
    assert_served_among(b"GET /api/events HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n").await;
}

/// More bodies than fit into the memory budget.
#[tokio::test]
async fn incomplete_bodies_are_evicted_for_a_body_that_needs_their_memory() {
    let gateway = Served::start_with(|config| {
        config.limits.memory_bytes = 1 << 20;
        config.limits.body_bytes = 1 << 20;
    })
    .await;
    let half = format!("{HEAD}content-length: 900000\r\n\r\n{}", "a".repeat(60_000));
    let mut halves = Vec::new();
    for _ in 0..40 {
        halves.push(gateway.connect(&half).await);
    }
    let spans = request("shop", vec![span(1, 1, &"a".repeat(30_000))]);
    // Until the bodies before it have arrived, the budget has memory for any.
    for _ in 0..40 {
        let answer = post(&gateway.url(""), &spans).await;
        assert_eq!(answer.status(), 200);
    }
    drop(halves);
}

/// Each response is 15 MiB: 20 of them are 300 MiB, and the same amount while they are built.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn unread_responses_use_a_limited_amount_of_memory() {
    const MAX_MORE_KIB: u64 = 320 << 10;
    let dir = tempfile::tempdir().unwrap();
    let mut command = crate::support::command(&dir);
    let process = Process::start(command.env("OTEL_WEB_GATEWAY_WRITE_SECONDS", "2"));
    for id in 1..=15 {
        let mut wordy = span(1, id, "a");
        wordy.attributes = vec![text("wordy", &"x".repeat(1 << 20))];
        let answer = post(&process.url, &request("shop", vec![wordy])).await;
        assert_eq!(answer.status(), 200);
    }
    let address = process.url.strip_prefix("http://").unwrap();
    let memory = process.peak_memory_kib().unwrap();
    let ask = format!(
        "GET /api/traces/{} HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n",
        trace_id(1)
    );
    let mut silent = JoinSet::new();
    for _ in 0..20 {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(ask.as_bytes()).await.unwrap();
        // The first bytes prove that the response was built.
        silent.spawn(async move {
            let mut begin = [0; 12];
            stream.read_exact(&mut begin).await.map(|_| (begin, stream))
        });
    }
    let silent = silent.join_all().await;
    for answer in &silent {
        let (begin, _) = answer.as_ref().unwrap();
        // A response that waited too long is a 503.
        assert!([b"HTTP/1.1 200", b"HTTP/1.1 503"].contains(&begin));
    }
    // A client that reads is served when the others have timed out.
    let trace = process.get(&format!("/api/traces/{}", trace_id(1))).await;
    assert!(trace.to_string().len() > 15 << 20);
    let more = process.peak_memory_kib().unwrap() - memory;
    println!("20 unread responses of 15 MiB: {more} KiB more memory");
    assert!(more < MAX_MORE_KIB, "{more} KiB more");
    drop(silent);
}
