//! What the writer is asked to do.

use std::net::IpAddr;

use tokio::sync::oneshot;

use super::{AppendError, rows::Refresh};
use crate::decode::{Batch, Rejections};

pub(super) enum Command {
    Append {
        batch: Batch,
        received: i64,
        sender: Option<IpAddr>,
        done: Done,
    },
    /// A sink is done with everything up to `cursor`.
    Advance {
        sink: &'static str,
        cursor: i64,
        done: oneshot::Sender<()>,
    },
    /// Rows of stale traces, made anew by the summarizer.
    Refresh {
        rows: Vec<Refresh>,
        done: oneshot::Sender<()>,
    },
    /// What is to be done now and then.
    Upkeep {
        now: i64,
    },
    Stop,
}

/// Who waits for the outcome of an append.
pub(super) type Done = oneshot::Sender<Result<Rejections, AppendError>>;

/// Commands that are carried out together, sorted.
#[derive(Default)]
pub(super) struct Group {
    pub(super) batches: Vec<(Batch, i64, Option<IpAddr>)>,
    /// One for each batch.
    pub(super) waiting: Vec<Done>,
    pub(super) advances: Vec<(&'static str, i64)>,
    pub(super) refreshes: Vec<Refresh>,
    /// Sinks and the summarizer, which wait until this group is done.
    written: Vec<oneshot::Sender<()>>,
    pub(super) upkeep: Option<i64>,
    pub(super) stop: bool,
}

impl Group {
    pub(super) fn of(commands: impl Iterator<Item = Command>) -> Self {
        let mut group = Self::default();
        for command in commands {
            group.add(command);
        }
        group
    }

    fn add(&mut self, command: Command) {
        match command {
            Command::Append {
                batch,
                received,
                sender,
                done,
            } => {
                self.batches.push((batch, received, sender));
                self.waiting.push(done);
            }
            Command::Advance { sink, cursor, done } => {
                self.advances.push((sink, cursor));
                self.written.push(done);
            }
            Command::Refresh { rows, done } => {
                self.refreshes.extend(rows);
                self.written.push(done);
            }
            Command::Upkeep { now } => self.upkeep = Some(now),
            Command::Stop => self.stop = true,
        }
    }

    pub(super) const fn writes_nothing(&self) -> bool {
        self.batches.is_empty() && self.advances.is_empty() && self.refreshes.is_empty()
    }

    /// A sink that is being stopped does not wait for it.
    pub(super) fn confirm(self) {
        for done in self.written {
            let _ = done.send(());
        }
    }
}
