//! Removes traces, after a question.

use std::{collections::BTreeSet, rc::Rc};

use trace_model::{Status, TraceSummary};
use wasm_bindgen_futures::spawn_local;
use web_sys::HtmlSelectElement;
use yew::prelude::*;

use crate::{
    components::dialog::Dialog,
    format,
    gateway::{self, ClearFilter, Cleared, Error},
    overview_state::RANGES,
};

#[derive(Clone, PartialEq, Properties)]
pub(super) struct ClearSectionProps {
    /// The source of the services to choose from.
    pub(super) traces: Rc<Vec<Rc<TraceSummary>>>,
    pub(super) status: Option<Rc<Status>>,
}

/// The traces that the user has chosen to remove.
#[derive(Clone, Debug, Default, PartialEq)]
struct Choice {
    /// Empty: all services.
    service: String,
    /// The name of one of [`RANGES`]. Empty: of any age.
    age: String,
}

#[derive(Clone, Debug, PartialEq)]
enum State {
    Idle,
    /// So many traces are removed so far.
    Running(Cleared),
    Done(Cleared),
    Failed(Error),
}

impl Choice {
    fn filter(&self) -> ClearFilter {
        let range = RANGES.iter().find(|(name, _, _)| *name == self.age);
        let age = range.and_then(|(_, _, seconds)| *seconds);
        let now = (js_sys::Date::now() * 1e6) as u64;
        ClearFilter {
            service: self.service.clone(),
            before: age.map(|seconds| now.saturating_sub(seconds * 1_000_000_000)),
        }
    }

    /// Names the traces for the question, and the log records that go with them.
    fn describe(&self, stored: Option<u64>) -> String {
        let range = RANGES.iter().find(|(name, _, _)| *name == self.age);
        let age = match range {
            Some((_, label, Some(_))) => format!(" that are older than {label}"),
            _ => String::new(),
        };
        let count = stored.filter(|_| age.is_empty() && self.service.is_empty());
        let traces = match count {
            Some(1) => "the only trace".to_owned(),
            Some(count) => format!("all {} traces", format::count(count)),
            None => "all traces".to_owned(),
        };
        match (self.service.is_empty(), age.is_empty()) {
            (true, true) => format!("{traces}, and all log records"),
            (true, false) => format!("all traces and log records{age}"),
            (false, _) => format!("{traces} of {}{age}, and their log records", self.service),
        }
    }
}

#[component]
pub(super) fn ClearSection(props: &ClearSectionProps) -> Html {
    let choice = use_state_eq(Choice::default);
    let is_asking = use_state_eq(|| false);
    let state = use_state_eq(|| State::Idle);
    let services: BTreeSet<&String> = props.traces.iter().map(|trace| &trace.service).collect();
    let choose = |change: fn(&mut Choice, String)| {
        let choice = choice.clone();
        Callback::from(move |event: Event| {
            let value = event.target_unchecked_into::<HtmlSelectElement>().value();
            let mut changed = (*choice).clone();
            change(&mut changed, value);
            choice.set(changed);
        })
    };
    let ask = |asking: bool| {
        let is_asking = is_asking.clone();
        Callback::from(move |()| is_asking.set(asking))
    };
    let on_remove = {
        let (choice, state, close) = (choice.clone(), state.clone(), ask(false));
        Callback::from(move |_: MouseEvent| {
            close.emit(());
            spawn_local(remove(choice.filter(), state.clone()));
        })
    };
    let stored = props.status.as_ref().map(|status| status.traces_kept);
    let is_running = matches!(*state, State::Running(_));
    html! {
        <section class="data-section" aria-labelledby="clear-title">
            <h2 id="clear-title">{ "Clear" }</h2>
            <p>{ "Removes traces and their log records from this gateway. Receivers of forwarded ones keep theirs." }</p>
            <div class="data-form">
                <select class="chip" aria-label="Service of the removed traces" onchange={choose(|choice, value| choice.service = value)}>
                    <option value="" selected={choice.service.is_empty()}>{ "All services" }</option>
                    for service in services {
                        <option key={service.clone()} value={service.clone()} selected={choice.service == *service}>{ service }</option>
                    }
                </select>
                <select class="chip" aria-label="Age of the removed traces" onchange={choose(|choice, value| choice.age = value)}>
                    <option value="" selected={choice.age.is_empty()}>{ "Of any age" }</option>
                    for (name, label, seconds) in RANGES {
                        if seconds.is_some() {
                            <option key={name} value={name} selected={choice.age == name}>{ format!("Older than {label}") }</option>
                        }
                    }
                </select>
                <button class="button danger" disabled={is_running} onclick={ask(true).reform(|_: MouseEvent| ())}>{ "Remove traces…" }</button>
                <span class="data-result" role="status">{ said(&state) }</span>
            </div>
            <Dialog title="Remove traces?" open={*is_asking} on_close={ask(false)}>
                <p>{ format!("This removes {}. It cannot be undone.", choice.describe(stored)) }</p>
                { waiting(props.status.as_deref()) }
                <p class="dialog-actions"><button class="button danger" onclick={on_remove}>{ "Remove" }</button></p>
            </Dialog>
        </section>
    }
}

