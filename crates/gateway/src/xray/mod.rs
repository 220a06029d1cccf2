//! X-Ray's own protocol: programs with AWS's X-Ray SDK show up without a daemon.
//!
//! Each UDP datagram holds one segment document. `split` cuts it into objects, `document` and
//! `fields` read them, `desk` waits for what belongs together, `span` and `attributes` turn it
//! into OTLP spans, which then go the way of all others. UDP has no answer: a document that
//! cannot be read is counted as rejected and logged, a field that cannot be read is kept as it
//! came, counted and logged, and while the store cannot write, the system's own buffer holds what it can.
//! At a stop, what waits on the desk and in that buffer is stored as it is.

mod attributes;
mod desk;
mod document;
mod fields;
mod span;
mod split;

use std::{net::SocketAddr, sync::Arc, time::Duration};

use tokio::{
    net::UdpSocket,
    time::{Instant, interval, sleep},
};

use self::{
    desk::{Desk, Ready},
    document::{Document, Lost},
};
use crate::{
    clock,
    decode::{Batch, Reason, Rejections},
    limited_log::LimitedLog,
    status::SpanCounts,
    stop::Stopping,
    store::{AppendError, Store},
};

/// The largest datagram that UDP can carry.
const DATAGRAM_BYTES: usize = 65_536;

/// Documents of one commit.
const AT_ONCE: usize = 256;

/// More than waits in a socket of the usual size.
const AT_STOP: usize = 4096;

/// Held documents are looked at so often, and a store that failed is tried again.
const TICK: Duration = Duration::from_secs(1);

/// At a stop, a writer that is busy is asked again so soon.
const SOON: Duration = Duration::from_millis(20);

/// Takes documents from a socket and stores their spans.
#[derive(Debug)]
pub(crate) struct Receiver {
    pub(crate) socket: UdpSocket,
    pub(crate) store: Store,
    pub(crate) spans: Arc<SpanCounts>,
    pub(crate) log: LimitedLog,
}

impl Receiver {
    pub(crate) async fn run(self, stopping: Stopping) {
        let (mut desk, mut ticks) = (Desk::new(clock::now()), interval(TICK));
        let mut buffer = vec![0; DATAGRAM_BYTES];
        loop {
            let mut batch = Batch::new();
            tokio::select! {
                received = self.socket.recv_from(&mut buffer) => {
                    // An error belongs to an earlier answer, of which there are none.
                    let Ok((bytes, sender)) = received else { continue };
                    self.take((&buffer[..bytes], sender), &mut desk, &mut batch);
                    self.take_waiting(AT_ONCE - 1, &mut buffer, &mut desk, &mut batch);
                }
                _ = ticks.tick() => {
                    self.convert(desk.due(Instant::now()), &mut batch);
                    self.log.flush();
                }
                () = stopping.clone().signal() => break,
            }
            self.append(batch, &stopping).await;
        }
        let mut batch = Batch::new();
        self.take_waiting(AT_STOP, &mut buffer, &mut desk, &mut batch);
        self.convert(desk.clear(), &mut batch);
        self.append(batch, &stopping).await;
    }

    /// What arrived meanwhile shares the commit.
    fn take_waiting(&self, most: usize, buffer: &mut [u8], desk: &mut Desk, batch: &mut Batch) {
        for _ in 0..most {
            match self.socket.try_recv_from(buffer) {
                Ok((bytes, sender)) => self.take((&buffer[..bytes], sender), desk, batch),
                Err(_) => return,
            }
        }
    }

    fn take(&self, (datagram, sender): (&[u8], SocketAddr), desk: &mut Desk, batch: &mut Batch) {
        let documents = match Document::all_of_datagram(datagram) {
            Ok(documents) => documents,
            Err(lost) => return self.lost(sender, &lost),
        };
        for document in documents {
            match document {
                Ok(document) => {
                    self.log_odd_fields(sender, &document);
                    self.convert(desk.take(document, Instant::now()), batch);
                }
                Err(lost) => self.lost(sender, &lost),
            }
        }
    }

    fn lost(&self, sender: SocketAddr, lost: &Lost) {
        self.spans.rejected(&Rejections::one(Reason::Segment));
        let kind = "xray input: documents lost";
        let from = sender.ip();
        self.log.log(
            kind,
            format_args!("xray input: a document of {from} is lost: {lost}"),
        );
    }

    fn log_odd_fields(&self, sender: SocketAddr, document: &Document) {
        let inner = document.subsegments.iter().map(|sub| &sub.document);
        for document in std::iter::once(document).chain(inner) {
            if let Some(field) = document.odd.first() {
                let kind = "xray input: fields that X-Ray does not have so";
                let (from, name, count) = (sender.ip(), &document.name, document.odd.len());
                let line = format_args!(
                    "xray input: {name:?} of {from} has {count} fields that X-Ray does not have \
                     so, the first is {field:?}; what could not be read is kept as attributes"
                );
                self.log.log(kind, line);
            }
        }
    }

    fn convert(&self, documents: Vec<Ready>, batch: &mut Batch) {
        for document in documents {
            let decoded = span::decode(&document);
            self.spans.rejected(&decoded.rejections);
            self.spans.repaired(&decoded.warnings);
            if decoded.rejections.total() > 0 {
                let kind = "xray input: spans rejected";
                let name = &document.document.name;
                let rejections = &decoded.rejections;
                self.log
                    .log(kind, format_args!("xray input: of {name:?}: {rejections}"));
            }
            batch.extend(decoded.batch);
        }
    }

    /// Tries until the store has it; at a stop, until the store says that it fails.
    async fn append(&self, batch: Batch, stopping: &Stopping) {
        while !batch.is_empty() {
            match self.store.append(batch.clone(), clock::now(), None).await {
                Ok(refused) => return self.spans.rejected(&refused),
                Err(AppendError::Failed(error)) if stopping.is_now() => {
                    let spans: usize = batch.iter().map(|(_, spans)| spans.len()).sum();
                    return eprintln!("xray input: {spans} spans are lost: {error}");
                }
                Err(_) if stopping.is_now() => sleep(SOON).await,
                Err(_) => tokio::select! {
                    () = sleep(TICK) => {}
                    () = stopping.clone().signal() => {}
                },
            }
        }
    }
}
