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

use std::{net::SocketAddr, time::Duration};

use logging::{Admitted, LogLimit};
use tokio::{
    net::UdpSocket,
    time::{Instant, interval, sleep, timeout},
};
use tokio_util::sync::CancellationToken;
use tracing::{error, warn};

use self::{
    document::{Document, DocumentError},
    reassembler::{Completed, SegmentReassembler},
};
use crate::{
    clock,
    decode::{Batch, Reason, Records, Rejections, Signal},
    log_text::truncated,
    status::RecordCounts,
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
    pub(crate) counts: RecordCounts,
    pub(crate) log: LogLimit,
}

impl Receiver {
    pub(crate) async fn run(self, shutdown: CancellationToken) {
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
                () = shutdown.cancelled() => break,
            }
            self.append(batch, &shutdown).await;
        }
        let mut batch = Batch::new();
        self.read_buffered(
            MAX_DRAINED_DATAGRAMS,
            &mut buffer,
            &mut reassembler,
            &mut batch,
        );
        self.convert(reassembler.drain(), &mut batch);
        self.append(batch, &shutdown).await;
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
        self.counts
            .rejected(Signal::Traces, &Rejections::one(Reason::Segment));
        if let Some(Admitted { suppressed, .. }) = self.log.admit("xray_document_rejected") {
            let (client, error) = (sender.ip(), truncated(&error.to_string()));
            warn!(%client, error, suppressed, "rejected an X-Ray document");
        }
    }

    fn log_unexpected_fields(&self, sender: SocketAddr, document: &Document) {
        let inner = document.subsegments.iter().map(|sub| &sub.document);
        for document in std::iter::once(document).chain(inner) {
            let Some(field) = document.unexpected.first() else {
                continue;
            };
            if let Some(Admitted { suppressed, .. }) = self.log.admit("xray_unexpected_fields") {
                warn!(
                    client = %sender.ip(),
                    segment = truncated(&document.name),
                    fields = document.unexpected.len(),
                    first = truncated(&format!("{field:?}")),
                    suppressed,
                    "fields have another type than in X-Ray documents; unreadable ones are stored as attributes"
                );
            }
        }
    }

    fn convert(&self, documents: Vec<Completed>, batch: &mut Batch) {
        for document in documents {
            let decoded = span::decode(&document);
            self.counts.rejected(Signal::Traces, &decoded.rejections);
            self.counts.repaired(Signal::Traces, &decoded.warnings);
            if decoded.rejections.total() > 0
                && let Some(Admitted { suppressed, .. }) = self.log.admit("xray_spans_rejected")
            {
                let segment = truncated(&document.document.name);
                let details = truncated(&decoded.rejections.describe(Signal::Traces));
                warn!(
                    segment,
                    details, suppressed, "rejected spans of an X-Ray document"
                );
            }
            batch.extend(decoded.batch);
        }
    }

    /// Retries until the spans are stored. On shutdown, a failure of the store ends the retries.
    async fn append(&self, batch: Batch, shutdown: &CancellationToken) {
        while !batch.is_empty() {
            let records = Records::Spans(batch.clone());
            match self.store.append(records, clock::now(), None).await {
                Ok(rejections) => return self.counts.rejected(Signal::Traces, &rejections),
                Err(error @ (AppendError::Failed(_) | AppendError::Stopping))
                    if shutdown.is_cancelled() =>
                {
                    let spans: usize = batch.iter().map(|(_, spans)| spans.len()).sum();
                    let error = &error as &dyn std::error::Error;
                    return error!(spans, error, "X-Ray spans are lost at shutdown");
                }
                Err(_) if shutdown.is_cancelled() => sleep(BUSY_RETRY_DELAY).await,
                Err(_) => {
                    // Ends earlier on shutdown.
                    let _ = timeout(TICK, shutdown.cancelled()).await;
                }
            }
        }
    }
}
