//! Imports files, and says for each what was imported, and what was skipped and why.

use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::{
    components::link::Link,
    format,
    gateway::ImportReport,
    hooks::{Import, ImportState, Imports, Url, files_of},
    text,
};

/// The number of digits of a trace id in a link.
const SHOWN_DIGITS: usize = 8;

#[derive(Clone, PartialEq, Properties)]
pub(super) struct ImportSectionProps {
    pub(super) url: Url,
    pub(super) imports: Imports,
}

#[component]
pub(super) fn ImportSection(props: &ImportSectionProps) -> Html {
    let onchange = {
        let start = props.imports.start.clone();
        Callback::from(move |event: Event| {
            let input: HtmlInputElement = event.target_unchecked_into();
            let files = files_of(input.files());
            // So that the same file can be chosen again.
            input.set_value("");
            if !files.is_empty() {
                start.emit(files);
            }
        })
    };
    html! {
        <section class="data-section" aria-labelledby="import-title">
            <h2 id="import-title">{ "Import" }</h2>
            <p>
                { "Choose files, or drop them anywhere on this page: OTLP JSON, lines of the collector’s file exporter, Jaeger JSON, \
                   Zipkin v2 JSON, also compressed with gzip or zstd. The format is found by the content. Imported spans are not forwarded to sinks." }
            </p>
            <label class="file-drop">
                <input type="file" multiple=true aria-describedby="import-title" {onchange} />
                <span>{ "Choose files, or drop them here" }</span>
            </label>
            <div role="status">
                <ul class="imports" aria-label="Imported files">
                    { for props.imports.all.iter().map(|import| report(&props.url, import)) }
                </ul>
            </div>
        </section>
    }
}

fn report(url: &Url, import: &Import) -> Html {
    let content = match &import.state {
        ImportState::Running => html! { <span class="muted">{ "importing…" }</span> },
        ImportState::Failed(error) => html! { <span class="warn">{ error.to_string() }</span> },
        ImportState::Done(report) => done(url, report),
    };
    html! { <li key={import.number}><b>{ text::name(&import.file) }</b>{ content }</li> }
}

fn done(url: &Url, report: &ImportReport) -> Html {
    let count =
        |count: u64, noun| format::quantity(usize::try_from(count).unwrap_or(usize::MAX), noun);
    let imported = format!(
        "{}: {} of {} imported",
        format_name(&report.format),
        count(report.spans, "span"),
        count(report.traces, "trace")
    );
    let skipped =
        (report.skipped > 0).then(|| format!(", {} skipped", format::count(report.skipped)));
    let others = report.traces.saturating_sub(report.trace_ids.len() as u64);
    html! {
        <>
            <span>{ imported }{ skipped }</span>
            if !report.problems.is_empty() {
                <ul class="problems">
                    for (index, problem) in report.problems.iter().enumerate() {
                        <li key={index}>
                            if !problem.at.is_empty() {
                                <code>{ text::name(&problem.at) }</code>{ ": " }
                            }
                            { text::name(&problem.reason) }
                        </li>
                    }
                </ul>
            }
            <span class="imported-traces">
                for id in &report.trace_ids {
                    <Link key={id.to_string()} url={url.clone()} view={url.view.with_trace(*id)}
                        label={format!("Open trace {id}")}>{ &id.to_string()[..SHOWN_DIGITS] }</Link>
                }
                if others > 0 {
                    <span class="muted">{ format!("and {} more", format::count(others)) }</span>
                }
            </span>
        </>
    }
}

/// The name of a format in the gateway's report.
fn format_name(format: &str) -> &str {
    match format {
        "jaeger" => "Jaeger JSON",
        "zipkin" => "Zipkin JSON",
        "otlp_json" => "OTLP JSON",
        "otlp_protobuf" => "OTLP protobuf",
        other => other,
    }
}
