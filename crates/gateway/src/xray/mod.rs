//! X-Ray's own protocol: programs with AWS's X-Ray SDK show up without a daemon.
//!
//! Each UDP datagram holds one segment document. `document` is its shape, `desk` waits for
//! what belongs together, `span` and `attributes` turn it into OTLP spans, which then go
//! the way of all others. UDP has no answer: a document that cannot be read is counted as
//! rejected, and while the store cannot write, the system's own buffer holds what it can.
//! At a stop, what waits on the desk and in that buffer is stored as it is.

mod attributes;
mod desk;
mod document;
mod span;

use std::{sync::Arc, time::Duration};

use tokio::{
    net::UdpSocket,
    time::{Instant, interval, sleep},
};

use self::{
    desk::{Desk, Ready},
    document::Document,
};
use crate::{
    clock,
    decode::{Batch, Reason, Rejections},
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
}

impl Receiver {
    pub(crate) async fn run(self, stopping: Stopping) {
        let (mut desk, mut ticks) = (Desk::new(clock::now()), interval(TICK));
        let mut buffer = vec![0; DATAGRAM_BYTES];
        loop {
            let mut batch = Batch::new();
            tokio::select! {
                received = self.socket.recv(&mut buffer) => {
                    // An error belongs to an earlier answer, of which there are none.
                    let Ok(bytes) = received else { continue };
                    self.take(&buffer[..bytes], &mut desk, &mut batch);
                    self.take_waiting(AT_ONCE - 1, &mut buffer, &mut desk, &mut batch);
                }
                _ = ticks.tick() => self.convert(desk.due(Instant::now()), &mut batch),
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
            match self.socket.try_recv(buffer) {
                Ok(bytes) => self.take(&buffer[..bytes], desk, batch),
                Err(_) => return,
            }
        }
    }

    fn take(&self, datagram: &[u8], desk: &mut Desk, batch: &mut Batch) {
        match Document::of_datagram(datagram) {
            Some(document) => self.convert(desk.take(document, Instant::now()), batch),
            None => self.spans.rejected(&Rejections::one(Reason::Segment)),
        }
    }

    fn convert(&self, documents: Vec<Ready>, batch: &mut Batch) {
        for document in documents {
            let decoded = span::decode(document);
            self.spans.rejected(&decoded.rejections);
            batch.extend(decoded.batch);
        }
    }

    /// Tries until the store has it; at a stop, until the store says that it fails.
    async fn append(&self, batch: Batch, stopping: &Stopping) {
        while !batch.is_empty() {
            match self.store.append(batch.clone(), clock::now()).await {
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
