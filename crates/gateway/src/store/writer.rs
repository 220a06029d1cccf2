//! The one thread that writes.
//!
//! It takes all waiting requests, up to a limit, into one transaction ("group commit"). Under
//! load, requests share the cost of a durable commit; an idle gateway commits at once. A failed
//! transaction fails all of its requests, and stores none of their records. Between two groups it
//! runs a step of [`maintenance`](super::maintenance).

use std::{net::IpAddr, sync::Arc};

use rusqlite::Connection;
use tokio::sync::{mpsc, watch};
use tracing::{error, warn};

use super::{
    AppendError, QueueId, StoreTotals,
    aging::AgingClock,
    clear,
    clients::Clients,
    command::{Command, Group, Removal},
    damage, facts,
    health::Health,
    insert::{Inserted, Insertion},
    log_insert::LogInsertion,
    maintenance::Maintenance,
    origins::Origins,
    queue,
    retention::Removed,
    schema,
    trace_row::{self, Refresh},
    trace_update::TraceSize,
};
use crate::{
    config::Retention,
    decode::{Records, Rejections},
    hub::Hub,
};

/// Commands in one transaction.
const MAX_GROUP: usize = 256;

pub(super) struct Writer {
    connection: Connection,
    trace_limit: TraceSize,
    maintenance: Maintenance,
    clients: Clients,
    origins: Origins,
    log_origins: Origins,
    aging: AgingClock,
    hub: Hub,
    totals: watch::Sender<StoreTotals>,
    health: Health,
    is_damaged: bool,
}

impl Writer {
    pub(super) fn new(
        connection: Connection,
        (retention, aging, clients): (Retention, AgingClock, Clients),
        hub: Hub,
        (totals, health): (watch::Sender<StoreTotals>, Health),
    ) -> Self {
        Self {
            connection,
            trace_limit: TraceSize {
                spans: retention.trace_spans,
                bytes: retention.trace_bytes,
            },
            maintenance: Maintenance::new(retention),
            clients,
            origins: Origins::default(),
            log_origins: Origins::of_logs(),
            aging,
            hub,
            totals,
            health,
            is_damaged: false,
        }
    }

    /// Executes commands until one is `Stop`, or all senders are gone.
    pub(super) fn run(mut self, mut commands: mpsc::Receiver<Command>) {
        let mut group = Vec::with_capacity(MAX_GROUP);
        while self.next_group(&mut commands, &mut group) {
            let group = Group::of(group.drain(..));
            let is_last = group.stop;
            self.execute(group);
            if is_last {
                return;
            }
            self.maintain();
        }
    }

    /// Waits for commands, unless maintenance has work left. Returns false if all senders are
    /// gone.
    fn next_group(&self, commands: &mut mpsc::Receiver<Command>, group: &mut Vec<Command>) -> bool {
        if !self.maintenance.has_work() {
            return commands.blocking_recv_many(group, MAX_GROUP) > 0;
        }
        while group.len() < MAX_GROUP {
            match commands.try_recv() {
                Ok(command) => group.push(command),
                Err(mpsc::error::TryRecvError::Empty) => return true,
                Err(mpsc::error::TryRecvError::Disconnected) => return !group.is_empty(),
            }
        }
        true
    }

    fn execute(&mut self, mut group: Group) {
        if let Some(now) = group.tick {
            self.maintenance.start(self.aging.now());
            report(self.follow_clock(now));
        }
        for removal in std::mem::take(&mut group.removals) {
            self.remove(removal);
        }
        if group.is_read_only() {
            return;
        }
        let batches = std::mem::take(&mut group.batches);
        let refreshes = std::mem::take(&mut group.refreshes);
        match self.write(batches, &group.advances, (refreshes, group.backfill)) {
            Ok((inserted, rejections)) => {
                self.publish(inserted);
                if !group.waiting.is_empty() && !self.is_damaged {
                    self.health.record_success();
                }
                for (done, rejections) in group.waiting.drain(..).zip(rejections) {
                    // A client that hung up has dropped its receiver.
                    let _ = done.send(Ok(rejections));
                }
            }
            Err(error) => self.fail(&mut group, error),
        }
        group.confirm();
    }

    /// Fails the group's requests. Sinks' cursors are saved nevertheless, in a transaction
    /// without spans.
    fn fail(&mut self, group: &mut Group, error: rusqlite::Error) {
        if damage::is_file_damage(&error) {
            self.mark_damaged();
        }
        // Origins and clients that the failed transaction added are not in the file.
        self.forget_origins();
        if let Ok(clients) = Clients::open(&self.connection) {
            self.clients = clients;
        }
        if !group.waiting.is_empty() {
            self.health
                .record_failure(&error.to_string(), self.is_damaged);
        }
        let error = Arc::new(error);
        for done in group.waiting.drain(..) {
            let _ = done.send(Err(AppendError::Failed(Arc::clone(&error))));
        }
        report(
            self.write(Vec::new(), &group.advances, (Vec::new(), None))
                .map(drop),
        );
    }

