//! The form that sends a direct message.

use api_types::visible::is_blank;
use api_types::{DIRECT_MESSAGE_MAX_CHARS, NewMessage, validate};
use web_sys::HtmlTextAreaElement;
use yew::prelude::*;

use crate::api::{self, ApiError, ApiResult};
use crate::components::compose_form::{chars_left, counter, error_text};
use crate::components::submit_keys::{is_enter, submit_form};
use crate::hooks::{
    FormSubmit, MessagesLoader, Toasts, use_form_submit, use_messages_loader, use_toasts,
};
use crate::state::drafts::{DraftAction, Drafts};
use crate::state::messages::{Messages, MessagesAction};
use crate::state::{use_dispatch, use_store};

const PLACEHOLDER: &str = "send a direct message…";

#[derive(Properties, PartialEq)]
pub(crate) struct MessageFormProps {
    /// The receiver.
    pub(crate) handle: AttrValue,
}

#[component]
pub(crate) fn MessageForm(props: &MessageFormProps) -> Html {
    let draft = format!("@{}", props.handle);
    let text = use_store::<Drafts>().text(&draft).to_owned();
    let form = use_send(&props.handle, &draft);
    let left = chars_left(&text, DIRECT_MESSAGE_MAX_CHARS);
    let error = error_text(left, &form);
    let is_blocked = form.is_pending || left < 0 || is_blank(&text);
    let oninput = use_edit(draft, &form.clear_error);
    html! {
        <form class="message-form" onsubmit={form.onsubmit.clone()}>
            <textarea rows="1" placeholder={PLACEHOLDER} aria-label={PLACEHOLDER} aria-describedby="message-error"
                aria-invalid={error.is_some().then_some("true")} dir="auto"
                value={text} {oninput} onkeydown={send_on_enter()} />
            { counter(left) }
            <button type="submit" class="pill" aria-busy={form.is_pending.then_some("true")}
                aria-disabled={is_blocked.then_some("true")}>
                { "Send" }
            </button>
            <p id="message-error" class="error" role="alert">{ error }</p>
        </form>
    }
}

#[hook]
fn use_edit(draft: String, clear_error: &Callback<()>) -> Callback<InputEvent> {
    let (drafts, clear_error) = (use_dispatch::<Drafts>(), clear_error.clone());
    Callback::from(move |event: InputEvent| {
        let text = event.target_unchecked_into::<HtmlTextAreaElement>().value();
        let reply_to = draft.clone();
        drafts.dispatch(DraftAction::edited(reply_to, text));
        clear_error.emit(());
    })
}

#[hook]
fn use_send(handle: &str, draft: &str) -> FormSubmit {
    let (drafts, messages) = (use_store::<Drafts>(), use_store::<Messages>());
    let sending = Sending {
        message: NewMessage {
            message: drafts.text(draft).to_owned(),
            user_receiver_handle: handle.to_owned(),
        },
        draft: draft.to_owned(),
        key: drafts.key(draft),
        drafts: drafts.dispatcher(),
        is_new: !messages.lists(handle),
        messages: messages.dispatcher(),
        toasts: use_toasts(),
        loader: use_messages_loader(),
    };
    use_form_submit("message.send", move || sending.clone().run())
}

#[derive(Clone)]
struct Sending {
    message: NewMessage,
    /// The key of the draft.
    draft: String,
    /// The idempotency key.
    key: String,
    drafts: UseReducerDispatcher<Drafts>,
    messages: UseReducerDispatcher<Messages>,
    toasts: Toasts,
    loader: MessagesLoader,
    /// Whether this is the first message of the conversation.
    is_new: bool,
}

impl Sending {
    async fn run(self) -> ApiResult<()> {
        validate::new_message(&self.message).map_err(ApiError::Rejected)?;
        let sent = api::messages::send(&self.message, &self.key).await?;
        self.drafts.dispatch(DraftAction::Sent {
            reply_to: self.draft,
            text: self.message.message,
        });
        self.messages.dispatch(MessagesAction::Sent {
            conversation: self.message.user_receiver_handle,
            message: sent,
        });
        self.toasts.info("Message sent");
        if self.is_new {
            self.loader.load_groups().await;
        }
        Ok(())
    }
}

/// Sends the message on Enter. With Shift, and on touch screens, Enter begins a new line, unless Ctrl or
/// Cmd is pressed.
fn send_on_enter() -> Callback<KeyboardEvent> {
    Callback::from(|event: KeyboardEvent| {
        if !is_enter(&event) {
            return;
        }
        let has_command = event.ctrl_key() || event.meta_key();
        if has_command || (!event.shift_key() && !event.alt_key() && has_keyboard()) {
            submit_form(&event);
        }
    })
}

/// Returns whether the device most likely has a keyboard with a Shift key: it is no touch screen.
fn has_keyboard() -> bool {
    let media =
        web_sys::window().and_then(|window| window.match_media("(pointer: coarse)").ok()?);
    !media.is_some_and(|media| media.matches())
}
