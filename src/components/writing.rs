//! A text to write and send: the user's avatar, the field, what is wrong with it, the characters left.
//! The text lives in [`Drafts`], so that closing a dialog or a failing server loses nothing.

use api_types::visible::is_blank;
use wasm_bindgen::JsCast;
use web_sys::{HtmlFormElement, HtmlTextAreaElement};
use yew::prelude::*;

use crate::components::avatar::Avatar;
use crate::format;
use crate::hooks::Sending;
use crate::state::drafts::{DraftAction, Drafts};
use crate::state::session::Session;
use crate::state::{use_dispatch, use_store};

/// From here on the counter warns.
const NEAR: i64 = 20;

#[derive(Properties, PartialEq)]
pub(crate) struct WritingProps {
    pub(crate) placeholder: AttrValue,
    /// The text of the button.
    pub(crate) submit: AttrValue,
    /// In Unicode scalar values, as the server counts.
    pub(crate) limit: usize,
    pub(crate) sending: Sending,
    /// The crud that this replies to, by uuid.
    #[prop_or_default]
    pub(crate) reply_to: AttrValue,
    /// What stands beside the button.
    #[prop_or_default]
    pub(crate) children: Html,
}

#[component]
pub(crate) fn Writing(props: &WritingProps) -> Html {
    let WritingProps {
        placeholder,
        sending,
        limit,
        reply_to,
        ..
    } = props;
    let drafts = use_store::<Drafts>();
    let text = drafts.text(reply_to).to_owned();
    let left = left(&text, *limit);
    let oninput = use_write(reply_to, &sending.forget);
    let problem = problem(left, sending);
    html! {
        <form onsubmit={sending.onsubmit.clone()}>
            <div class="writing">
                <OwnAvatar />
                <textarea autofocus=true {placeholder} aria-label={placeholder} aria-describedby="problem"
                    aria-invalid={problem.is_some().then_some("true")}
                    value={text.clone()} {oninput} onkeydown={submit_on_enter()} />
                <p id="problem" class="problem" role="alert">{ problem }</p>
            </div>
            <div class="submit-row">
                { props.children.clone() }
                { counter(left) }
                { submit(props, left < 0 || is_blank(&text)) }
            </div>
        </form>
    }
}

/// Not `disabled` while blocked: pressing it says why.
fn submit(props: &WritingProps, blocked: bool) -> Html {
    let busy = props.sending.busy;
    html! {
        <button type="submit" class="pill" aria-busy={busy.then_some("true")}
            aria-disabled={(busy || blocked).then_some("true")}>
            { &props.submit }
        </button>
    }
}

#[component]
fn OwnAvatar() -> Html {
    let session = use_store::<Session>();
    html! {
        <div>
            if let Some(me) = session.member() {
                <Avatar handle={me.handle.clone()} name={format::name(&me.display_name, &me.handle).to_owned()} />
            }
        </div>
    }
}

#[hook]
fn use_write(reply_to: &AttrValue, forget: &Callback<()>) -> Callback<InputEvent> {
    let (reply_to, drafts) = (reply_to.to_string(), use_dispatch::<Drafts>());
    let forget = forget.clone();
    Callback::from(move |event: InputEvent| {
        let text = event.target_unchecked_into::<HtmlTextAreaElement>().value();
        drafts.dispatch(DraftAction::Written {
            reply_to: reply_to.clone(),
            text,
        });
        forget.emit(());
    })
}

/// Ctrl+Enter and Cmd+Enter send, as they do wherever Enter begins a new line.
fn submit_on_enter() -> Callback<KeyboardEvent> {
    Callback::from(|event: KeyboardEvent| {
        if event.key() == "Enter" && (event.ctrl_key() || event.meta_key()) {
            event.prevent_default();
            if let Some(form) = form(&event) {
                // Refused only for a submit button of another form, and none is given.
                let _ = form.request_submit();
            }
        }
    })
}

fn form(event: &KeyboardEvent) -> Option<HtmlFormElement> {
    event
        .target()?
        .dyn_into::<HtmlTextAreaElement>()
        .ok()?
        .form()
}

fn left(text: &str, limit: usize) -> i64 {
    let count = |length: usize| i64::try_from(length).unwrap_or(i64::MAX);
    count(limit) - count(text.chars().count())
}

/// Too many characters are said while typing; everything else when it was sent.
fn problem(left: i64, sending: &Sending) -> Option<String> {
    match left {
        -1 => Some("1 character too many.".to_owned()),
        left if left < 0 => Some(format!("{} characters too many.", -left)),
        _ => sending.problem.as_ref().map(ToString::to_string),
    }
}

fn counter(left: i64) -> Html {
    let near = (0..=NEAR).contains(&left).then_some("near");
    let over = (left < 0).then_some("over");
    html! { <span class={classes!("counter", near, over)} title="Characters left">{ left }</span> }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sending(problem: Option<crate::api::Failure>) -> Sending {
        Sending {
            busy: false,
            problem,
            onsubmit: Callback::noop(),
            forget: Callback::noop(),
        }
    }

    #[test]
    fn characters_are_counted_as_the_server_counts_them() {
        assert_eq!(left("", 280), 280);
        assert_eq!(left("🎉é", 280), 278);
        assert_eq!(left(&"x".repeat(281), 280), -1);
    }

    #[test]
    fn a_text_that_is_too_long_says_by_how_much_before_anything_else() {
        let failed = sending(Some(crate::api::Failure::Unreachable));
        assert_eq!(problem(-1, &failed).unwrap(), "1 character too many.");
        assert_eq!(problem(-12, &failed).unwrap(), "12 characters too many.");
        assert_eq!(
            problem(0, &failed).unwrap(),
            crate::api::Failure::Unreachable.to_string()
        );
        assert_eq!(problem(280, &sending(None)), None);
    }
}
