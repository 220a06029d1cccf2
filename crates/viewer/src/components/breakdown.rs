//! The breakdown of a trace's time: a thin bar in the list, with figures in the open trace.

use trace_model::Breakdown;
use yew::prelude::*;

use crate::format;

#[derive(Clone, Copy, Debug, PartialEq, Properties)]
pub(crate) struct BreakdownProps {
    pub(crate) breakdown: Breakdown,
}

struct Part {
    name: &'static str,
    class: &'static str,
    nanos: u64,
    /// The fraction of the trace's duration.
    share: f64,
}

fn parts(breakdown: &Breakdown) -> [Part; 4] {
    let total = breakdown.total().max(1) as f64;
    // Without timings, the network's share of this time is unknown.
    let network = if breakdown.waiting > 0 {
        "Network and waiting"
    } else {
        "Network"
    };
    [
        ("Browser", "lane-browser", breakdown.browser),
        (network, "lane-network", breakdown.network),
        ("Back end", "lane-backend", breakdown.backend),
        ("Database", "lane-database", breakdown.database),
    ]
    .map(|(name, class, nanos)| Part {
        name,
        class,
        nanos,
        share: nanos as f64 / total,
    })
}

#[component]
pub(crate) fn BreakdownBar(props: &BreakdownProps) -> Html {
    html! {
        <span class="breakdown-bar" aria-hidden="true">
            for part in parts(&props.breakdown).into_iter().filter(|part| part.nanos > 0) {
                <i key={part.class} class={part.class} style={format!("flex-grow:{:.4}", part.share)} />
            }
        </span>
    }
}

#[component]
pub(crate) fn BreakdownFigures(props: &BreakdownProps) -> Html {
    html! {
        <div class="breakdown">
            <BreakdownBar breakdown={props.breakdown} />
            <dl class="breakdown-figures" aria-label="Time by part">
                for part in parts(&props.breakdown) {
                    <div key={part.class} class={classes!("figure", part.class, (part.nanos == 0).then_some("zero"))}>
                        <dt>{ part.name }</dt>
                        <dd>
                            <b>{ format::duration(part.nanos) }</b>
                            <span class="share">{ format!("{:.0} %", part.share * 100.0) }</span>
                        </dd>
                    </div>
                }
            </dl>
        </div>
    }
}
