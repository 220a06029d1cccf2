//! The guide for those who have never seen a trace: what lanes, bars, numbers and lines mean.

use yew::prelude::*;

use super::dialog::Dialog;

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct GuideProps {
    pub(crate) open: bool,
    pub(crate) on_close: Callback<()>,
}

/// A sample, its name, and what it means.
struct Entry {
    sample: Html,
    name: &'static str,
    text: &'static str,
}

#[component]
pub(crate) fn Guide(props: &GuideProps) -> Html {
    html! {
        <Dialog title="Reading a trace in two minutes" open={props.open} on_close={props.on_close.clone()}>
            <div class="guide">
                <p>{ "A trace is everything that one action caused: a click, the request that it sent, the work of the server, the statements of the database. Each piece of work is a span, and has a bar from its start to its end. Time goes from left to right, in the unit that is written beside each number." }</p>
                <dl>{ for entries().into_iter().map(entry) }</dl>
                <h3>{ "How to find what was slow" }</h3>
                <ol>
                    <li>{ "Read the sentence below the four colored figures: it names the spans for which the end waited longest. Click on it for all of them." }</li>
                    <li>{ "“Only the path” hides everything that did not delay the end." }</li>
                    <li>{ "Click on a span. Its details are at the side: duration, self time, attributes such as the SQL text, and errors." }</li>
                    <li>{ "Many equal rows that are marked N+1? are often one loop. “Statistics” adds up spans of one name." }</li>
                    <li>{ "“Compare” shows what differs from a faster trace of the same name." }</li>
                </ol>
            </div>
        </Dialog>
    }
}

fn entries() -> Vec<Entry> {
    let bar = |class: &'static str| html! { <i class={classes!("guide-bar", class)} /> };
    let entry = |sample, name, text| Entry { sample, name, text };
    vec![
        entry(
            bar("lane-browser"),
            "Browser",
            "Work in the page: the click, rendering, painting.",
        ),
        entry(
            bar("lane-backend"),
            "Back end",
            "Work of the server. Its rows are in a lane of their own, below those of the browser.",
        ),
        entry(
            bar("lane-database"),
            "Database",
            "Statements of the server to its database.",
        ),
        entry(
            bar("hatch-network"),
            "Network",
            "The request or its response was on the way. Dotted: the browser did not say how it spent that time.",
        ),
        entry(
            bar("hatch-main-thread lane-browser"),
            "Main thread",
            "The response was there, but the page was busy with something else.",
        ),
        entry(
            bar("hatch-long-frame lane-browser"),
            "Long frame",
            "The longest frame of 50 ms or more. The page could not react meanwhile: its details name the script.",
        ),
        entry(
            html! { <i class="guide-bar guide-path" /> },
            "Critical path",
            "The end of the trace waited for this. Spans without the line could be slower without any effect.",
        ),
        entry(
            html! { <span class="toggle">{ "8" }</span> },
            "A number in a box",
            "So many spans are below this one. A click hides or shows them. In color: they are hidden.",
        ),
        entry(
            html! { <span class="times">{ "× 34" }</span> },
            "Equal spans",
            "34 spans of this name share a row, and the time beside the bar is their sum.",
        ),
        entry(
            html! { <i class="event-mark guide-mark" /> },
            "A diamond",
            "An event at this moment, such as an exception, which is red.",
        ),
        entry(
            html! { <span class="badge">{ "orphan" }</span> },
            "Orphan",
            "The span that caused this one has not arrived.",
        ),
        entry(
            html! { <b>{ "self" }</b> },
            "Self time",
            "The part of a span in which nothing below it ran: its own work, or waiting for something without a span.",
        ),
    ]
}

fn entry(entry: Entry) -> Html {
    html! {
        <div key={entry.name}>
            <dt><span class="guide-sample" aria-hidden="true">{ entry.sample }</span>{ entry.name }</dt>
            <dd>{ entry.text }</dd>
        </div>
    }
}
