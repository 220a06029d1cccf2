//! The writer's commands.

use std::net::IpAddr;

use tokio::sync::oneshot;

use super::{
    AppendError, QueueId,
    clear::{Part, Step},
    trace_row::Refresh,
};
use crate::decode::{Records, Rejections};

pub(super) enum Command {
    Append {
        records: Records,
        received: i64,
        sender: Option<IpAddr>,
        done: AppendResult,
    },
    /// A sink is done with all records of a queue up to `cursor`.
    Advance {
        queue: QueueId,
        cursor: i64,
        done: oneshot::Sender<()>,
    },
    /// New rows of stale traces, from the summarizer.
    Refresh {
        rows: Vec<Refresh>,
        /// The next trace of the backfill, if this command is a part of it.
        backfill: Option<i64>,
        done: oneshot::Sender<()>,
    },
    /// Removes traces or log records by request.
    Remove(Removal),
    /// Starts periodic work.
    Tick {
        now: i64,
    },
    Stop,
}

/// Traces or log records to remove.
pub(super) struct Removal {
    pub(super) part: Part,
    pub(super) done: oneshot::Sender<rusqlite::Result<Step>>,
}

/// Receives the result of an append.
pub(super) type AppendResult = oneshot::Sender<Result<Rejections, AppendError>>;

/// Commands that are executed together, by kind.
#[derive(Default)]
pub(super) struct Group {
    pub(super) batches: Vec<(Records, i64, Option<IpAddr>)>,
    /// One for each batch.
    pub(super) waiting: Vec<AppendResult>,
    pub(super) advances: Vec<(QueueId, i64)>,
    pub(super) refreshes: Vec<Refresh>,
    pub(super) removals: Vec<Removal>,
    /// The next trace of the backfill, if it advances.
    pub(super) backfill: Option<i64>,
    /// Sinks and the summarizer, which wait for the end of this group.
    confirmations: Vec<oneshot::Sender<()>>,
    pub(super) tick: Option<i64>,
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
                records,
                received,
                sender,
                done,
            } => {
                self.batches.push((records, received, sender));
                self.waiting.push(done);
            }
            Command::Advance {
                queue,
                cursor,
                done,
            } => {
                self.advances.push((queue, cursor));
                self.confirmations.push(done);
            }
            Command::Refresh {
                rows,
                backfill,
                done,
            } => {
                self.refreshes.extend(rows);
                self.backfill = backfill.or(self.backfill);
                self.confirmations.push(done);
            }
            Command::Remove(removal) => self.removals.push(removal),
            Command::Tick { now } => self.tick = Some(now),
            Command::Stop => self.stop = true,
        }
    }

    /// Whether the group needs no transaction.
    pub(super) const fn is_read_only(&self) -> bool {
        self.batches.is_empty()
            && self.advances.is_empty()
            && self.refreshes.is_empty()
            && self.backfill.is_none()
    }

    pub(super) fn confirm(self) {
        for done in self.confirmations {
            // A sink that is being stopped has dropped its receiver.
            let _ = done.send(());
        }
    }
}
