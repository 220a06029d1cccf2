//! One conversation: its messages, oldest first, and the form below.
//!
//! The scroll position is measured from the end (`flex-direction: column-reverse`): it stays at the
//! newest message when one arrives, and at its place when older ones are added above.

use std::rc::Rc;

use api_types::Message as DirectMessage;
use web_sys::Element;
use yew::prelude::*;

use super::message_form::MessageForm;
use crate::api::{self, ApiError};
use crate::components::icon::Icon;
use crate::components::message::Message;
use crate::components::notice::{LoadingFailed, Notice};
use crate::components::skeleton::Skeleton;
use crate::format::time;
use crate::hooks::{use_now, use_retryable};
use crate::state::feed::LoadStatus;
use crate::state::messages::{Conversation, Messages, MessagesAction};
use crate::state::session::Session;
use crate::state::use_store;

#[derive(Properties, PartialEq)]
pub(crate) struct ConversationPaneProps {
    pub(crate) handle: AttrValue,
    /// The other user's name.
    pub(crate) name: AttrValue,
    /// Loads the conversation again, after an error.
    pub(crate) retry: Callback<MouseEvent>,
}

#[component]
pub(crate) fn ConversationPane(props: &ConversationPaneProps) -> Html {
    let messages = use_store::<Messages>();
    let loading = Conversation::default();
    let conversation = messages.conversation(&props.handle).unwrap_or(&loading);
    match &conversation.status {
        LoadStatus::Loading => html! { <Skeleton /> },
        LoadStatus::Failed(ApiError::NotFound) => html! {
            <Notice icon={Icon::Person} title="User not found" text="There is no user with this name. Check the spelling." />
        },
        LoadStatus::Failed(error) => {
            html! { <LoadingFailed error={error.clone()} retry={&props.retry} /> }
        }
        LoadStatus::Ready => html! {
            <>
                <Log handle={&props.handle} name={&props.name} conversation={conversation.clone()} />
                <MessageForm key={props.handle.to_string()} handle={&props.handle} />
            </>
        },
    }
}

#[derive(Properties, PartialEq)]
struct LogProps {
    handle: AttrValue,
    name: AttrValue,
    conversation: Conversation,
}

#[component]
fn Log(props: &LogProps) -> Html {
    let Conversation { messages, next, .. } = &props.conversation;
    let session = use_store::<Session>();
    let node = use_node_ref();
    let last = messages.last();
    use_scroll_to_own(&node, last.filter(|it| session.owns(&it.handle)));
    let load_older = use_load_older(&props.handle, next.clone());
    html! {
        // Reachable by keyboard, to scroll.
        <div ref={node} class="log" role="region" tabindex="0" aria-label={format!("Messages with {}", props.name)}>
            <div class="log-content">
                <div class="more">
                    if next.is_some() {
                        <button type="button" class="pill quiet" onclick={load_older}>{ "Load older" }</button>
                    }
                </div>
                if messages.is_empty() {
                    <p class="first">{ "No messages yet. Say hello." }</p>
                }
                <ul>
                    { for messages.iter().map(|message| html! {
                        <Bubble key={message.uuid.clone()} message={message.clone()}
                            own={session.owns(&message.handle)} />
                    }) }
                </ul>
            </div>
        </div>
    }
}

/// Scrolls to the user's own message after it was sent, from wherever the user was reading.
#[hook]
fn use_scroll_to_own(node: &NodeRef, own: Option<&Rc<DirectMessage>>) {
    let node = node.clone();
    use_effect_with(own.map(|message| message.uuid.clone()), move |own| {
        if own.is_some()
            && let Some(log) = node.cast::<Element>()
        {
            log.set_scroll_top(0);
        }
    });
}

#[hook]
fn use_load_older(handle: &AttrValue, next: Option<String>) -> Callback<MouseEvent> {
    let handle = handle.to_string();
    let dispatch = use_store::<Messages>().dispatcher();
    use_retryable("conversation.load_older", move || {
        let (handle, next, dispatch) = (handle.clone(), next.clone(), dispatch.clone());
        async move {
            let Some(next) = next else { return Ok(()) };
            let page = api::messages::older(&next).await?;
            dispatch.dispatch(MessagesAction::Extended(handle, page));
            Ok(())
        }
    })
}

#[derive(Properties, PartialEq)]
struct BubbleProps {
    message: Rc<DirectMessage>,
    own: bool,
}

#[component]
fn Bubble(props: &BubbleProps) -> Html {
    let message = &props.message;
    let now = use_now();
    let author = if props.own { "You" } else { message.name() };
    html! {
        <li class={classes!("bubble", props.own.then_some("own"))}>
            <span class="visually-hidden">{ author }{ ":" }</span>
            <Message text={message.message.clone()} full=true />
            if let Some(created_at) = message.created_at {
                <time datetime={created_at.to_string()}>{ time::age(created_at.as_millis(), now) }</time>
            }
        </li>
    }
}
