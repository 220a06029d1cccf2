//! The page: the search box above, an overview or the trace list and the open trace, the status bar below.

use yew::prelude::*;
use yew_router::BrowserRouter;

use crate::{
    components::{
        connection_banner::ConnectionBanner, data::DataPage, help::Help, overview::OverviewPane,
        sinks::Sinks, status_bar::StatusBar, top_bar::TopBar, trace_list::TraceList,
        trace_pane::TracePane,
    },
    hooks::{Imports, Key, Url, files_of, use_imports, use_keys, use_live, use_url},
    live::Live,
    overview_state::OverviewPage,
    query,
    route::{Screen, View},
};

#[component]
pub(crate) fn Root() -> Html {
    html! { <BrowserRouter><App /></BrowserRouter> }
}

#[component]
fn App() -> Html {
    let url = use_url();
    let parsed = query::parse(&url.view.query);
    let live = use_live(&parsed.query);
    let imports = use_imports();
    let help = use_state(|| false);
    use_app_keys(&url, &live, &help);
    let toggle_help = Callback::from({
        let help = help.clone();
        move |()| help.set(!*help)
    });
    // On a phone, the stylesheet shows only one of the two panes.
    let pane = match url.view.screen {
        Screen::List => "list",
        Screen::Overview(_) => "overview",
        Screen::Trace(_) | Screen::Sinks | Screen::Data | Screen::NotFound(_) => "trace",
    };
    html! {
        <div class="app" data-pane={pane} data-empty={live.is_empty().to_string()} ondragover={accept_files()} ondrop={on_drop(&url, &imports)}>
            <TopBar url={url.clone()} problem={query::problem(&parsed, &url.view.query)} live={(*live).clone()} dispatch={live.dispatcher()} on_help={toggle_help.clone()} />
            <ConnectionBanner connection={live.connection} />
            if let Screen::Overview(page) = &url.view.screen {
                <OverviewPane key={live.removals} url={url.clone()} page={page.clone()} is_live={!live.paused} is_empty={live.is_empty()} />
            } else {
            <div class="panes">
                <TraceList url={url.clone()} live={(*live).clone()} dispatch={live.dispatcher()} />
                if url.view.screen == Screen::Data {
                    <div class="trace-pane"><DataPage url={url.clone()} live={(*live).clone()} imports={imports.clone()} /></div>
                } else if url.view.screen == Screen::Sinks {
                    <div class="trace-pane"><Sinks url={url.clone()} status={live.status.clone()} /></div>
                } else {
                    <TracePane url={url.clone()} traces={live.traces.clone()} change={live.change.clone()} log_change={live.log_change.clone()} empty={live.is_empty()} in_honeycomb={live.in_honeycomb()} />
                }
            </div>
            }
            <StatusBar url={url.clone()} connection={live.connection} status={live.status.clone()} />
            <Help open={*help} on_close={toggle_help} />
        </div>
    }
}

/// Lets files be dropped anywhere. Dragged texts and links are left to the browser.
fn accept_files() -> Callback<DragEvent> {
    Callback::from(|event: DragEvent| {
        let kinds = event.data_transfer().map(|data| data.types());
        if kinds.is_some_and(|kinds| kinds.includes(&"Files".into(), 0)) {
            event.prevent_default();
        }
    })
}

/// Imports dropped files, and shows the page with the reports.
fn on_drop(url: &Url, imports: &Imports) -> Callback<DragEvent> {
    let (url, imports) = (url.clone(), imports.clone());
    Callback::from(move |event: DragEvent| {
        let files = files_of(event.data_transfer().and_then(|data| data.files()));
        if files.is_empty() {
            return;
        }
        event.prevent_default();
        imports.start.emit(files);
        if url.view.screen != Screen::Data {
            url.push(&url.view.with_data());
        }
    })
}

/// The keyboard shortcuts of the whole page. The trace view adds its own.
#[hook]
fn use_app_keys(url: &Url, live: &Live, help: &UseStateHandle<bool>) {
    let (url, help) = (url.clone(), help.clone());
    let (list_url, traces) = (url.clone(), live.traces.clone());
    let step = move |by: isize| {
        let ids = || traces.iter().map(|trace| trace.trace_id);
        let open = list_url.view.trace();
        let position = ids().position(|id| Some(id) == open);
        let next = position.map_or(0, |position| position.saturating_add_signed(by));
        if let Some(id) = ids().nth(next) {
            go_to(&list_url, &list_url.view.with_trace(id));
        }
        true
    };
    use_keys(move |key| match key {
        Key::Help => {
            help.set(true);
            true
        }
        Key::Search => focus_search(),
        Key::NextTrace => step(1),
        Key::PreviousTrace => step(-1),
        Key::Down | Key::Up if url.view.screen == Screen::List => step(0),
        Key::Actions => show(&url, &url.view.with_page(OverviewPage::Actions)),
        Key::Traces => show(&url, &url.view.without_trace()),
        Key::Data => show(&url, &url.view.with_data()),
        Key::Escape => close_innermost(&url),
        _ => false,
    });
}

fn show(url: &Url, view: &View) -> bool {
    url.push(view);
    true
}

/// Opening the first trace adds a history entry; moving on to another trace replaces it.
fn go_to(url: &Url, view: &View) {
    if url.view.trace().is_some() {
        url.replace(view);
    } else {
        url.push(view);
    }
}

fn focus_search() -> bool {
    let document = web_sys::window().and_then(|window| window.document());
    let input = document.and_then(|document| document.get_element_by_id("search"));
    let input =
        input.and_then(|input| wasm_bindgen::JsCast::dyn_into::<web_sys::HtmlElement>(input).ok());
    input.is_some_and(|input| input.focus().is_ok())
}

/// Closes the details, or else the trace. Returns whether there was something to close.
fn close_innermost(url: &Url) -> bool {
    if url.view.span.is_some() {
        url.replace(&url.view.with_span(None));
    } else if !matches!(url.view.screen, Screen::List | Screen::Overview(_)) {
        url.push(&url.view.without_trace());
    } else {
        return false;
    }
    true
}
