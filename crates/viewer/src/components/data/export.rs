//! Downloads the traces that match the search.

use js_sys::Array;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;
use web_sys::{Blob, HtmlAnchorElement};
use yew::prelude::*;

use crate::{
    components::long_text::LongText,
    format,
    gateway::{self, Error, ExportFile},
    hooks::Url,
};

const FILE_NAME: &str = "traces.json";

#[derive(Clone, PartialEq, Properties)]
pub(super) struct ExportSectionProps {
    pub(super) url: Url,
}

#[derive(Clone, Debug, PartialEq)]
enum State {
    Idle,
    Running,
    Done(String),
    Failed(Error),
}

#[component]
pub(super) fn ExportSection(props: &ExportSectionProps) -> Html {
    let query = &props.url.view.query;
    let state = use_state_eq(|| State::Idle);
    let onclick = {
        let (state, query) = (state.clone(), query.clone());
        Callback::from(move |_: MouseEvent| {
            state.set(State::Running);
            let (state, query) = (state.clone(), query.clone());
            spawn_local(async move {
                let file = gateway::export(&query).await;
                state.set(match file {
                    Ok(file) if save(&file.text).is_some() => State::Done(describe(&file)),
                    Ok(_) => State::Failed(Error::InvalidResponse(
                        "the browser does not save the file".to_owned(),
                    )),
                    Err(error) => State::Failed(error),
                });
            });
        })
    };
    let said = match &*state {
        State::Idle => html! {},
        State::Running => html! { "Exporting…" },
        State::Done(text) => html! { text.clone() },
        State::Failed(error) => html! { <span class="warn">{ error.to_string() }</span> },
    };
    html! {
        <section class="data-section" aria-labelledby="export-title">
            <h2 id="export-title">{ "Export" }</h2>
            <p>
                if query.is_empty() {
                    { "Downloads all traces as OTLP JSON, newest first. A search in the box above limits them." }
                } else {
                    { "Downloads the traces that match the search as OTLP JSON, newest first: " }<LongText text={query.clone()} />
                }
                { " A single trace can be downloaded in its view Raw, also as a page that needs no gateway." }
            </p>
            <p>
                <button class="button" disabled={*state == State::Running} {onclick}>{ "Download traces" }</button>
                <span class="data-result" role="status">{ said }</span>
            </p>
        </section>
    }
}

fn describe(file: &ExportFile) -> String {
    let traces = format::quantity(usize::try_from(file.traces).unwrap_or(usize::MAX), "trace");
    match &file.cut {
        None => format!("Exported {traces}."),
        Some(cut) => format!("Exported {traces}. Older ones are left out: {cut}."),
    }
}

/// Lets the browser save a text as a file.
fn save(text: &str) -> Option<()> {
    let blob = Blob::new_with_str_sequence(&Array::of1(&text.into())).ok()?;
    let address = web_sys::Url::create_object_url_with_blob(&blob).ok()?;
    let document = web_sys::window()?.document()?;
    let link: HtmlAnchorElement = document.create_element("a").ok()?.dyn_into().ok()?;
    link.set_href(&address);
    link.set_download(FILE_NAME);
    link.click();
    // The browser has taken the content. Revoking fails only for another kind of address.
    let _ = web_sys::Url::revoke_object_url(&address);
    Some(())
}
