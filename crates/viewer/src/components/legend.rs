//! The legend of the hatches that occur in a trace's bars.

use trace_model::Trace;
use yew::prelude::*;

use crate::{layout::bar::hatches, shared::Shared};

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct LegendProps {
    pub(crate) trace: Shared<Trace>,
}

#[component]
pub(crate) fn Legend(props: &LegendProps) -> Html {
    let hatches = use_memo(props.trace.clone(), |trace| hatches(trace));
    if hatches.is_empty() {
        return html! {};
    }
    html! {
        <ul class="legend" aria-label="Parts of a request">
            for hatch in hatches.iter() {
                <li key={hatch.title()} title={hatch.description()}>
                    <i class={classes!("sample", hatch.class())} aria-hidden="true" />
                    { hatch.title() }
                </li>
            }
        </ul>
    }
}
