//! The one thread that writes.
//!
//! It takes all requests that wait, up to a bound, into one transaction ("group commit"):
//! under load the price of a durable commit is shared, and an idle gateway commits at once.
//! A failed transaction fails all of its requests, and none of their spans were stored.

use rusqlite::Connection;
use tokio::sync::{mpsc, watch};

use super::{
    AppendError, Kept,
    command::{Command, Done},
    damage,
    insert::{Inserted, Insertion},
    queue, retention, rows, schema,
};
use crate::{
    config::Retention,
    decode::{Batch, Rejections},
    hub::Hub,
};

/// Requests of one transaction.
const GROUP: usize = 256;

pub(super) struct Writer {
    connection: Connection,
    retention: Retention,
    hub: Hub,
    kept: watch::Sender<Kept>,
    is_damaged: bool,
}

impl Writer {
    pub(super) fn new(
        connection: Connection,
        retention: Retention,
        hub: Hub,
        kept: watch::Sender<Kept>,
    ) -> Self {
        Self {
            connection,
            retention,
            hub,
            kept,
            is_damaged: false,
        }
    }

    /// Works until told to stop, or until nobody can send commands any more.
    pub(super) fn run(mut self, mut commands: mpsc::Receiver<Command>) {
        let mut group = Vec::with_capacity(GROUP);
        while commands.blocking_recv_many(&mut group, GROUP) > 0 {
            let stop = group.iter().any(|command| matches!(command, Command::Stop));
            self.perform(group.drain(..));
            if stop {
                return;
            }
        }
    }

    fn perform(&mut self, group: impl Iterator<Item = Command>) {
        let (mut waiting, mut upkeep) = (Vec::new(), Vec::new());
        let mut batches = Vec::new();
        for command in group {
            match command {
                Command::Append {
                    batch,
                    received,
                    done,
                } => {
                    batches.push((batch, received));
                    waiting.push(done);
                }
                other => upkeep.push(other),
            }
        }
        if !batches.is_empty() {
            self.append(batches, waiting);
        }
        for command in upkeep {
            self.keep_up(command);
        }
        report(self.retain(None));
    }

    /// A client that went away does not wait for its answer.
    fn append(&mut self, batches: Vec<(Batch, i64)>, waiting: Vec<Done>) {
        match self.insert(batches) {
            Ok((inserted, rejections)) => {
                self.announce(inserted);
                for (done, rejections) in waiting.into_iter().zip(rejections) {
                    let _ = done.send(Ok(rejections));
                }
            }
            Err(error) => {
                if damage::is_of_file(&error) {
                    self.damaged();
                }
                let error = AppendError::Failed(error.to_string());
                for done in waiting {
                    let _ = done.send(Err(error.clone()));
                }
            }
        }
    }

    /// What was added, and what of each batch was not.
    fn insert(
        &mut self,
        batches: Vec<(Batch, i64)>,
    ) -> rusqlite::Result<(Inserted, Vec<Rejections>)> {
        let last_seq = self.kept.borrow().last_seq;
        let transaction = self.connection.transaction()?;
        let mut insertion = Insertion::new(&transaction, last_seq, self.retention.trace_spans);
        let rejections = batches
            .into_iter()
            .map(|(batch, received)| insertion.add(batch, received))
            .collect::<rusqlite::Result<_>>()?;
        let inserted = insertion.finish()?;
        transaction.commit()?;
        Ok((inserted, rejections))
    }

    fn damaged(&mut self) {
        if !std::mem::replace(&mut self.is_damaged, true) {
            eprintln!(
                "store: the file is damaged, and spans are refused. \
                 Start the gateway again: it reads back what it can"
            );
            report(schema::mark_damaged(&self.connection));
        }
    }

    fn announce(&self, inserted: Inserted) {
        self.kept.send_modify(|kept| {
            kept.spans += inserted.new_spans;
            kept.traces += inserted.new_traces;
            kept.last_seq = inserted.last_seq;
        });
        self.hub.publish(inserted.summaries);
    }

    /// Upkeep that fails is tried again with the next: the spans are safe either way.
    fn keep_up(&mut self, command: Command) {
        let result = match command {
            Command::Advance { sink, cursor, done } => {
                let advanced = queue::advance(&self.connection, sink, cursor);
                // A sink that is being stopped does not wait for it.
                let _ = done.send(());
                advanced
            }
            Command::Upkeep { now } => self.catch_up().and_then(|()| self.retain(Some(now))),
            Command::Append { .. } | Command::Stop => Ok(()),
        };
        report(result);
    }

    fn catch_up(&mut self) -> rusqlite::Result<()> {
        let transaction = self.connection.transaction()?;
        let summaries = rows::catch_up(&transaction)?;
        transaction.commit()?;
        self.hub.publish(summaries);
        Ok(())
    }

    fn retain(&mut self, now: Option<i64>) -> rusqlite::Result<()> {
        let removed = retention::apply(&mut self.connection, &self.retention, now)?;
        if removed.traces > 0 {
            self.kept.send_modify(|kept| {
                kept.spans = kept.spans.saturating_sub(removed.spans);
                kept.traces = kept.traces.saturating_sub(removed.traces);
            });
        }
        Ok(())
    }
}

fn report(result: rusqlite::Result<()>) {
    if let Err(error) = result {
        eprintln!("store: {error}");
    }
}
