//! Live updates of an account, for its event streams.
//!
//! [`Live`] is the only way in and out: services publish to it, and streams subscribe to it. It
//! delivers within one process. To deliver between processes, forward what is published to the others,
//! and publish there what they forward.
//!
//! A stream does not replay what it has missed. It begins with the state of the account instead, so
//! that a page knows whether it has to load again. A stream that lags behind is ended, and the browser
//! opens a new one.
//!
//! | module | contents |
//! |---|---|
//! | `limits` | the limits of streams |
//! | `slots` | the number of streams, in total and of each account |
//! | `subscription` | the updates of one stream, until its session ends |

mod limits;
mod slots;
mod subscription;

use std::sync::Arc;

use api_types::{LiveMessage, LiveState};
use opentelemetry::{
    Context,
    trace::{SpanContext, TraceContextExt},
};
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;

use self::slots::Slots;
pub use limits::LiveLimits;
pub(crate) use subscription::Subscription;

use super::User;
use crate::{
    Error,
    store::{Pool, messages},
    telemetry::{Operation, set_user_handle},
};

const SUBSCRIBE: Operation = Operation::new("live", "subscribe");

/// An update for the streams of one account or one session.
#[derive(Clone, Debug)]
enum Update {
    Message {
        user_id: i64,
        message: Arc<LiveMessage>,
    },
    /// A session of the account may have ended.
    SessionsChanged { user_id: i64 },
    /// This session has ended.
    SessionEnded { token_sha256: Arc<str> },
}

/// Delivers updates to streams. It is cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Live {
    limits: LiveLimits,
    updates: broadcast::Sender<Update>,
    slots: Slots,
    shutdown: CancellationToken,
}

impl Live {
    pub(crate) fn new(limits: LiveLimits) -> Self {
        Self {
            updates: broadcast::Sender::new(limits.buffered_updates.max(1)),
            slots: Slots::default(),
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
                let (unread_conversations_count, last_message_at) =
                    messages::live_state(pool, user.id).await?;
                let state = LiveState {
                    unread_conversations_count,
                    last_message_at,
                };
                let session = (user.id, token_sha256);
                let subscription = Subscription::new(self, pool.clone(), session, updates, slot);
                Ok((state, subscription))
            })
            .await
    }

    /// Delivers a message to the streams of both accounts.
    pub(crate) fn publish_message(&self, sender: &User, receiver: &User, message: LiveMessage) {
        let to_receiver = LiveMessage {
            conversation: sender.handle.clone(),
            idempotency_key: None,
            ..message.clone()
        };
        let to_sender = LiveMessage {
            conversation: receiver.handle.clone(),
            ..message
        };
        for (user_id, message) in [(receiver.id, to_receiver), (sender.id, to_sender)] {
            let message = Arc::new(message);
            self.publish(Update::Message { user_id, message });
        }
    }

    /// Ends the streams of a session.
    pub(crate) fn end_session(&self, token_sha256: &str) {
        let token_sha256 = token_sha256.into();
        self.publish(Update::SessionEnded { token_sha256 });
    }

    /// Ends the streams of those sessions of an account that do not exist any more.
    pub(crate) fn check_sessions(&self, user_id: i64) {
        self.publish(Update::SessionsChanged { user_id });
    }

    fn publish(&self, update: Update) {
        // Fails while there is no stream.
        let _ = self.updates.send(update);
    }
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
