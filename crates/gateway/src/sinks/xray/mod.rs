//! AWS X-Ray, by its daemon: one UDP datagram per span.
//!
//! The daemon never answers. What is known is whether somebody listens on a local port: the
//! system says so with the next call. So `sent` means "handed to the network", and a batch
//! during which nobody listened is sent again: X-Ray keeps one segment per id.
//!
//! `opentelemetry-aws` has an exporter with a translator of its own; it takes the values of
//! the SDK, which a span that arrived as OTLP never was, and blocks while it sends.

mod attributes;
mod cause;
mod document;
mod http;
mod names;
mod room;

use std::{io, time::Duration};

use tokio::{
    net::UdpSocket,
    time::{sleep, timeout},
};

use self::document::Writer;
use super::{Delivery, Outcome, Sink, SinkError};
use crate::{config::XRay, store, wire};

/// Datagrams that fit into a daemon's socket while it reads them. Then it gets time.
const BURST: usize = 32;
const BURST_EVERY: Duration = Duration::from_millis(2);

/// How long the system may take to say that nobody listens.
const REFUSED_WITHIN: Duration = Duration::from_millis(200);

#[derive(Debug)]
pub(super) struct XRaySink {
    socket: UdpSocket,
    writer: Writer,
}

impl XRaySink {
    pub(super) async fn new(config: &XRay) -> Result<Self, SinkError> {
        let socket = connect(&config.daemon_address).await;
        let socket = socket.map_err(|error| SinkError::Address {
            name: "AWS_XRAY_DAEMON_ADDRESS",
            address: config.daemon_address.clone(),
            reason: format!("{error}; write host:port of the daemon's UDP socket"),
        })?;
        let writer = Writer::new(&config.annotations);
        Ok(Self { socket, writer })
    }

    async fn send_all(&self, datagrams: &[Vec<u8>]) -> io::Result<()> {
        for burst in datagrams.chunks(BURST) {
            for datagram in burst {
                self.socket.send(datagram).await?;
            }
            sleep(BURST_EVERY).await;
            // On one machine the refusal is here by now; else the next call gets it.
            if let Some(refusal) = self.socket.take_error()? {
                return Err(refusal);
            }
        }
        Ok(())
    }
}

/// From any port of the same family. The SDKs also write `tcp:… udp:…`.
async fn connect(address: &str) -> io::Result<UdpSocket> {
    let words = address.split_whitespace();
    let udp = words.clone().find_map(|word| word.strip_prefix("udp:"));
    let target = udp.unwrap_or(address);
    let mut targets = tokio::net::lookup_host(target).await?;
    let target = targets.next().ok_or(io::ErrorKind::AddrNotAvailable)?;
    let any = if target.is_ipv4() {
        "0.0.0.0:0"
    } else {
        "[::]:0"
    };
    let socket = UdpSocket::bind(any).await?;
    socket.connect(target).await?;
    Ok(socket)
}

impl Sink for XRaySink {
    const MAX_BYTES: usize = 4_000_000;
    /// At the pace of [`BURST`] this is a tenth of a second.
    const MAX_SPANS: usize = 1_000;

    async fn send(&self, request: &wire::Request) -> Outcome {
        let read = store::values(request);
        let (mut datagrams, mut too_large) = (Vec::with_capacity(read.spans.len()), 0);
        for span in &read.spans {
            match self.writer.datagram(span) {
                Some(datagram) => datagrams.push(datagram),
                None => too_large += 1,
            }
        }
        if let Err(error) = self.send_all(&datagrams).await {
            let error = format!("no daemon: {error}");
            return Outcome::Retry { after: None, error };
        }
        let mut delivery = Delivery::default();
        delivery.lose_unreadable(read.unreadable);
        let error = format!("{too_large} segment documents of more than 64 kB");
        delivery.lose(too_large, "too_large", error);
        Outcome::Delivered(delivery)
    }

    /// A datagram of no bytes holds no span; if nobody listens, the system says so.
    async fn check(&self) -> Result<String, String> {
        let refused = |error: io::Error| format!("nobody listens there: {error}");
        self.socket.send(&[]).await.map_err(refused)?;
        let answer = timeout(REFUSED_WITHIN, self.socket.recv(&mut [0; 1])).await;
        match answer {
            Ok(Err(error)) => Err(refused(error)),
            Ok(Ok(_)) | Err(_) => Ok("no refusal; more UDP cannot say".to_owned()),
        }
    }
}
