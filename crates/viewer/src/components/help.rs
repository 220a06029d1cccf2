//! The help dialog: keyboard shortcuts and the query language.

use yew::prelude::*;

use super::dialog::Dialog;
use crate::hooks::{are_letters_keys, set_letters_as_keys};

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct HelpProps {
    pub(crate) open: bool,
    pub(crate) on_close: Callback<()>,
}

const KEYS: [(&[&str], &str); 15] = [
    (&["/"], "search"),
    (&["a", "t", "d"], "actions; all traces; import and export"),
    (&["j", "k"], "next and previous trace"),
    (&["↓", "↑"], "next and previous span"),
    (&["→", "←"], "expand and collapse; ← again: parent span"),
    (
        &["Enter"],
        "open the span's details; again: collapse or expand",
    ),
    (&["Esc"], "close the details, then the trace"),
    (&["f"], "find in the trace"),
    (&["n", "N"], "next and previous span found"),
    (&["e"], "next failed span"),
    (&["+", "-"], "zoom in and out"),
    (&[",", "."], "move to the left and right"),
    (&["z", "0"], "zoom to the span; whole trace"),
    (&["drag"], "zoom on the mini-map; double-click: whole trace"),
    (&["?"], "this help"),
];

const TERMS: [(&str, &str); 14] = [
    ("locked", "text in names, keys, values, errors and ids"),
    ("\"two words\"", "exactly this text; \\\" is a quote"),
    ("service:cruddur", "with a span of this service"),
    ("name:like", "text in the trace's name"),
    ("status:error", "with a failed span (or status:ok)"),
    ("kind:server", "or client, internal, producer, consumer"),
    ("duration<20ms", "also > >= <=; us, ms, s, m, h"),
    ("key=value", "with this attribute; also != > >= < <="),
    ("key~text", "with this text in the attribute's value"),
    ("has:key", "with this attribute, any value"),
    ("session:id", "of this session; also trace:id"),
    ("since:15m", "that started in the last 15 minutes"),
    ("severity>=warn", "only on Logs: warnings and worse"),
    ("-status:error", "- negates any of these"),
];

#[component]
pub(crate) fn Help(props: &HelpProps) -> Html {
    let letters = use_state_eq(are_letters_keys);
    let onchange = {
        let letters = letters.clone();
        Callback::from(move |_: Event| {
            set_letters_as_keys(!*letters);
            letters.set(!*letters);
        })
    };
    html! {
        <Dialog title="Keyboard shortcuts and search" open={props.open} on_close={props.on_close.clone()}>
            <div class="help-columns">
                <dl>{ for KEYS.iter().map(|(keys, action)| shortcut(keys, action)) }</dl>
                <dl>{ for TERMS.iter().map(|(term, description)| html! {
                    <div key={*term}><dt><code>{ term }</code></dt><dd>{ description }</dd></div>
                }) }</dl>
            </div>
            <label class="letter-keys">
                <input type="checkbox" checked={*letters} {onchange} />
                { "Single letters and signs are shortcuts" }
            </label>
        </Dialog>
    }
}

fn shortcut(keys: &[&str], action: &str) -> Html {
    html! {
        <div key={action}>
            <dt>{ for keys.iter().map(|key| html! { <kbd key={*key}>{ key }</kbd> }) }</dt>
            <dd>{ action }</dd>
        </div>
    }
}
