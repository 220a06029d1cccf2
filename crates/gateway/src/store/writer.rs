//! The one thread that writes.
//!
//! It takes all requests that wait, up to a bound, into one transaction ("group commit"):
//! under load the price of a durable commit is shared, and an idle gateway commits at once.
//! A failed transaction fails all of its requests, and none of their spans were stored.
//! Between two groups it does a part of the [`chores`](super::chores).

use std::net::IpAddr;

use rusqlite::Connection;
use tokio::sync::{mpsc, watch};

use super::{
    AppendError, Kept,
    aging::AgingClock,
    chores::Chores,
    clients::Clients,
    command::{Command, Group},
    damage,
    health::Health,
    insert::{Inserted, Insertion},
    queue,
    rows::{self, Refresh},
    schema,
    touched::Bounds,
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
    bounds: Bounds,
    chores: Chores,
    clients: Clients,
    aging: AgingClock,
    hub: Hub,
    kept: watch::Sender<Kept>,
    health: Health,
    is_damaged: bool,
}

impl Writer {
    pub(super) fn new(
        connection: Connection,
        (retention, aging, clients): (Retention, AgingClock, Clients),
        hub: Hub,
        (kept, health): (watch::Sender<Kept>, Health),
    ) -> Self {
        Self {
            connection,
            bounds: Bounds {
                spans: retention.trace_spans,
                bytes: retention.trace_bytes,
            },
            chores: Chores::new(retention),
            clients,
            aging,
            hub,
            kept,
            health,
            is_damaged: false,
        }
    }

    /// Works until told to stop, or until nobody can send commands any more.
    pub(super) fn run(mut self, mut commands: mpsc::Receiver<Command>) {
        let mut group = Vec::with_capacity(GROUP);
        while self.next_group(&mut commands, &mut group) {
            let group = Group::of(group.drain(..));
            let is_last = group.stop;
            self.perform(group);
            if is_last {
                return;
            }
            self.do_chores();
        }
    }

    /// Waits for commands, unless there are chores to do meanwhile. False when there will be none.
    fn next_group(&self, commands: &mut mpsc::Receiver<Command>, group: &mut Vec<Command>) -> bool {
        if !self.chores.remain() {
            return commands.blocking_recv_many(group, GROUP) > 0;
        }
        while group.len() < GROUP {
            match commands.try_recv() {
                Ok(command) => group.push(command),
                Err(mpsc::error::TryRecvError::Empty) => return true,
                Err(mpsc::error::TryRecvError::Disconnected) => return !group.is_empty(),
            }
        }
        true
    }

    /// A client that went away does not wait for its answer.
    fn perform(&mut self, mut group: Group) {
        if let Some(now) = group.upkeep {
            self.chores.begin(self.aging.now());
            report(self.follow_clock(now));
        }
        if group.writes_nothing() {
            return;
        }
        let batches = std::mem::take(&mut group.batches);
        let refreshes = std::mem::take(&mut group.refreshes);
        match self.write(batches, &group.advances, refreshes) {
            Ok((inserted, rejections)) => {
                self.announce(inserted);
                if !group.waiting.is_empty() && !self.is_damaged {
                    self.health.stored();
                }
                for (done, rejections) in group.waiting.drain(..).zip(rejections) {
                    let _ = done.send(Ok(rejections));
                }
            }
            Err(error) => self.failed(&mut group, &error),
        }
        group.confirm();
    }

    /// Sinks' places are noted all the same, if that can be done without the spans.
    fn failed(&mut self, group: &mut Group, error: &rusqlite::Error) {
        if damage::is_of_file(error) {
            self.damaged();
        }
        // Clients that the transaction made known are not in the file.
        if let Ok(clients) = Clients::open(&self.connection) {
            self.clients = clients;
        }
        if !group.waiting.is_empty() {
            self.health.failed(&error.to_string(), self.is_damaged);
        }
        let error = AppendError::Failed(error.to_string());
        for done in group.waiting.drain(..) {
            let _ = done.send(Err(error.clone()));
        }
        report(
            self.write(Vec::new(), &group.advances, Vec::new())
                .map(drop),
        );
    }

    /// What was added, and what of each batch was not.
    fn write(
        &mut self,
        batches: Vec<(Batch, i64, Option<IpAddr>)>,
        advances: &[(&str, i64)],
        refreshes: Vec<Refresh>,
    ) -> rusqlite::Result<(Inserted, Vec<Rejections>)> {
        let last_seq = self.kept.borrow().last_seq;
        let transaction = self.connection.transaction()?;
        for (sink, cursor) in advances {
            queue::advance(&transaction, sink, *cursor)?;
        }
        let mut insertion = Insertion::new(
            (&transaction, &mut self.clients),
            last_seq,
            self.bounds,
            self.aging.now(),
        );
        let rejections = batches
            .into_iter()
            .map(|batch| insertion.add(batch))
            .collect::<rusqlite::Result<_>>()?;
        let mut inserted = insertion.finish()?;
        for refresh in refreshes {
            inserted.summaries.extend(refresh.write(&transaction)?);
        }
        transaction.commit()?;
        Ok((inserted, rejections))
    }

    fn follow_clock(&mut self, now: i64) -> rusqlite::Result<()> {
        self.aging.save(&self.connection)?;
        let moved = rows::list_again(&self.connection, now)?;
        if moved > 0 {
            eprintln!(
                "store: the system's clock was put back; {moved} traces from the future are \
                 listed as of now"
            );
        }
        Ok(())
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

    fn announce(&mut self, inserted: Inserted) {
        for (client, weight) in &inserted.grown {
            self.clients.grew(*client, *weight);
        }
        self.kept.send_modify(|kept| {
            kept.spans += inserted.new_spans;
            kept.traces += inserted.new_traces;
            kept.last_seq = inserted.last_seq;
        });
        self.hub.publish(inserted.summaries);
    }

    /// What fails is tried again with the next upkeep: the spans are safe either way.
    fn do_chores(&mut self) {
        match self.chores.step(&mut self.connection, &mut self.clients) {
            Ok(removed) => {
                self.kept.send_if_modified(|kept| {
                    kept.spans = kept.spans.saturating_sub(removed.spans);
                    kept.traces = kept.traces.saturating_sub(removed.traces);
                    removed.traces > 0
                });
            }
            Err(error) => report(Err(error)),
        }
    }
}

fn report(result: rusqlite::Result<()>) {
    if let Err(error) = result {
        eprintln!("store: {error}");
    }
}
