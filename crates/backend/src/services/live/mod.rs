//! Live updates of an account, for its event streams.
//!
//! [`Live`] is the only way in and out: services publish to it, and streams subscribe to it. On an
//! SQLite file, which one back end owns, it delivers within the process. On PostgreSQL, an update is a
//! notification of the server, which the [`Receiver`] of each back end delivers to its own streams. The
//! notification of a message is sent in the transaction that stores the message: both happen, or neither.
//!
//! A stream does not replay what it has missed. It begins with the state of the account instead, so
//! that a page knows whether it has to load again. The same happens within a stream after notifications
//! may have been lost. A stream that lags behind is ended, and the browser opens a new one.
//!
//! | module | contents |
//! |---|---|
//! | `limits` | the limits of streams |
//! | `receiver` | the updates of the other back ends on the same PostgreSQL server |
//! | `slots` | the number of streams, in total and of each account |
//! | `subscription` | the events of one stream, until its session ends |
//! | `update` | an update, and its form between back ends |

mod event;
mod limits;
mod receiver;
mod slots;
mod subscription;
mod update;

use std::sync::Arc;

use api_types::LiveState;
use logging::{Admitted, LogLimit};
use opentelemetry::{
    Context,
    trace::{SpanContext, TraceContextExt},
};
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;

use self::slots::Slots;
pub(crate) use event::LiveEvent;
pub use limits::LiveLimits;
pub(crate) use receiver::Receiver;
pub(crate) use subscription::Subscription;
pub(crate) use update::{StoredMessage, Update};

use super::User;
use crate::{
    Error,
    store::{self, Pool, messages, notify},
    telemetry::{Operation, set_user_handle},
};

const SUBSCRIBE: Operation = Operation::new("live", "subscribe");

/// Delivers updates to streams. It is cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Live {
    limits: LiveLimits,
    updates: broadcast::Sender<Update>,
    slots: Slots,
    lagging: Arc<LogLimit>,
    shutdown: CancellationToken,
}

impl Live {
    pub(crate) fn new(limits: LiveLimits) -> Self {
        Self {
            updates: broadcast::Sender::new(limits.buffered_updates.max(1)),
            slots: Slots::default(),
            lagging: Arc::default(),
            shutdown: CancellationToken::new(),
            limits,
        }
    }

    /// Ends all streams, and every later one at once.
    pub(crate) fn shut_down(&self) {
        self.shutdown.cancel();
    }

    pub(crate) fn limits(&self) -> LiveLimits {
        self.limits
    }

    /// Subscribes a session, and returns the state of its account after the subscription began.
    ///
    /// # Errors
    /// There are too many streams, or the database failed.
    pub(crate) async fn subscribe(
        &self,
        pool: &Pool,
        user: &User,
        token_sha256: String,
    ) -> Result<(LiveState, Subscription), Error> {
        SUBSCRIBE
            .run(async {
                set_user_handle(&user.handle);
                let slot = self.slots.take(user.id, self.limits)?;
                let updates = self.updates.subscribe();
                let state = state_of(pool, user.id).await?;
                let session = (user.id, token_sha256);
                let subscription = Subscription::new(self, pool.clone(), session, updates, slot);
                Ok((state, subscription))
            })
            .await
    }

    /// Delivers the update of a change that was committed together with its notification.
    pub(crate) fn committed(&self, pool: &Pool, update: Update) {
        if pool.is_embedded() {
            self.deliver(update);
        }
    }

    /// Ends the streams of those sessions of an account that do not exist any more.
    pub(crate) async fn check_sessions(&self, pool: &Pool, user_id: i64) {
        let update = Update::SessionsChanged { user_id };
        let sent = notify::notify(pool.writer(), &update.payload()).await;
        // Without a notification, other back ends check the sessions at their next heartbeat.
        if sent.is_err() || pool.is_embedded() {
            self.deliver(update);
        }
    }

    /// Delivers an update to the streams of this back end. Those of other accounts do not lag behind
    /// because of it.
    fn deliver(&self, update: Update) {
        let accounts = update.user_ids();
        if accounts.is_none_or(|ids| self.slots.any_of(ids)) {
            // Fails while there is no stream.
            let _ = self.updates.send(update);
        }
    }

    /// Counts a stream that has lagged behind, and logs the number from time to time.
    fn report_lagging(&self, updates: u64) {
        if let Some(Admitted { count, .. }) = self.lagging.admit("lagging") {
            tracing::warn!(
                count,
                updates,
                "event streams that lagged behind were ended since the last report"
            );
        }
    }
}

/// Returns the state of an account.
async fn state_of(pool: &Pool, user_id: i64) -> store::Result<LiveState> {
    let (unread_conversations_count, last_message_at) = messages::live_state(pool, user_id).await?;
    Ok(LiveState {
        unread_conversations_count,
        last_message_at,
    })
}

/// Returns the `traceparent` of the current span, if there is one.
pub(super) fn current_traceparent() -> Option<String> {
    Context::map_current(|context| traceparent(context.span().span_context()))
}

fn traceparent(span: &SpanContext) -> Option<String> {
    span.is_valid().then(|| {
        let flags = span.trace_flags().to_u8();
        format!("00-{}-{}-{flags:02x}", span.trace_id(), span.span_id())
    })
}