    /// Writes a group in one transaction. Returns what was inserted, and each batch's rejections.
    fn write(
        &mut self,
        batches: Vec<(Records, i64, Option<IpAddr>)>,
        advances: &[(QueueId, i64)],
        (refreshes, backfill): (Vec<Refresh>, Option<i64>),
    ) -> rusqlite::Result<(Inserted, Vec<Rejections>)> {
        let totals = *self.totals.borrow();
        self.origins.limit_size();
        self.log_origins.limit_size();
        let transaction = self.connection.transaction()?;
        for (queue, cursor) in advances {
            queue::advance(&transaction, *queue, *cursor)?;
        }
        let aged = self.aging.now();
        let mut insertion = Insertion::new(
            &transaction,
            (&mut self.clients, &mut self.origins),
            totals.last_seq,
            self.trace_limit,
            aged,
        );
        let (mut rejections, mut logs) = (Vec::with_capacity(batches.len()), Vec::new());
        for (records, received, sender) in batches {
            rejections.push(match records {
                Records::Spans(batch) => insertion.add((batch, received, sender))?,
                Records::Logs(batch) => {
                    logs.push((batch, received, sender));
                    Rejections::default()
                }
            });
        }
        let mut inserted = insertion.finish()?;
        let mut log_insertion = LogInsertion::new(
            &transaction,
            (&mut self.clients, &mut self.log_origins),
            totals.last_log,
            aged,
        );
        for batch in logs {
            log_insertion.add(batch)?;
        }
        let inserted_logs = log_insertion.finish()?;
        for refresh in refreshes {
            inserted.summaries.extend(refresh.write(&transaction)?);
        }
        if let Some(next) = backfill {
            facts::set_backfill(&transaction, next)?;
        }
        transaction.commit()?;
        inserted.logs = inserted_logs;
        Ok((inserted, rejections))
    }

    fn follow_clock(&mut self, now: i64) -> rusqlite::Result<()> {
        self.aging.save(&self.connection)?;
        let moved = trace_row::relist_future(&self.connection, now)?;
        if moved > 0 {
            warn!(
                traces = moved,
                "the system's clock was set back; traces from the future are now listed by their arrival"
            );
        }
        Ok(())
    }

    fn mark_damaged(&mut self) {
        if !std::mem::replace(&mut self.is_damaged, true) {
            error!(
                "the store is damaged and spans are rejected; restart the gateway to recover what can be read"
            );
            report(schema::mark_damaged(&self.connection));
        }
    }

    fn publish(&mut self, inserted: Inserted) {
        for (client, usage) in inserted.usage.iter().chain(&inserted.logs.usage) {
            self.clients.add_usage(*client, *usage);
            self.maintenance.record_growth(*usage);
        }
        self.totals.send_modify(|totals| {
            totals.spans += inserted.new_spans;
            totals.traces += inserted.new_traces;
            totals.last_seq = inserted.last_seq;
            totals.logs += inserted.logs.records;
            totals.last_log = inserted.logs.last_log;
            totals.revision += 1;
        });
        self.hub.publish(inserted.summaries);
        self.hub.publish_logs(inserted.logs.traces);
    }

    fn forget_origins(&mut self) {
        self.origins = Origins::default();
        self.log_origins = Origins::of_logs();
    }

    /// Removes some of the traces or log records of a request.
    fn remove(&mut self, Removal { part, done }: Removal) {
        let step = clear::remove(&mut self.connection, &mut self.clients, &part);
        match &step {
            Ok(step) if step.removed == Removed::default() => {}
            Ok(step) => {
                // Origins may be deleted with the last of their records.
                self.forget_origins();
                self.subtract(step.removed);
            }
            Err(error) if damage::is_file_damage(error) => self.mark_damaged(),
            Err(_) => {}
        }
        // A client that hung up has dropped its receiver.
        let _ = done.send(step);
    }

    fn subtract(&self, removed: Removed) {
        self.totals.send_if_modified(|totals| {
            totals.spans = totals.spans.saturating_sub(removed.spans);
            totals.traces = totals.traces.saturating_sub(removed.traces);
            totals.logs = totals.logs.saturating_sub(removed.logs);
            totals.revision += u64::from(removed.traces > 0);
            removed != Removed::default()
        });
    }

    /// Runs a step of maintenance. The next tick retries a failed one; no span is lost by it.
    fn maintain(&mut self) {
        let step = self
            .maintenance
            .step(&mut self.connection, &mut self.clients);
        if !matches!(step, Ok(removed) if removed == Removed::default()) {
            // Origins may be deleted with the last of their records.
            self.forget_origins();
        }
        match step {
            Ok(removed) => self.subtract(removed),
            Err(error) => report(Err(error)),
        }
    }
}

fn report(result: rusqlite::Result<()>) {
    if let Err(error) = result {
        let error = &error as &dyn std::error::Error;
        warn!(error, "maintenance of the store failed and will be retried");
    }
}
