//! A form field: label, input and validation error.

use api_types::Code;
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
    pub(crate) value: AttrValue,
    /// The validation error to show below the input.
    pub(crate) error: Option<Code>,
    pub(crate) oninput: Callback<InputEvent>,
}

#[component]
pub(crate) fn Field(props: &FieldProps) -> Html {
    let FieldProps {
        label,
        name,
        kind,
        autocomplete,
        value,
        error,
        oninput,
    } = props;
    let error_id = format!("{name}-error");
    html! {
        <div class="field">
            <label for={name}>{ label }</label>
            <input class="input" id={name} {name} type={kind} {autocomplete} value={value.clone()} {oninput}
                aria-describedby={error_id.clone()} aria-invalid={error.is_some().then_some("true")} />
            <p class="error" id={error_id} role="alert">{ error.map(code::message) }</p>
        </div>
    }
}
