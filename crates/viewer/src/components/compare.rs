//! The comparison with another trace: choosing it, loading it, and the result.

use std::rc::Rc;

use trace_model::{Trace, TraceId, TraceSummary};
use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::{comparison::ComparisonView, link::Link, trace_row::name};
use crate::{
    format,
    hooks::{TraceLoad, Url, use_trace},
    live::Change,
    shared::Shared,
    text,
};

/// The maximum number of traces to choose from.
const MAX_CHOICES: usize = 20;

/// The number of digits of a trace id.
const ID_DIGITS: usize = 32;

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct CompareProps {
    pub(crate) url: Url,
    pub(crate) trace: Shared<Trace>,
    pub(crate) traces: Rc<Vec<Rc<TraceSummary>>>,
    pub(crate) on_select: Callback<usize>,
}

#[component]
pub(crate) fn Compare(props: &CompareProps) -> Html {
    let other = props.url.view.other;
    let open = use_trace(other, &Change::default());
    let content = match (other, open.load) {
        (None, _) => html! { <Choices ..props.clone() /> },
        (Some(_), TraceLoad::Loading) => {
            html! { <p class="muted" role="status">{ "Loading the other trace…" }</p> }
        }
        (Some(id), TraceLoad::Failed(error)) => html! {
            <>
                <p class="warn" role="alert">
                    { format!("The other trace, {id}, cannot be loaded. {error} ") }
                    <button class="text-button" onclick={open.retry.reform(|_: MouseEvent| ())}>{ "Try again" }</button>
                </p>
                <Choices ..props.clone() />
            </>
        },
        (Some(id), TraceLoad::Ready(b)) => html! {
            <>
                { navigation(&props.url, id) }
                <ComparisonView a={props.trace.clone()} {b} on_select={props.on_select.clone()} />
            </>
        },
    };
    html! { <section class="compare" aria-label="Comparison">{ content }</section> }
}

/// Links to the other trace, to the comparison the other way round, and to the choice.
fn navigation(url: &Url, other: TraceId) -> Html {
    let opposite = url.view.with_trace(other).with_other(url.view.trace());
    html! {
        <p class="compare-links">
            <Link url={url.clone()} view={url.view.with_trace(other)}>{ "Open the other trace" }</Link>
            <Link url={url.clone()} view={opposite}>{ "Exchange the two" }</Link>
            <Link url={url.clone()} view={url.view.with_other(None)}>{ "Choose another" }</Link>
        </p>
    }
}

/// Traces with the same name in the list, and an input for any other.
#[component]
fn Choices(props: &CompareProps) -> Html {
    let id = props.trace.trace_id();
    let own = props.trace.summary();
    let problem = use_state_eq(|| None::<String>);
    let input = use_node_ref();
    let onsubmit = {
        let (url, input, problem) = (props.url.clone(), input.clone(), problem.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let typed = input.cast::<HtmlInputElement>().map(|input| input.value());
            let typed = typed.unwrap_or_default();
            match id_in(&typed) {
                Some(other) => url.push(&url.view.with_other(Some(other))),
                None => problem.set(Some(format!(
                    "“{}” has no trace id, which is 32 hex digits.",
                    text::truncate(&typed, 60)
                ))),
            }
        })
    };
    let same: Vec<&Rc<TraceSummary>> = props
        .traces
        .iter()
        .filter(|other| other.name == own.name && other.trace_id != id)
        .collect();
    let typical = typical(&same);
    let choice = |other: &Rc<TraceSummary>| {
        let view = props.url.view.with_other(Some(other.trace_id));
        html! {
            <li key={other.trace_id.to_string()}>
                <Link url={props.url.clone()} {view}>{ format::duration(other.duration_nano) }</Link>
                <span class="muted">{ difference(own.duration_nano, other.duration_nano) }</span>
                if Some(other.trace_id) == typical {
                    <span class="badge" title="The median duration of the listed traces with this name">{ "typical" }</span>
                }
                <code class="muted">{ other.trace_id.to_string() }</code>
            </li>
        }
    };
    html! {
        <div class="choices">
            <p>{ "Compare with another trace named " }<b>{ text::name(&name(&own)) }</b>{ ":" }</p>
            if same.is_empty() {
                <p class="muted">{ "The list has none. Enter the id of a trace, or a link to it." }</p>
            }
            <ul>{ for same.iter().take(MAX_CHOICES).map(|other| choice(other)) }</ul>
            <form class="find" {onsubmit}>
                <input ref={input} type="text" aria-label="Id of another trace, or a link to it" autocomplete="off" spellcheck="false"
                    placeholder="Trace id or link" aria-invalid={problem.is_some().then_some("true")} />
                <button class="button">{ "Compare" }</button>
                <span class="warn" role="status">{ (*problem).clone() }</span>
            </form>
        </div>
    }
}

/// Returns the trace with the median duration.
fn typical(traces: &[&Rc<TraceSummary>]) -> Option<TraceId> {
    let mut sorted: Vec<_> = traces.iter().take(MAX_CHOICES).collect();
    sorted.sort_by_key(|trace| (trace.duration_nano, trace.trace_id));
    sorted.get(sorted.len() / 2).map(|trace| trace.trace_id)
}

/// Returns `30 ms longer` or `2 ms shorter`.
fn difference(own: u64, other: u64) -> String {
    let size = format::duration(own.abs_diff(other));
    match other.cmp(&own) {
        std::cmp::Ordering::Greater => format!("{size} longer"),
        std::cmp::Ordering::Less => format!("{size} shorter"),
        std::cmp::Ordering::Equal => "as long".to_owned(),
    }
}

/// Finds a trace id in a text, such as a link.
fn id_in(text: &str) -> Option<TraceId> {
    let words = text.split(|char: char| !char.is_ascii_hexdigit());
    let mut ids = words.filter(|word| word.len() == ID_DIGITS);
    ids.find_map(|word| word.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trace_id_is_found_in_a_link() {
        let id = "6a2b7c1e98038103d269b633813fc60c";
        let check = |text: &str, found: bool| assert_eq!(id_in(text).is_some(), found, "{text}");
        check(id, true);
        check(
            &format!("http://127.0.0.1:4318/trace/{id}?span=00f067aa0ba902b7"),
            true,
        );
        check(&format!(" {id}\n"), true);
        check("00f067aa0ba902b7", false);
        check(&"0".repeat(32), false);
        check("", false);
    }

    #[test]
    fn differences_name_the_direction() {
        assert_eq!(difference(10_000_000, 40_000_000), "30 ms longer");
        assert_eq!(difference(40_000_000, 38_000_000), "2 ms shorter");
        assert_eq!(difference(1, 1), "as long");
    }
}
