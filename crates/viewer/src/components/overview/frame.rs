//! What all overviews have in common: heading, time range, loading, errors and waiting updates.

use trace_model::overview::Coverage;
use yew::prelude::*;

use crate::{
    components::notices::{LoadError, StaleNotice},
    date::Timestamp,
    format::count,
    gateway::Error,
    hooks::Url,
    overview_state::{OverviewState, RANGES},
};

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct FrameProps {
    pub(crate) url: Url,
    pub(crate) title: Html,
    /// A sentence below the title.
    #[prop_or_default]
    pub(crate) note: Html,
    /// Whether there is something to show.
    pub(crate) is_loaded: bool,
    #[prop_or_default]
    pub(crate) coverage: Coverage,
    pub(crate) error: Option<Error>,
    pub(crate) has_pending: bool,
    pub(crate) on_retry: Callback<()>,
    pub(crate) on_show_pending: Callback<()>,
    pub(crate) on_freeze: Callback<bool>,
    pub(crate) children: Html,
}

#[component]
pub(crate) fn Frame(props: &FrameProps) -> Html {
    let freeze = |frozen| props.on_freeze.reform(move |_: PointerEvent| frozen);
    let freeze_focus = |frozen| props.on_freeze.reform(move |_: FocusEvent| frozen);
    let show = props.on_show_pending.reform(|_: MouseEvent| ());
    html! {
        <main class="overview">
            <header class="overview-heading">
                <h1>{ props.title.clone() }</h1>
                // Outside of the table, so that it does not move rows.
                <span class="overview-update" role="status">
                    if props.has_pending {
                        <button class="new-traces" onclick={show}>{ "Show new traces" }</button>
                    }
                </span>
                <Ranges url={props.url.clone()} />
            </header>
            <div class="overview-note">{ props.note.clone() }</div>
            if let Some(limits) = limits(props.coverage) {
                <p class="overview-note" role="status">{ limits }</p>
            }
            if let Some(error) = &props.error {
                if props.is_loaded {
                    <StaleNotice title="These figures are not up to date." text={error.to_string()} on_retry={props.on_retry.clone()} />
                } else {
                    <LoadError text={error.to_string()} on_retry={props.on_retry.clone()} />
                }
            } else if !props.is_loaded {
                <p class="note" role="status">{ "Loading…" }</p>
            }
            <div class="overview-body" onpointerenter={freeze(true)} onpointerleave={freeze(false)}
                onfocusin={freeze_focus(true)} onfocusout={freeze_focus(false)}>{ props.children.clone() }</div>
        </main>
    }
}

/// Says which traces the figures are about, if not about all.
fn limits(coverage: Coverage) -> Option<String> {
    if coverage.cut_short {
        let text = "The time limit was reached: these figures are about the newest traces only. A shorter time range has all.";
        return Some(text.to_owned());
    }
    let sample = coverage.sample?;
    let (searched, candidates) = (count(sample.searched), count(sample.candidates));
    Some(format!(
        "A sample: of {candidates} traces that may match, {searched} were searched, spread evenly over the time. Counts are those of the sample; durations and shares are about the same for all. A shorter time range has all."
    ))
}

#[derive(Clone, PartialEq, Properties)]
struct RangesProps {
    url: Url,
}

#[component]
fn Ranges(props: &RangesProps) -> Html {
    let state = &props.url.view.overview;
    let is_chosen = state.has_chosen_range();
    let current = state.range.clone();
    let choose = |range: &'static str| {
        let url = props.url.clone();
        Callback::from(move |_| {
            let state = OverviewState {
                range: range.to_owned(),
                ..url
                    .view
                    .overview
                    .with_chosen_range(String::new(), String::new())
            };
            url.push(&url.view.with_overview(state));
        })
    };
    html! {
        <div class="ranges" role="group" aria-label="Time range">
            for (name, label, _) in RANGES {
                <button key={label} class={classes!("chip", (!is_chosen && current == name).then_some("on"))} aria-pressed={(!is_chosen && current == name).to_string()}
                    onclick={choose(name)}>{ label }</button>
            }
            if is_chosen {
                <span class="chip on chosen-range">{ describe(state) }</span>
            }
        </div>
    }
}

/// The range that was chosen on the timeline.
fn describe(state: &OverviewState) -> String {
    let time = |text: &str| {
        let nanos = text.parse().ok();
        nanos.map(|nanos| Timestamp::from_unix_nano(nanos).local())
    };
    let [since, until] = [&state.since, &state.until].map(|text| time(text).unwrap_or_default());
    format!("{since} to {until}")
}

#[cfg(test)]
mod tests {
    use trace_model::overview::Sample;

    use super::*;

    #[test]
    fn figures_of_a_part_of_the_traces_are_marked() {
        let sample = Some(Sample {
            searched: 6_250,
            candidates: 100_000,
        });
        let sampled = Coverage {
            cut_short: false,
            sample,
        };
        assert_eq!(limits(Coverage::default()), None);
        let text = limits(sampled).unwrap();
        assert!(text.contains("of 100,000 traces that may match, 6,250 were searched"));
        let cut_short = Coverage {
            cut_short: true,
            sample,
        };
        assert!(limits(cut_short).unwrap().contains("newest traces only"));
    }
}
