//! The updates of one stream, until its session ends.

use api_types::LiveMessage;
use tokio::{
    sync::broadcast::{self, error::RecvError},
    time::{Instant, Interval, MissedTickBehavior, interval_at, sleep_until},
};
use tokio_util::sync::CancellationToken;

use super::{Live, Update, slots::Slot};
use crate::{
    clock,
    store::{Pool, messages, sessions},
};

/// The subscription of one stream. Dropping it frees its slot.
#[derive(Debug)]
pub(crate) struct Subscription {
    updates: broadcast::Receiver<Update>,
    pool: Pool,
    user_id: i64,
    token_sha256: String,
    session_checks: Interval,
    ends_at: Instant,
    shutdown: CancellationToken,
    _slot: Slot,
}

impl Subscription {
    pub(super) fn new(
        live: &Live,
        pool: Pool,
        (user_id, token_sha256): (i64, String),
        updates: broadcast::Receiver<Update>,
        slot: Slot,
    ) -> Self {
        let limits = live.limits();
        let begin = Instant::now();
        let mut session_checks = interval_at(begin + limits.heartbeat, limits.heartbeat);
        session_checks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self {
            updates,
            pool,
            user_id,
            token_sha256,
            session_checks,
            ends_at: begin + limits.max_age,
            shutdown: live.shutdown.clone(),
            _slot: slot,
        }
    }

    /// Returns the next message with the number of unread conversations, or `None` when the stream ends.
    pub(crate) async fn next_message(&mut self) -> Option<LiveMessage> {
        loop {
            tokio::select! {
                biased;
                () = self.shutdown.cancelled() => return None,
                () = sleep_until(self.ends_at) => return None,
                update = self.updates.recv() => match update {
                    Ok(Update::Message { user_id, message }) if user_id == self.user_id => {
                        return Some(self.with_unread_count(&message).await);
                    }
                    Ok(update) => if self.is_ended_by(&update).await {
                        return None;
                    },
                    Err(RecvError::Lagged(updates)) => {
                        tracing::debug!(updates, "event stream lags behind and is ended");
                        return None;
                    }
                    Err(RecvError::Closed) => return None,
                },
                _ = self.session_checks.tick() => if !self.has_session().await {
                    return None;
                },
            }
        }
    }

    /// Counts only for messages that are delivered. Counted after the message was stored, so that the
    /// number of the last event is right.
    async fn with_unread_count(&self, message: &LiveMessage) -> LiveMessage {
        LiveMessage {
            unread_conversations_count: messages::count_unread(&self.pool, self.user_id).await.ok(),
            ..message.clone()
        }
    }

    async fn is_ended_by(&self, update: &Update) -> bool {
        match update {
            Update::Message { .. } => false,
            Update::SessionEnded { token_sha256 } => **token_sha256 == *self.token_sha256,
            Update::SessionsChanged { user_id } => {
                *user_id == self.user_id && !self.has_session().await
            }
        }
    }

    /// Returns whether the session still exists. While the database is busy, the stream continues.
    async fn has_session(&self) -> bool {
        let user = sessions::user_of(&self.pool, &self.token_sha256, clock::now()).await;
        user.map_or(true, |user| user.is_some())
    }
}
