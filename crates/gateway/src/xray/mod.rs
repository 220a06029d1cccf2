//! AWS X-Ray's UDP protocol: programs with AWS's X-Ray SDK need no daemon.
//!
//! Each datagram has one segment document. `split` splits it into JSON objects, `document` and
//! `fields` parse them, `reassembler` holds incomplete ones, and `span` and `attributes` convert
//! them to OTLP spans, which are then stored like all others.
//!
//! UDP has no response. An unreadable document is counted as rejected and logged. An unreadable
//! field is stored unchanged, counted and logged. While the store cannot write, the system's
//! buffer of the socket holds new datagrams. On shutdown, all held and buffered documents are
//! stored.

mod attributes;
mod document;
mod fields;
mod reassembler;
mod span;
mod split;

use std::{net::SocketAddr, sync::Arc, time::Duration};

use tokio::{
    net::UdpSocket,
    time::{Instant, interval, sleep},
};

use self::{
    document::{Document, DocumentError},
    reassembler::{Completed, SegmentReassembler},
};
use crate::{
    clock,
    decode::{Batch, Reason, Rejections},
    limited_log::LimitedLog,
    status::SpanCounts,
    stop::Stopping,
    store::{AppendError, Store},
};

/// The size limit of a UDP datagram.
const MAX_DATAGRAM_BYTES: usize = 65_536;

/// Datagrams in one commit.
const MAX_BATCH_DATAGRAMS: usize = 256;

/// Datagrams that are read on shutdown. More than a socket's usual buffer holds.
const MAX_DRAINED_DATAGRAMS: usize = 4096;

/// The interval for expiring held documents, and for retrying a failed store.
const TICK: Duration = Duration::from_secs(1);

/// The delay before a busy store is retried on shutdown.
const BUSY_RETRY_DELAY: Duration = Duration::from_millis(20);

/// Receives documents from a socket and stores their spans.
#[derive(Debug)]
pub(crate) struct Receiver {
    pub(crate) socket: UdpSocket,
    pub(crate) store: Store,
    pub(crate) spans: Arc<SpanCounts>,
    pub(crate) log: LimitedLog,
}

impl Receiver {
    pub(crate) async fn run(self, stopping: Stopping) {
        let mut reassembler = SegmentReassembler::new(clock::now());
        let mut ticks = interval(TICK);
        let mut buffer = vec![0; MAX_DATAGRAM_BYTES];
        loop {
            let mut batch = Batch::new();
            tokio::select! {
                received = self.socket.recv_from(&mut buffer) => {
                    // Only sending causes errors, and nothing is sent here.
                    let Ok((bytes, sender)) = received else { continue };
                    self.read((&buffer[..bytes], sender), &mut reassembler, &mut batch);
                    let others = MAX_BATCH_DATAGRAMS - 1;
                    self.read_buffered(others, &mut buffer, &mut reassembler, &mut batch);
                }
                _ = ticks.tick() => {
                    self.convert(reassembler.expire(Instant::now()), &mut batch);
                    self.log.flush();
                }
                () = stopping.clone().signal() => break,
            }
            self.append(batch, &stopping).await;
        }
        let mut batch = Batch::new();
        self.read_buffered(
            MAX_DRAINED_DATAGRAMS,
            &mut buffer,
            &mut reassembler,
            &mut batch,
        );
        self.convert(reassembler.drain(), &mut batch);
        self.append(batch, &stopping).await;
    }

    /// Reads datagrams that have already arrived, so that they share a commit.
    fn read_buffered(
        &self,
        max_datagrams: usize,
        buffer: &mut [u8],
        reassembler: &mut SegmentReassembler,
        batch: &mut Batch,
    ) {
        for _ in 0..max_datagrams {
            match self.socket.try_recv_from(buffer) {
                Ok((bytes, sender)) => self.read((&buffer[..bytes], sender), reassembler, batch),
                Err(_) => return,
            }
        }
    }

    fn read(
        &self,
        (datagram, sender): (&[u8], SocketAddr),
        reassembler: &mut SegmentReassembler,
        batch: &mut Batch,
    ) {
        let documents = match Document::all_of_datagram(datagram) {
            Ok(documents) => documents,
            Err(error) => return self.reject(sender, &error),
        };
        for document in documents {
            match document {
                Ok(document) => {
                    self.log_unexpected_fields(sender, &document);
                    self.convert(reassembler.push(document, Instant::now()), batch);
                }
                Err(error) => self.reject(sender, &error),
            }
        }
    }

    fn reject(&self, sender: SocketAddr, error: &DocumentError) {
        self.spans.rejected(&Rejections::one(Reason::Segment));
        let kind = "xray input: documents rejected";
        let from = sender.ip();
        self.log.log(
            kind,
            format_args!("xray input: rejected a document from {from}: {error}"),
        );
    }

    fn log_unexpected_fields(&self, sender: SocketAddr, document: &Document) {
        let inner = document.subsegments.iter().map(|sub| &sub.document);
        for document in std::iter::once(document).chain(inner) {
            if let Some(field) = document.unexpected.first() {
                let kind = "xray input: unexpected fields";
                let (from, name, count) = (sender.ip(), &document.name, document.unexpected.len());
                let line = format_args!(
                    "xray input: {name:?} from {from} has {count} fields of another type than X-Ray \
                     documents, first {field:?}; unreadable ones are stored as attributes"
                );
                self.log.log(kind, line);
            }
        }
    }

    fn convert(&self, documents: Vec<Completed>, batch: &mut Batch) {
        for document in documents {
            let decoded = span::decode(&document);
            self.spans.rejected(&decoded.rejections);
            self.spans.repaired(&decoded.warnings);
            if decoded.rejections.total() > 0 {
                let kind = "xray input: spans rejected";
                let name = &document.document.name;
                let rejections = &decoded.rejections;
                self.log.log(
                    kind,
                    format_args!("xray input: rejected spans of {name:?}: {rejections}"),
                );
            }
            batch.extend(decoded.batch);
        }
    }

    /// Retries until the spans are stored. On shutdown, a failure of the store ends the retries.
    async fn append(&self, batch: Batch, stopping: &Stopping) {
        while !batch.is_empty() {
            match self.store.append(batch.clone(), clock::now(), None).await {
                Ok(rejections) => return self.spans.rejected(&rejections),
                Err(error @ (AppendError::Failed(_) | AppendError::Stopping))
                    if stopping.is_now() =>
                {
                    let spans: usize = batch.iter().map(|(_, spans)| spans.len()).sum();
                    return eprintln!("xray input: {spans} spans are lost: {error}");
                }
                Err(_) if stopping.is_now() => sleep(BUSY_RETRY_DELAY).await,
                Err(_) => tokio::select! {
                    () = sleep(TICK) => {}
                    () = stopping.clone().signal() => {}
                },
            }
        }
    }
}
