//! Live updates while the page is visible.
//!
//! Browsers open at most six connections to a server over HTTP/1.1, for all tabs together. Hidden tabs
//! therefore have no stream, and load what they missed when they are shown again.

use api_types::live::ALIVE_INTERVAL_MS;
use api_types::{LiveMessage, LiveState};
use gloo_timers::callback::Timeout;
use opentelemetry::trace::TraceContextExt;
use otel_web::propagation::parse_traceparent;
use yew::prelude::*;

use crate::api::ApiResult;
use crate::api::idempotency::is_of_this_page;
use crate::api::live::{LiveEvent, LiveStream};
use crate::hooks::{MessagesLoader, use_is_visible, use_messages_loader};
use crate::state::feed::LoadStatus;
use crate::state::messages::{Messages, MessagesAction};
use crate::state::session::{Session, SessionAction};
use crate::state::use_store;

/// The pause after the back end or a proxy rejected a stream. Doubled after each further rejection.
const RETRY_MS: u32 = 5_000;
const MAX_RETRY_MS: u32 = 80_000;
/// A stream without an event for this long is broken, although the browser may not know it: the
/// computer slept, or changed its network.
const MAX_SILENCE_MS: u32 = 3 * ALIVE_INTERVAL_MS;

/// Keeps a stream open while a user is signed in and the page is visible.
#[hook]
pub(crate) fn use_live() {
    let session = use_store::<Session>();
    let user = session.user().map(|me| me.handle.clone());
    let is_visible = use_is_visible();
    let attempt = use_state(|| 0_u32);
    let on_event = use_on_event(attempt.setter(), *attempt);
    use_reset_on_sign_out(session.generation);
    let deps = (user.filter(|_| is_visible), session.generation, *attempt);
    use_effect_with(deps, move |(user, ..)| {
        let stream = user.as_ref().and_then(|_| LiveStream::open(&on_event));
        move || drop(stream)
    });
}

/// Removes the messages of the previous user.
#[hook]
fn use_reset_on_sign_out(generation: u32) {
    let messages = use_store::<Messages>().dispatcher();
    use_effect_with(generation, move |&generation| {
        messages.dispatch(MessagesAction::Reset(generation));
    });
}

/// Returns the callback for events. It is the same for the life of the component, and sees the current
/// state.
#[hook]
fn use_on_event(retry: UseStateSetter<u32>, attempt: u32) -> Callback<LiveEvent> {
    let current = use_mut_ref(|| None::<Current>);
    *current.borrow_mut() = Some(Current {
        session: use_store(),
        messages: use_store(),
        loader: use_messages_loader(),
    });
    let timeout = use_mut_ref(|| None::<Timeout>);
    let pause_ms = use_mut_ref(|| RETRY_MS);
    let reopen_in = move |ms| {
        let retry = retry.clone();
        let next = Timeout::new(ms, move || retry.set(attempt + 1));
        timeout.replace(Some(next));
    };
    Callback::from(move |event| {
        if matches!(event, LiveEvent::Closed) {
            let pause = *pause_ms.borrow();
            pause_ms.replace(MAX_RETRY_MS.min(2 * pause));
            return reopen_in(pause);
        }
        pause_ms.replace(RETRY_MS);
        reopen_in(MAX_SILENCE_MS);
        match (event, &*current.borrow()) {
            (LiveEvent::Ready(state), Some(current)) => current.resume(state),
            (LiveEvent::Message(message), Some(current)) => current.receive(*message),
            _ => {}
        }
    })
}

/// The state of the last rendering.
struct Current {
    session: UseReducerHandle<Session>,
    messages: UseReducerHandle<Messages>,
    loader: MessagesLoader,
}

impl Current {
    /// Loads what the page missed while it had no stream.
    fn resume(&self, state: LiveState) {
        let session = self.session.dispatcher();
        let count = state.unread_conversations_count;
        session.dispatch(SessionAction::UnreadConversations(count));
        // Another page may have read a conversation, and a message of one conversation may be stored
        // after a newer one of another.
        let shown_count = self.session.user().map(|me| me.unread_conversations_count);
        if self.messages.is_older_than(state.last_message_at)
            || self.messages.is_loaded() && shown_count != Some(count)
        {
            let (loader, shown) = (self.loader.clone(), self.messages.shown_handle());
            otel_web::action("live.resume").start().run(async move {
                match shown {
                    Some(handle) => record(loader.load_conversation(handle).await),
                    None => loader.load_groups().await,
                }
            });
        }
    }

    /// Shows a message. This is a trace of its own with a link to the span that stored the message: the
    /// sender's trace has ended.
    fn receive(&self, live: LiveMessage) {
        if live.idempotency_key.as_deref().is_some_and(is_of_this_page) {
            return;
        }
        let action = otel_web::action("message.receive").start();
        if let Some(cause) = live.traceparent.as_deref().and_then(parse_traceparent) {
            action.context().span().add_link(cause, Vec::new());
        }
        let is_own = self.session.owns(&live.message.handle);
        let is_open = self.messages.conversation(&live.conversation).is_some();
        let is_new =
            self.messages.status == LoadStatus::Ready && !self.messages.lists(&live.conversation);
        // An open conversation is marked as read, which updates the number.
        let read_until = live.message.created_at.filter(|_| is_open && !is_own);
        let count = live.unread_conversations_count;
        let count = count.filter(|_| read_until.is_none());
        let (session, messages) = (self.session.dispatcher(), self.messages.dispatcher());
        let (loader, conversation) = (self.loader.clone(), live.conversation.clone());
        let arrived = MessagesAction::Arrived {
            is_own,
            conversation: live.conversation,
            message: live.message,
        };
        action.run(async move {
            messages.dispatch(arrived);
            if let Some(count) = count {
                session.dispatch(SessionAction::UnreadConversations(count));
            }
            if is_new {
                loader.load_groups().await;
            }
            if let Some(until) = read_until {
                record(loader.mark_read(&conversation, until).await);
            }
        });
    }
}

/// Records an error on the current action.
fn record(result: ApiResult<()>) {
    if let Err(error) = result {
        otel_web::record_error(error);
    }
}
