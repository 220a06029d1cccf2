//! The explanation of selected traces: what distinguishes them from the rest.

use std::collections::HashSet;

use trace_model::{
    explain::{Explanation, Finding, FindingKind, TimeShare},
    overview::Point,
};
use yew::prelude::*;

use super::actions::percent;
use crate::{
    components::{link::Link, notices::LoadError},
    date::Timestamp,
    format,
    hooks::{OverviewRequest, Url, use_overview},
    text,
};

/// A time share that differs by less than this is not shown.
const MIN_TIME_DIFFERENCE: f64 = 0.02;

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct ExplanationProps {
    pub(crate) url: Url,
}

#[component]
pub(crate) fn ExplanationPanel(props: &ExplanationProps) -> Html {
    let url = &props.url;
    let request = OverviewRequest::of(url, "api/explain", "/api/explain");
    let request = request.with_selection(&url.view.overview);
    let overview = use_overview::<Explanation>(request, false);
    let grouped = use_state(HashSet::<usize>::new);
    let data = overview.state.data.clone();
    html! {
        <section class="explanation" aria-label="Explanation" aria-live="polite">
            <h2>{ format!("What distinguishes {}", url.view.overview.describe_selection()) }</h2>
            if let Some(error) = &overview.state.error {
                <LoadError text={error.to_string()} on_retry={overview.retry} />
            } else if let Some(explanation) = data {
                { summary(&explanation) }
                if explanation.findings.is_empty() {
                    <p class="nothing">{ nothing(&explanation) }</p>
                } else {
                    <ol class="findings">
                        for (index, found) in explanation.findings.iter().enumerate() {
                            { finding(url, found, (index, &grouped)) }
                        }
                    </ol>
                }
                { times(&explanation.times) }
                { examples(url, &explanation.examples) }
            } else {
                <p class="muted" role="status">{ "Comparing…" }</p>
            }
        </section>
    }
}

fn summary(explanation: &Explanation) -> Html {
    let count = format::count;
    let sampled = if explanation.sampled_selected < explanation.selected
        || explanation.sampled_rest < explanation.rest
    {
        let (selected, rest) = (
            count(explanation.sampled_selected),
            count(explanation.sampled_rest),
        );
        format!(", by a sample of {selected} and {rest}")
    } else {
        String::new()
    };
    let cut_short = if explanation.cut_short {
        " The time limit was reached before all of the sample was read."
    } else {
        ""
    };
    let searched = explanation.searched.map_or_else(String::new, |sample| {
        let (searched, candidates) = (count(sample.searched), count(sample.candidates));
        format!(" The query was searched in {searched} of {candidates} traces, spread evenly over the time.")
    });
    html! {
        <p class="muted">
            { format!(
                "{} selected, compared with {} others{sampled}. {} properties were tested; chance is ruled out with Fisher’s exact test, corrected for all of them.{searched}{cut_short}",
                count(explanation.selected), count(explanation.rest), count(explanation.tested)
            ) }
        </p>
    }
}

fn nothing(explanation: &Explanation) -> &'static str {
    if explanation.selected == 0 {
        "Nothing is selected."
    } else if explanation.rest == 0 {
        "All traces are selected, so there is nothing to compare them with."
    } else {
        "Nothing stands out: no property differs by more than chance explains."
    }
}

fn finding(
    url: &Url,
    found: &Finding,
    (index, grouped): (usize, &UseStateHandle<HashSet<usize>>),
) -> Html {
    let is_grouped = grouped.contains(&index);
    let group = {
        let grouped = grouped.clone();
        Callback::from(move |_| {
            let mut indexes = (*grouped).clone();
            if !indexes.remove(&index) {
                indexes.insert(index);
            }
            grouped.set(indexes);
        })
    };
    html! {
        <li key={index}>
            <div class="finding-heading">{ label(found) }</div>
            { medians(found) }
            { bars(found.selected_share, found.rest_share, Some((found.selected_count, found.rest_count))) }
            if !found.also.is_empty() {
                <p class="also muted">{ "The same traces: " }{ for found.also.iter().enumerate().map(|(index, also)| html! { <span key={index}>{ if index > 0 { ", " } else { "" } }{ text::name(also) }</span> }) }</p>
            }
            <div class="finding-actions">
                if let Some(term) = &found.query {
                    { add_term(url, "Show only", term.clone()) }
                    { add_term(url, "Not", negated(term)) }
                }
                if found.groups.len() > 1 {
                    <button class="text-button" aria-expanded={is_grouped.to_string()} onclick={group}>{ "Group by" }</button>
                }
                <span class="muted">{ format!("p {}", probability(found.p_value)) }</span>
            </div>
            if is_grouped {
                <dl class="groups">
                    for group in &found.groups {
                        <div key={group.value.clone()}><dt>{ text::name(&group.value) }</dt><dd>{ bars(group.selected_share, group.rest_share, None) }</dd></div>
                    }
                </dl>
            }
        </li>
    }
}

