//! Receives the updates of all back ends from PostgreSQL.
//!
//! The server drops notifications while no client listens. After each interruption, therefore, all streams
//! begin anew with the state of their account. A connection can also break without an error: after a
//! failover, or behind a pooler that gives the listening connection to others. So silence is probed: a
//! notification is sent through another connection, and has to arrive.

use std::{error::Error, time::Duration};

use logging::{Admitted, LogLimit};
use tokio::{
    sync::watch,
    time::{sleep, timeout},
};

use super::{Live, Update};
use crate::store::{Listener, Pool, notify};

/// The time without updates after which the connection is probed.
const PROBE_INTERVAL: Duration = Duration::from_secs(10);
/// How long a probe may take.
const PROBE_TIMEOUT: Duration = Duration::from_secs(3);
/// The pause before a new connection.
const RETRY_INTERVAL: Duration = Duration::from_millis(500);

/// Why a connection is given up.
#[derive(Debug, thiserror::Error)]
enum Interruption {
    #[error("the connection to PostgreSQL is lost")]
    Lost(#[source] sqlx::Error),
    #[error(
        "no notification has arrived: connect to PostgreSQL itself, or to a pooler in session mode"
    )]
    Silent,
}

/// Receives updates, and delivers them to the streams of this back end.
#[derive(Debug)]
pub(crate) struct Receiver {
    live: Live,
    pool: Pool,
    /// Signals that something was received.
    heard: watch::Sender<()>,
    is_interrupted: bool,
    unreadable: LogLimit,
}

impl Receiver {
    pub(crate) fn new(live: Live, pool: Pool) -> Self {
        Self {
            live,
            pool,
            heard: watch::Sender::new(()),
            is_interrupted: false,
            unreadable: LogLimit::default(),
        }
    }

    /// Receives until the future is dropped.
    pub(crate) async fn run(mut self, mut listener: Listener) {
        loop {
            let interruption = self.receive_until_interrupted(listener).await;
            self.report(&interruption);
            listener = self.reconnect().await;
            self.live.deliver(Update::Missed);
        }
    }

    async fn receive_until_interrupted(&mut self, mut listener: Listener) -> Interruption {
        let probes = Probes {
            pool: self.pool.clone(),
            heard: self.heard.subscribe(),
        };
        tokio::select! {
            interruption = self.receive(&mut listener) => interruption,
            interruption = probes.run() => interruption,
        }
    }

    async fn receive(&mut self, listener: &mut Listener) -> Interruption {
        loop {
            match listener.next().await {
                Ok(payload) => self.deliver(&payload),
                Err(error) => return Interruption::Lost(error),
            }
        }
    }

    fn deliver(&mut self, payload: &str) {
        self.heard.send_replace(());
        if std::mem::take(&mut self.is_interrupted) {
            tracing::info!("live updates are received again");
        }
        match serde_json::from_str(payload) {
            Ok(update) => self.live.deliver(update),
            // Of a newer version of this program, or of a stranger.
            Err(_) => self.report_unreadable(),
        }
    }

    /// Without the error, which may repeat a part of what a stranger has written.
    fn report_unreadable(&self) {
        if let Some(Admitted { count, .. }) = self.unreadable.admit("unreadable") {
            tracing::warn!(
                count,
                "notifications of another program or version ignored since the last report"
            );
        }
    }

    /// Logs the beginning of an interruption, not each attempt to end it.
    fn report(&mut self, interruption: &Interruption) {
        if !std::mem::replace(&mut self.is_interrupted, true) {
            let error = interruption as &dyn Error;
            tracing::warn!(error, "live updates are interrupted, reconnecting");
        }
    }

    async fn reconnect(&self) -> Listener {
        loop {
            if let Ok(Some(listener)) = self.pool.listen().await {
                return listener;
            }
            sleep(RETRY_INTERVAL).await;
        }
    }
}

/// Probes of one connection.
struct Probes {
    pool: Pool,
    heard: watch::Receiver<()>,
}

impl Probes {
    /// Probes the new connection, and then whenever it is silent, until a probe does not arrive.
    async fn run(mut self) -> Interruption {
        loop {
            if timeout(PROBE_TIMEOUT, self.probe()).await.is_err() {
                return Interruption::Silent;
            }
            while self.is_heard_within(PROBE_INTERVAL).await {}
        }
    }

    async fn probe(&mut self) {
        self.heard.mark_unchanged();
        let sent = notify::notify(self.pool.writer(), &Update::Probe.payload()).await;
        match sent {
            Ok(()) => self.heard_something().await,
            // The database is unavailable, or busy. A new connection shows which.
            Err(_) => std::future::pending().await,
        }
    }

    async fn is_heard_within(&mut self, time: Duration) -> bool {
        sleep(time).await;
        let is_heard = self.heard.has_changed().unwrap_or_default();
        self.heard.mark_unchanged();
        is_heard
    }

    async fn heard_something(&mut self) {
        if self.heard.changed().await.is_err() {
            // The receiver, which owns the sender, is polled together with this future.
            std::future::pending().await
        }
    }
}
