//! Clients that dawdle, say nothing or say too much: they are bounded, and others go on.

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

/// Twice what a process may usually open.
const CROWD: usize = 2000;

/// As long as an exporter waits for its answer, unless told otherwise.
const EXPORTER_WAITS: Duration = Duration::from_secs(10);

/// 64 KiB for each connection that has a place, and as much again for all else.
const MORE_MEMORY_KIB: u64 = 96 << 10;

const READ_WITHIN: Duration = Duration::from_millis(500);

const HEAD: &str = "POST /v1/traces HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n";

async fn dawdled_at() -> Served {
    Served::start_with(|config| config.limits.read_within = READ_WITHIN).await
}

/// Says `first` and then one byte after the other until the gateway has had enough. Its
/// answer, and how long it listened.
async fn drip(gateway: &Served, first: &str) -> (String, Duration) {
    let mut stream = TcpStream::connect(gateway.address()).await.unwrap();
    let (mut read, mut write) = stream.split();
    let (started, mut answer) = (Instant::now(), Vec::new());
    let listening = async {
        // A reset is an end as well.
        let _ = read.read_to_end(&mut answer).await;
        started.elapsed()
    };
    let dripping = async {
        let mut ticks = interval(Duration::from_millis(20));
        let mut said = write.write_all(first.as_bytes()).await;
        while said.is_ok() {
            ticks.tick().await;
            said = write.write_all(b"a").await;
        }
    };
    let (took, ()) = tokio::join!(listening, dripping);
    (String::from_utf8_lossy(&answer).into_owned(), took)
}

#[tokio::test]
async fn a_head_that_comes_byte_by_byte_is_given_up() {
    let gateway = dawdled_at().await;
    let (answer, took) = drip(&gateway, "POST /v1/traces HTTP/1.1\r\nx-slow: ").await;
    assert!(answer.is_empty() || answer.contains("408"), "{answer}");
    assert!(took >= READ_WITHIN && took < READ_WITHIN * 10, "{took:?}");
}

#[tokio::test]
async fn a_body_that_comes_byte_by_byte_is_503_and_the_connection_ends() {
    let gateway = dawdled_at().await;
    let head = format!("{HEAD}content-length: 1000000\r\n\r\n");
    let (answer, took) = drip(&gateway, &head).await;
    assert!(answer.starts_with("HTTP/1.1 503"), "{answer}");
    assert!(answer.contains("retry-after: 1"), "{answer}");
    assert!(took >= READ_WITHIN && took < READ_WITHIN * 10, "{took:?}");
}

#[tokio::test]
async fn a_head_without_end_is_431() {
    let gateway = dawdled_at().await;
    let long = format!("{HEAD}x-long: {}", "a".repeat(70_000));
    let (answer, _) = drip(&gateway, &long).await;
    assert!(answer.starts_with("HTTP/1.1 431"), "{answer}");
}