fn probability(p_value: f64) -> String {
    if p_value < 1e-10 {
        "< 10⁻¹⁰".to_owned()
    } else {
        format!("= {p_value:.1e}")
    }
}

fn negated(term: &str) -> String {
    let positive = term.strip_prefix('-');
    positive.map_or_else(|| format!("-{term}"), str::to_owned)
}

fn add_term(url: &Url, label: &'static str, term: String) -> Html {
    let url = url.clone();
    let onclick = Callback::from(move |_| {
        let query = format!("{} {term}", url.view.query);
        let state = url.view.overview.without_selection();
        url.push(
            &url.view
                .with_query(query.trim().to_owned())
                .with_overview(state),
        );
    });
    html! { <button class="button" {onclick}>{ label }</button> }
}

fn label(found: &Finding) -> Html {
    let key = || text::name(&found.key);
    match found.kind {
        FindingKind::Attribute => {
            html! { <><code>{ key() }</code>{ " is " }<b>{ text::name(&found.value) }</b></> }
        }
        FindingKind::Browser => html! { <>{ "Browser is " }<b>{ text::name(&found.value) }</b></> },
        FindingKind::RootName => html! { <>{ "Action is " }<b>{ key() }</b></> },
        FindingKind::SpanPresent => html! { <>{ "There is a span " }<b>{ key() }</b></> },
        FindingKind::SpanMissing => html! { <>{ "There is no span " }<b>{ key() }</b></> },
        FindingKind::SpanFailed => html! { <>{ "A span failed: " }<b>{ key() }</b></> },
        FindingKind::ClockOff => html! { <>{ "The clock is off: " }<b>{ key() }</b></> },
        FindingKind::StartedAfter => {
            html! { <>{ "Started at or after " }<b>{ time(&found.value) }</b></> }
        }
        FindingKind::StartedBefore => {
            html! { <>{ "Started before " }<b>{ time(&found.value) }</b></> }
        }
        FindingKind::SpanCount => html! { <>{ "Many spans " }<b>{ key() }</b></> },
        FindingKind::SelfTime => html! { <>{ "Time in spans " }<b>{ key() }</b></> },
        FindingKind::Number => html! { <><code>{ key() }</code>{ " is larger" }</> },
    }
}

fn time(nanos: &str) -> String {
    let time = nanos.parse().unwrap_or_default();
    Timestamp::from_unix_nano(time).local()
}

fn medians(found: &Finding) -> Html {
    let Some((selected, rest)) = found.selected_median.zip(found.rest_median) else {
        return html! {};
    };
    let figure = |value: f64| match found.kind {
        FindingKind::SelfTime => format::duration(value as u64),
        _ => format!("{value}"),
    };
    html! { <p class="muted">{ format!("Median {} instead of {}", figure(selected), figure(rest)) }</p> }
}

/// Two bars: the part of the selection, and of the rest.
fn bars(selected: f64, rest: f64, counts: Option<(u64, u64)>) -> Html {
    let bar = |name: &'static str, class: &'static str, share: f64, count: Option<u64>| {
        let count = count.map(|count| format!(" ({})", format::count(count)));
        html! {
            <div class={classes!("share-bar", class)}>
                <span>{ name }</span>
                <i aria-hidden="true"><b style={format!("width:{:.2}%", share * 100.0)} /></i>
                <span class="number">{ percent(share * 100.0) }{ count.unwrap_or_default() }</span>
            </div>
        }
    };
    html! {
        <div class="share-bars">
            { bar("Selection", "selected", selected, counts.map(|counts| counts.0)) }
            { bar("Rest", "rest", rest, counts.map(|counts| counts.1)) }
        </div>
    }
}

fn times(times: &[TimeShare]) -> Html {
    let differs = |time: &&TimeShare| (time.selected - time.rest).abs() >= MIN_TIME_DIFFERENCE;
    let times: Vec<_> = times.iter().filter(differs).collect();
    if times.is_empty() {
        return html! {};
    }
    html! {
        <div class="time-shares">
            <h3>{ "Where the time went" }</h3>
            <dl class="groups">
                for time in times {
                    <div key={time.name.clone()}><dt>{ text::name(&time.name) }</dt><dd>{ bars(time.selected, time.rest, None) }</dd></div>
                }
            </dl>
        </div>
    }
}

fn examples(url: &Url, examples: &[Point]) -> Html {
    if examples.is_empty() {
        return html! {};
    }
    html! {
        <div class="examples">
            <h3>{ "Selected traces, newest first" }</h3>
            <ul>
                for example in examples {
                    <li key={example.trace_id.to_string()}>
                        <Link url={url.clone()} view={url.view.with_trace(example.trace_id)}>{ format::duration(example.duration_nano) }</Link>
                        if example.is_error { <span class="badge badge-error">{ "failed" }</span> }
                    </li>
                }
            </ul>
        </div>
    }
}
