//! The legend of the hatches and lines that occur in a trace's bars.

use trace_model::Trace;
use yew::prelude::*;

use crate::{layout::bar::hatches, shared::Shared};

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct LegendProps {
    pub(crate) trace: Shared<Trace>,
    pub(crate) has_path: bool,
}

#[component]
pub(crate) fn Legend(props: &LegendProps) -> Html {
    let hatches = use_memo(props.trace.clone(), |trace| hatches(trace));
    if hatches.is_empty() && !props.has_path {
        return html! {};
    }
    html! {
        <ul class="legend" aria-label="Legend">
            for hatch in hatches.iter() {
                <li key={hatch.title()} title={hatch.description()}>
                    <i class={classes!("sample", hatch.class())} aria-hidden="true" />
                    { hatch.title() }
                </li>
            }
            if props.has_path {
                <li key="path" title="What the end of the trace waited for. Everything else could be slower without making the trace longer">
                    <i class="sample sample-path" aria-hidden="true" />
                    { "Critical path" }
                </li>
            }
        </ul>
    }
}
