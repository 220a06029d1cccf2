//! Texts of any length. A long text is shown in part and expanded in steps, because a browser needs
//! seconds for the layout of megabytes.

use yew::prelude::*;

use crate::{format, text};

/// Texts up to this length are shown in full.
const MAX_SHORT_BYTES: usize = 1_500;

/// How much of a longer text is shown at first.
const COLLAPSED_BYTES: usize = 1_000;

/// Each "Show more" adds this many times what is shown, up to a limit.
const EXPANSION_FACTOR: usize = 10;
const MAX_EXPANSION_BYTES: usize = 100_000;

#[derive(Clone, Debug, PartialEq, Properties)]
pub(crate) struct LongTextProps {
    pub(crate) text: AttrValue,
    #[prop_or_default]
    pub(crate) class: Classes,
}

#[component]
pub(crate) fn LongText(props: &LongTextProps) -> Html {
    let shown = use_state_eq(|| COLLAPSED_BYTES);
    let length = props.text.len();
    if length <= MAX_SHORT_BYTES {
        return html! { <span class={props.class.clone()}>{ text::bdi(&props.text) }</span> };
    }
    let part = text::prefix(&props.text, *shown);
    let rest = length - part.len();
    let set = |bytes: usize| {
        let shown = shown.clone();
        Callback::from(move |event: MouseEvent| {
            event.stop_propagation();
            shown.set(bytes);
        })
    };
    let more = *shown + (*shown * EXPANSION_FACTOR).min(MAX_EXPANSION_BYTES);
    html! {
        <>
            <span key="text" class={props.class.clone()}>
                { text::bdi(part) }
                if rest > 0 {
                    <span class="muted" aria-hidden="true">{ "…" }</span>
                }
            </span>
            <span key="expand" class="expand">
                if rest > 0 {
                    <button key="more" onclick={set(more)}>{ "Show more" }</button>
                }
                if *shown > COLLAPSED_BYTES {
                    <button key="less" onclick={set(COLLAPSED_BYTES)}>{ "Show less" }</button>
                }
                <span key="size" class="muted">{ size(part.len(), length) }</span>
            </span>
        </>
    }
}

fn size(shown: usize, length: usize) -> String {
    if shown == length {
        format::bytes(length)
    } else {
        format!("{} of {}", format::bytes(shown), format::bytes(length))
    }
}
