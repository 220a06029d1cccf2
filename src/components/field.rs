//! One line of a form: its label, its input, and what is wrong with it.

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
    /// Why it was refused.
    pub(crate) problem: Option<Code>,
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
        problem,
        oninput,
    } = props;
    let problem_id = format!("{name}-problem");
    html! {
        <div class="field">
            <label for={name}>{ label }</label>
            <input class="input" id={name} {name} type={kind} {autocomplete} value={value.clone()} {oninput}
                aria-describedby={problem_id.clone()} aria-invalid={problem.is_some().then_some("true")} />
            <p class="problem" id={problem_id} role="alert">{ problem.map(code::text) }</p>
        </div>
    }
}
