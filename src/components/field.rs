//! A form field: label, input, hint and validation error.

use api_types::Code;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::format::code;

#[derive(Properties, PartialEq)]
pub(crate) struct FieldProps {
    pub(crate) label: AttrValue,
    /// The name of the input, and its id.
    pub(crate) name: AttrValue,
    /// The `type` of the input.
    pub(crate) kind: AttrValue,
    pub(crate) autocomplete: AttrValue,
    /// The keyboard of a phone.
    #[prop_or_default]
    pub(crate) inputmode: Option<AttrValue>,
    pub(crate) value: AttrValue,
    /// Shown below the input.
    #[prop_or_default]
    pub(crate) hint: AttrValue,
    /// The validation error to show below the input.
    pub(crate) error: Option<Code>,
    pub(crate) oninput: Callback<InputEvent>,
    /// Shown in the row of the label.
    #[prop_or_default]
    pub(crate) children: Html,
}

#[component]
pub(crate) fn Field(props: &FieldProps) -> Html {
    let FieldProps {
        label,
        name,
        kind,
        autocomplete,
        inputmode,
        value,
        hint,
        error,
        oninput,
        children,
    } = props;
    let (error_id, hint_id) = (format!("{name}-error"), format!("{name}-hint"));
    html! {
        <div class="field">
            <div class="field-label">
                <label for={name}>{ label }</label>
                { children.clone() }
            </div>
            <input class="input" id={name} {name} type={kind} {autocomplete} {inputmode} value={value.clone()} {oninput}
                autocapitalize="none" spellcheck="false"
                aria-describedby={format!("{error_id} {hint_id}")} aria-invalid={error.is_some().then_some("true")} />
            <p class="hint" id={hint_id}>{ hint }</p>
            <p class="error" id={error_id} role="alert">{ error.map(code::message) }</p>
        </div>
    }
}

/// Returns an event handler that passes on the text of an input.
pub(crate) fn on_text(callback: impl Fn(String) + 'static) -> Callback<InputEvent> {
    Callback::from(move |event: InputEvent| {
        callback(event.target_unchecked_into::<HtmlInputElement>().value());
    })
}