/// Warns about spans that are not forwarded yet.
fn waiting(status: Option<&Status>) -> Html {
    let sinks = status.into_iter().flat_map(|status| &status.sinks);
    let waiting: u64 = sinks.map(|sink| sink.waiting).sum();
    if waiting == 0 {
        return html! {};
    }
    let text = format!(
        "{} spans wait for receivers. Those of removed traces will not be sent.",
        format::count(waiting)
    );
    html! { <p class="warn">{ text }</p> }
}

/// Repeats the request until all traces are removed: each takes a limited time.
async fn remove(filter: ClearFilter, state: UseStateHandle<State>) {
    let mut total = Cleared::default();
    state.set(State::Running(total));
    loop {
        match gateway::clear(&filter).await {
            Ok(cleared) => {
                total.traces += cleared.traces;
                total.spans += cleared.spans;
                total.logs += cleared.logs;
                if cleared.complete {
                    return state.set(State::Done(total));
                }
                state.set(State::Running(total));
            }
            Err(error) => return state.set(State::Failed(error)),
        }
    }
}

fn said(state: &State) -> Html {
    let removed = |cleared: &Cleared| {
        let count = |count: u64| usize::try_from(count).unwrap_or(usize::MAX);
        let traces = format::quantity(count(cleared.traces), "trace");
        let logs = match cleared.logs {
            0 => String::new(),
            logs => format!(", and {}", format::quantity(count(logs), "log record")),
        };
        format!(
            "{traces} with {}{logs}",
            format::quantity(count(cleared.spans), "span")
        )
    };
    match state {
        State::Idle => html! {},
        State::Running(cleared) => html! { format!("Removed {} so far…", removed(cleared)) },
        State::Done(cleared) => html! { format!("Removed {}.", removed(cleared)) },
        State::Failed(error) => html! { <span class="warn">{ error.to_string() }</span> },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn question_names_the_traces() {
        let choice = |service: &str, age: &str| Choice {
            service: service.to_owned(),
            age: age.to_owned(),
        };
        for (choice, expected) in [
            (choice("", ""), "all 12 traces, and all log records"),
            (
                choice("shop", ""),
                "all traces of shop, and their log records",
            ),
            (
                choice("", "1h"),
                "all traces and log records that are older than 1 hour",
            ),
            (
                choice("shop", "7d"),
                "all traces of shop that are older than 7 days, and their log records",
            ),
        ] {
            assert_eq!(choice.describe(Some(12)), expected);
        }
        assert_eq!(
            choice("", "").describe(Some(1)),
            "the only trace, and all log records"
        );
    }
}
