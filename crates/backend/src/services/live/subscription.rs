//! The events of one stream, until its session ends.

use api_types::LiveMessage;
use tokio::{
    sync::broadcast::{self, error::RecvError},
    time::{Instant, Interval, MissedTickBehavior, interval_at, sleep_until},
};
use tokio_util::sync::CancellationToken;

use super::{Live, LiveEvent, StoredMessage, Update, slots::Slot, state_of};
use crate::{
    clock,
    store::{Pool, messages, sessions},
};

/// What an update means for a stream.
enum Outcome {
    Event(LiveEvent),
    Nothing,
    End,
}

/// The subscription of one stream. Dropping it frees its slot.
#[derive(Debug)]
pub(crate) struct Subscription {
    updates: broadcast::Receiver<Update>,
    pool: Pool,
    user_id: i64,
    token_sha256: String,
    session_checks: Interval,
    ends_at: Instant,
    live: Live,
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
            live: live.clone(),
            shutdown: live.shutdown.clone(),
            _slot: slot,
        }
    }

    /// Returns the next event, or `None` when the stream ends.
    pub(crate) async fn next_event(&mut self) -> Option<LiveEvent> {
        loop {
            tokio::select! {
                biased;
                () = self.shutdown.cancelled() => return None,
                () = sleep_until(self.ends_at) => return None,
                update = self.updates.recv() => match update {
                    Ok(update) => match self.event_of(update).await {
                        Outcome::Event(event) => return Some(event),
                        Outcome::Nothing => {}
                        Outcome::End => return None,
                    },
                    Err(RecvError::Lagged(updates)) => {
                        self.live.report_lagging(updates);
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

    async fn event_of(&self, update: Update) -> Outcome {
        match update {
            Update::Message(stored) if stored.has_account(self.user_id) => {
                self.message(stored).await
            }
            Update::SessionsChanged { user_id } if user_id == self.user_id => {
                self.session_check().await
            }
            Update::Missed => self.begin_anew().await,
            Update::Message(_) | Update::SessionsChanged { .. } | Update::Probe => Outcome::Nothing,
        }
    }

    /// Reads the message and the number of unread conversations when the event is delivered, so that the
    /// number of the last event is right. If the database is unavailable, the stream ends, and the browser
    /// opens a new one, whose state shows that there is a message.
    async fn message(&self, stored: StoredMessage) -> Outcome {
        let delivered = messages::delivered(&self.pool, &stored.uuid, self.user_id).await;
        let delivered = match delivered {
            Ok(Some(delivered)) => delivered,
            Ok(None) => return Outcome::Nothing,
            Err(_) => return Outcome::End,
        };
        let is_sender = delivered.sender_id == self.user_id;
        Outcome::Event(LiveEvent::Message(LiveMessage {
            conversation: delivered.conversation,
            message: delivered.message,
            unread_conversations_count: Some(delivered.unread_conversations_count),
            idempotency_key: stored.idempotency_key.filter(|_| is_sender),
            traceparent: stored.traceparent,
        }))
    }

    async fn session_check(&self) -> Outcome {
        if self.has_session().await {
            Outcome::Nothing
        } else {
            Outcome::End
        }
    }

    /// A missed update may have been the end of the session.
    async fn begin_anew(&self) -> Outcome {
        if !self.has_session().await {
            return Outcome::End;
        }
        match state_of(&self.pool, self.user_id).await {
            Ok(state) => Outcome::Event(LiveEvent::Ready(state)),
            Err(_) => Outcome::End,
        }
    }

    /// Returns whether the session still exists. While the database is busy, the stream continues.
    async fn has_session(&self) -> bool {
        let user = sessions::user_of(&self.pool, &self.token_sha256, clock::now()).await;
        user.map_or(true, |user| user.is_some())
    }
}