#[tokio::test]
async fn when_places_are_rare_the_silent_connection_goes_and_a_request_at_hand_is_answered() {
    let gateway = Served::start_with(|config| config.limits.connections = 2).await;
    let mut sending = TcpStream::connect(gateway.address()).await.unwrap();
    let head =
        format!("{HEAD}expect: 100-continue\r\ncontent-length: 2\r\nconnection: close\r\n\r\n");
    sending.write_all(head.as_bytes()).await.unwrap();
    // That its body is asked for says that the request is at hand.
    let mut said = [0; 25];
    sending.read_exact(&mut said).await.unwrap();
    assert_eq!(&said, b"HTTP/1.1 100 Continue\r\n\r\n");
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

/// How other machines see this one; nothing is sent to find out.
fn own_address() -> Option<IpAddr> {
    let socket = UdpSocket::bind("0.0.0.0:0").ok()?;
    socket.connect("192.0.2.1:9").ok()?;
    let address = socket.local_addr().ok()?.ip();
    (!address.is_loopback()).then_some(address)
}

#[tokio::test]
async fn one_client_has_so_many_connections_and_others_are_served() {
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
    // Another one, who comes from this machine.
    let answer = client().get(gateway.url("/healthz")).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    drop(first);
    let started = Instant::now();
    while ask().await.is_none() {
        assert!(started.elapsed() < EXPORTER_WAITS);
    }
}

/// Connections that have said this and stay open as long as the gateway lets them.
async fn crowd(address: SocketAddr, said: &'static [u8]) -> JoinSet<()> {
    let mut crowd = JoinSet::new();
    let (here, mut arrivals) = mpsc::channel(CROWD);
    for _ in 0..CROWD {
        let here = here.clone();
        crowd.spawn(async move {
            let mut stream = TcpStream::connect(address).await.unwrap();
            // Whoever is sent away is gone.
            let said = stream.write_all(said).await;
            here.send(()).await.unwrap();
            if said.is_ok() {
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

/// A gateway that may open as many files as usual.
fn usual(dir: &tempfile::TempDir, receiver: &FakeHoneycomb) -> (Process, SocketAddr) {
    let mut command = command_after(&[], "ulimit -S -n 1024", dir);
    let process = Process::start(command.env("OTEL_EXPORTER_OTLP_ENDPOINT", &receiver.url));
    let address = process.url.strip_prefix("http://").unwrap().parse();
    (process, address.unwrap())
}

/// This process holds the other ends of all connections.
fn many_files() {
    let pid = std::process::id().to_string();
    let mut command = Command::new("prlimit");
    command.args(["--nofile=8192:", "--pid", &pid]);
    assert!(command.status().unwrap().success());
}

async fn among_a_crowd_that_said(said: &'static [u8]) {
    many_files();
    let dir = tempfile::tempdir().unwrap();
    let receiver = FakeHoneycomb::collector([]).await;
    let (process, address) = usual(&dir, &receiver);
    let memory = process.peak_memory_kib().unwrap();
    let crowd = crowd(address, said).await;
    let started = Instant::now();
    let spans = request("shop", vec![span(1, 1, "a")]);
    let post = post(&process.url, &spans);
    let answer = timeout(EXPORTER_WAITS, post).await.unwrap();
    assert_eq!(answer.status(), 200);
    let took = started.elapsed();
    // There is a socket for the sink, and a file for the reader of a trace, too.
    while receiver.spans().is_empty() {
        assert!(started.elapsed() < EXPORTER_WAITS * 3);
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let path = format!("/api/traces/{}", trace_id(1));
    assert!(process.get(&path).await["resourceSpans"].is_array());
    let more = process.peak_memory_kib().unwrap() - memory;
    println!(
        "among {CROWD} connections that said {} bytes: answered after {took:?}, {more} KiB more memory",
        said.len()
    );
    assert!(more < MORE_MEMORY_KIB, "{more} KiB more");
    drop(crowd);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn among_thousands_of_silent_connections_an_exporter_is_served() {
    among_a_crowd_that_said(b"").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn among_thousands_of_endless_heads_an_exporter_is_served() {
    among_a_crowd_that_said(&[b'a'; 60_000]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn among_thousands_of_half_sent_bodies_an_exporter_is_served() {
    let half = format!("{HEAD}content-length: 1000000\r\n\r\n{}", "a".repeat(1000));
    among_a_crowd_that_said(half.leak().as_bytes()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn among_thousands_of_event_streams_an_exporter_is_served() {
    among_a_crowd_that_said(b"GET /api/events HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n").await;
}

/// More of them than there is memory for.
#[tokio::test]
async fn half_sent_bodies_give_way_to_a_body_that_needs_their_memory() {
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
    // Until the bodies before it have come, there is room for any.
    for _ in 0..40 {
        let answer = post(&gateway.url(""), &spans).await;
        assert_eq!(answer.status(), 200);
    }
    drop(halves);
}

/// Each answer is 15 MiB: of 20 there are 300, and as much again while they are made.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clients_that_do_not_read_their_answers_hold_a_bounded_memory() {
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
        // That it has begun to come says that its answer was made.
        silent.spawn(async move {
            let mut begin = [0; 12];
            stream.read_exact(&mut begin).await.map(|_| (begin, stream))
        });
    }
    let silent = silent.join_all().await;
    for answer in &silent {
        let (begin, _) = answer.as_ref().unwrap();
        // One that waited too long for others is told so.
        assert!([b"HTTP/1.1 200", b"HTTP/1.1 503"].contains(&begin));
    }
    // One who reads is answered when they are given up.
    let trace = process.get(&format!("/api/traces/{}", trace_id(1))).await;
    assert!(trace.to_string().len() > 15 << 20);
    let more = process.peak_memory_kib().unwrap() - memory;
    println!("20 answers of 15 MiB that nobody reads: {more} KiB more memory");
    assert!(more < MAX_MORE_KIB, "{more} KiB more");
    drop(silent);
}
