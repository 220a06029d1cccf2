//! The form to write a crud or a reply: avatar, text field, error and the number of characters left.
//!
//! The text is stored in [`Drafts`], so it survives closing the dialog and failed requests.

use api_types::visible::is_blank;
use web_sys::HtmlTextAreaElement;
use yew::prelude::*;

use crate::components::avatar::Avatar;
use crate::components::submit_keys::{is_enter, submit_form};
use crate::format;
use crate::hooks::FormSubmit;
use crate::state::drafts::{DraftAction, Drafts};
use crate::state::session::Session;
use crate::state::{use_dispatch, use_store};

/// The counter is highlighted when no more characters than this are left.
const WARN_CHARS_LEFT: i64 = 20;

#[derive(Properties, PartialEq)]
pub(crate) struct ComposeFormProps {
    pub(crate) placeholder: AttrValue,
    /// The label of the submit button.
    pub(crate) submit: AttrValue,
    /// The maximum length in Unicode scalar values, as on the server.
    pub(crate) limit: usize,
    pub(crate) form: FormSubmit,
    /// The UUID of the crud to reply to; empty for a new crud.
    #[prop_or_default]
    pub(crate) reply_to: AttrValue,
    /// Shown next to the submit button.
    #[prop_or_default]
    pub(crate) children: Html,
}

#[component]
pub(crate) fn ComposeForm(props: &ComposeFormProps) -> Html {
    let ComposeFormProps {
        placeholder,
        form,
        limit,
        reply_to,
        ..
    } = props;
    let drafts = use_store::<Drafts>();
    let text = drafts.text(reply_to).to_owned();
    let left = chars_left(&text, *limit);
    let oninput = use_edit(reply_to, &form.clear_error);
    let error = error_text(left, form);
    html! {
        <form onsubmit={form.onsubmit.clone()}>
            <div class="compose">
                <OwnAvatar />
                <textarea autofocus=true dir="auto" {placeholder} aria-label={placeholder} aria-describedby="error"
                    aria-invalid={error.is_some().then_some("true")}
                    value={text.clone()} {oninput} onkeydown={submit_on_enter()} />
                <p id="error" class="error" role="alert">{ error }</p>
            </div>
            <div class="submit-row">
                { props.children.clone() }
                { counter(left) }
                { submit(props, left < 0 || is_blank(&text)) }
            </div>
        </form>
    }
}

/// Renders the submit button. It is not `disabled` for an invalid text, so that clicking it shows the error.
fn submit(props: &ComposeFormProps, is_invalid: bool) -> Html {
    let is_pending = props.form.is_pending;
    html! {
        <button type="submit" class="pill" aria-busy={is_pending.then_some("true")}
            aria-disabled={(is_pending || is_invalid).then_some("true")}>
            { &props.submit }
        </button>
    }
}

#[component]
fn OwnAvatar() -> Html {
    let session = use_store::<Session>();
    html! {
        <div>
            if let Some(me) = session.user() {
                <Avatar handle={me.handle.clone()} name={format::display_name(&me.display_name, &me.handle).to_owned()} />
            }
        </div>
    }
}

#[hook]
fn use_edit(reply_to: &AttrValue, clear_error: &Callback<()>) -> Callback<InputEvent> {
    let (reply_to, drafts) = (reply_to.to_string(), use_dispatch::<Drafts>());
    let clear_error = clear_error.clone();
    Callback::from(move |event: InputEvent| {
        let text = event.target_unchecked_into::<HtmlTextAreaElement>().value();
        drafts.dispatch(DraftAction::edited(reply_to.clone(), text));
        clear_error.emit(());
    })
}

/// Submits the form on Ctrl+Enter and Cmd+Enter.
fn submit_on_enter() -> Callback<KeyboardEvent> {
    Callback::from(|event: KeyboardEvent| {
        if is_enter(&event) && (event.ctrl_key() || event.meta_key()) {
            submit_form(&event);
        }
    })
}

pub(crate) fn chars_left(text: &str, limit: usize) -> i64 {
    let count = |length: usize| i64::try_from(length).unwrap_or(i64::MAX);
    count(limit) - count(text.chars().count())
}

/// Returns the error to show. The length is checked while typing, everything else when the form is submitted.
pub(crate) fn error_text(left: i64, form: &FormSubmit) -> Option<String> {
    match left {
        -1 => Some("1 character over the limit.".to_owned()),
        left if left < 0 => Some(format!("{} characters over the limit.", -left)),
        _ => form.error.as_ref().map(ToString::to_string),
    }
}

pub(crate) fn counter(left: i64) -> Html {
    let near = (0..=WARN_CHARS_LEFT).contains(&left).then_some("near");
    let over = (left < 0).then_some("over");
    html! { <span class={classes!("counter", near, over)} title="Characters left">{ left }</span> }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::ApiError;

    fn form(error: Option<ApiError>) -> FormSubmit {
        FormSubmit {
            is_pending: false,
            error,
            onsubmit: Callback::noop(),
            clear_error: Callback::noop(),
        }
    }

    #[test]
    fn length_is_counted_in_unicode_scalar_values() {
        assert_eq!(chars_left("", 280), 280);
        assert_eq!(chars_left("🎉é", 280), 278);
        assert_eq!(chars_left(&"x".repeat(281), 280), -1);
    }

    #[test]
    fn text_over_the_limit_hides_the_error_of_the_last_attempt() {
        let failed = form(Some(ApiError::Unreachable));
        assert_eq!(
            error_text(-1, &failed).unwrap(),
            "1 character over the limit."
        );
        assert_eq!(
            error_text(-12, &failed).unwrap(),
            "12 characters over the limit."
        );
        assert_eq!(
            error_text(0, &failed).unwrap(),
            ApiError::Unreachable.to_string()
        );
        assert_eq!(error_text(280, &form(None)), None);
    }
}
