//! What the keyboard does, and how to search.

use web_sys::HtmlDialogElement;
use yew::prelude::*;

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct HelpProps {
    pub(crate) open: bool,
    pub(crate) on_close: Callback<()>,
}

const KEYS: [(&[&str], &str); 8] = [
    (&["/"], "search"),
    (&["j", "k"], "next and previous trace"),
    (&["↓", "↑"], "next and previous span"),
    (&["→", "←"], "expand, collapse; ← again: to the parent"),
    (
        &["Enter"],
        "open the span's details, fold it when they are open",
    ),
    (&["Esc"], "close details, then the trace"),
    (&["drag"], "on the mini-map: zoom; double click: all of it"),
    (&["?"], "this help"),
];

const TERMS: [(&str, &str); 11] = [
    ("locked", "anywhere: names, keys, values, errors, ids"),
    ("\"two words\"", "next to each other; \\\" is a quote"),
    ("service:cruddur", "a service took part"),
    ("name:like", "part of the trace's name"),
    ("status:error", "a span failed (or status:ok)"),
    ("kind:server", "client, internal, producer, consumer"),
    ("duration<20ms", "also > >= <=; us, ms, s, m, h"),
    ("key=value", "an attribute; also != > >= < <="),
    ("key~part", "part of an attribute's value"),
    ("has:key", "an attribute of any value"),
    ("-status:error", "- before any of these: not"),
];

#[component]
pub(crate) fn Help(props: &HelpProps) -> Html {
    let dialog = use_node_ref();
    use_effect_with((props.open, dialog.clone()), |(open, dialog)| {
        let Some(dialog) = dialog.cast::<HtmlDialogElement>() else {
            return;
        };
        if *open && !dialog.open() {
            // Fails only for a dialog that is open already.
            let _ = dialog.show_modal();
        } else if !*open && dialog.open() {
            dialog.close();
        }
    });
    let close_when_open = {
        let (open, on_close) = (props.open, props.on_close.clone());
        Callback::from(move |_: Event| {
            if open {
                on_close.emit(());
            }
        })
    };
    html! {
        <dialog class="help" ref={dialog} onclose={close_when_open} aria-labelledby="help-title">
            <div class="help-heading">
                <h2 id="help-title">{ "Keyboard and search" }</h2>
                <button class="button" onclick={props.on_close.reform(|_| ())}>{ "Close" }</button>
            </div>
            <div class="help-columns">
                <dl>{ for KEYS.iter().map(|(keys, what)| key_line(keys, what)) }</dl>
                <dl>{ for TERMS.iter().map(|(term, what)| html! {
                    <div key={*term}><dt><code>{ term }</code></dt><dd>{ what }</dd></div>
                }) }</dl>
            </div>
        </dialog>
    }
}

fn key_line(keys: &[&str], what: &str) -> Html {
    html! {
        <div key={what}>
            <dt>{ for keys.iter().map(|key| html! { <kbd key={*key}>{ key }</kbd> }) }</dt>
            <dd>{ what }</dd>
        </div>
    }
}
