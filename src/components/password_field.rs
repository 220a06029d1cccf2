//! A field for a password, with a button that shows it.

use api_types::Code;
use yew::prelude::*;

use crate::components::field::Field;

#[derive(Properties, PartialEq)]
pub(crate) struct PasswordFieldProps {
    pub(crate) label: AttrValue,
    /// `new-password` or `current-password`.
    pub(crate) autocomplete: AttrValue,
    pub(crate) value: AttrValue,
    #[prop_or_default]
    pub(crate) hint: AttrValue,
    pub(crate) error: Option<Code>,
    pub(crate) oninput: Callback<InputEvent>,
}

#[component]
pub(crate) fn PasswordField(props: &PasswordFieldProps) -> Html {
    let is_shown = use_state(|| false);
    let onclick = {
        let is_shown = is_shown.clone();
        Callback::from(move |_: MouseEvent| is_shown.set(!*is_shown))
    };
    let PasswordFieldProps {
        label,
        autocomplete,
        value,
        hint,
        error,
        oninput,
    } = props;
    let kind = if *is_shown { "text" } else { "password" };
    html! {
        <Field {label} name="password" {kind} {autocomplete} {value} {hint} error={*error} {oninput}>
            <button type="button" class="show-password" data-otel-action="password.show"
                aria-pressed={is_shown.to_string()} aria-controls="password" {onclick}>
                { "Show" }<span class="visually-hidden">{ " password" }</span>
            </button>
        </Field>
    }
}
