//! Hostile clients: event streams, requests with incomplete bodies, and small gzip bodies that inflate to large ones,
//! all at the same time.

use std::{
    collections::BTreeMap,
    fmt,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, SystemTime},
};

use anyhow::Result;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use prost::Message as _;
use reqwest::{Client, header};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
    task::JoinSet,
    time::{sleep, timeout},
};

use crate::{
    span::{self, SpanPosition},
    spans::{gzip, request},
};

const EVENT_STREAMS: u32 = 830;
const HALF_BODIES: u32 = 830;
const FLOOD_CLIENTS: u8 = 8;

/// The pause before a client reconnects. Browsers wait longer.
const RECONNECT_PAUSE: Duration = Duration::from_secs(1);
const FLOOD_PAUSE: Duration = Duration::from_millis(10);
const TIMEOUT: Duration = Duration::from_secs(30);
const MAX_FLOOD_REQUESTS: usize = 10_000;

/// Distinct bodies, so that a store does not treat them as duplicates.
const FLOOD_BODIES: u64 = 64;
const FLOOD_SPANS: u64 = 128;
/// The size of one attribute. An inflated body has 8 MiB.
const FLOOD_VALUE_BYTES: usize = 64 << 10;

const EVENTS: &str = "GET /api/events HTTP/1.1\r\nhost: localhost\r\n\r\n";
const HALF_BODY: &str = "POST /v1/traces HTTP/1.1\r\nhost: localhost\r\n\
    content-type: application/json\r\ncontent-length: 1000\r\n\r\n{\"resourceSpans\":";

/// The origin of the flood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FloodFrom {
    /// Through a proxy on this machine, which sets `X-Forwarded-For`.
    OtherMachines,
    /// Not rate-limited, because the gateway trusts programs on its machine.
    ThisMachine,
}

/// Compressed requests of the flood.
pub(crate) type FloodBodies = Arc<[Vec<u8>]>;

/// Running clients. [`HostileClients::stop`] ends them.
#[derive(Debug)]
pub(crate) struct HostileClients {
    tasks: JoinSet<()>,
    counts: Arc<EventCounts>,
}

/// How often each event of hostile clients occurred.
#[derive(Debug, Default)]
pub(crate) struct EventCounts(Mutex<BTreeMap<String, usize>>);

impl HostileClients {
    pub(crate) fn start(port: u16, flood: &FloodBodies, from: FloodFrom) -> Result<Self> {
        let (mut tasks, counts) = (JoinSet::new(), Arc::<EventCounts>::default());
        for (kind, count, head) in [
            ("event stream", EVENT_STREAMS, EVENTS),
            ("half body", HALF_BODIES, HALF_BODY),
        ] {
            let network = if kind == "half body" { 2 } else { 1 };
            for number in 0..count {
                let source = Ipv4Addr::from_bits((127 << 24) + (network << 16) + number + 1);
                tasks.spawn(hold_open(port, source, kind, head, Arc::clone(&counts)));
            }
        }
        for number in 1..=FLOOD_CLIENTS {
            let client = flood_client(number, from)?;
            tasks.spawn(send_flood(
                client,
                port,
                usize::from(number),
                Arc::clone(flood),
                Arc::clone(&counts),
            ));
        }
        Ok(Self { tasks, counts })
    }

    pub(crate) async fn stop(mut self) -> Arc<EventCounts> {
        self.tasks.shutdown().await;
        self.counts
    }
}

impl EventCounts {
    fn add(&self, event: String) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *counts.entry(event).or_default() += 1;
    }
}

impl fmt::Display for EventCounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let counts = counts
            .iter()
            .map(|(event, count)| format!("{count} x {event}"));
        f.write_str(&counts.collect::<Vec<_>>().join(", "))
    }
}

/// Builds the bodies of the flood, which takes a second or two.
pub(crate) fn flood_bodies() -> Result<FloodBodies> {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?;
    let start_unix_nano = u64::try_from(now.as_nanos())?;
    let bodies = (0..FLOOD_BODIES).map(|number| flood_body(number, start_unix_nano));
    Ok(bodies.collect())
}

fn flood_body(number: u64, start_unix_nano: u64) -> Vec<u8> {
    let span = |index| {
        let mut span = span::span(SpanPosition {
            trace: (1 << 50) + number,
            index,
            start_unix_nano,
            has_long_texts: false,
        });
        let value = Value::StringValue("x".repeat(FLOOD_VALUE_BYTES));
        span.attributes.push(span::attribute("flood", value));
        span
    };
    let spans = (0..FLOOD_SPANS).map(span).collect();
    gzip(&request("flood".to_owned(), spans).encode_to_vec())
}

fn flood_client(number: u8, from: FloodFrom) -> Result<Client> {
    let mut headers = header::HeaderMap::new();
    if from == FloodFrom::OtherMachines {
        let named = Ipv4Addr::new(198, 51, 100, number).to_string();
        headers.insert("x-forwarded-for", named.parse()?);
    }
    let source = Ipv4Addr::new(127, 3, 0, number);
    let client = http_client::builder().no_proxy().timeout(TIMEOUT);
    let client = client.default_headers(headers);
    Ok(client.local_address(Some(source.into())).build()?)
}

async fn send_flood(
    client: Client,
    port: u16,
    first: usize,
    bodies: FloodBodies,
    counts: Arc<EventCounts>,
) {
    let url = format!("http://127.0.0.1:{port}/v1/traces");
    let bodies = bodies.iter().cycle().skip(first * 8);
    for body in bodies.take(MAX_FLOOD_REQUESTS) {
        let request = client.post(&url).body(body.clone());
        let request = request.header(header::CONTENT_TYPE, "application/x-protobuf");
        let response = request
            .header(header::CONTENT_ENCODING, "gzip")
            .send()
            .await;
        counts.add(response.map_or_else(
            |_| "flood without a response".to_owned(),
            |response| format!("flood with status {}", response.status().as_u16()),
        ));
        sleep(FLOOD_PAUSE).await;
    }
}

/// Connects, sends the head of a request, reads until the connection ends, and repeats this.
async fn hold_open(
    port: u16,
    source: Ipv4Addr,
    kind: &'static str,
    head: &'static str,
    counts: Arc<EventCounts>,
) {
    loop {
        if let Ok(Ok(mut stream)) = timeout(TIMEOUT, connect(port, source)).await
            && stream.write_all(head.as_bytes()).await.is_ok()
        {
            counts.add(format!("{kind} opened"));
            discard(&mut stream).await;
            counts.add(format!("{kind} closed"));
        } else {
            counts.add(format!("{kind} not opened"));
        }
        sleep(RECONNECT_PAUSE).await;
    }
}

async fn connect(port: u16, source: Ipv4Addr) -> std::io::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.bind((source, 0).into())?;
    let server = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    socket.connect(server).await
}

async fn discard(stream: &mut TcpStream) {
    let mut buffer = vec![0; 8 << 10];
    while let Ok(read) = stream.read(&mut buffer).await {
        if read == 0 {
            break;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    #[test]
    fn small_flood_bodies_inflate_to_large_ones() {
        let body = flood_body(3, 7);
        let mut inflated = Vec::new();
        flate2::read::GzDecoder::new(&body[..])
            .read_to_end(&mut inflated)
            .unwrap();
        assert!(inflated.len() > 8 << 20, "{}", inflated.len());
        assert!(body.len() < inflated.len() / 100, "{}", body.len());
    }
}
