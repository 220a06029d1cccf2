//! A text of any length: folded when it is long, and unfolded in steps, for a browser takes
//! seconds to lay out megabytes at once.

use yew::prelude::*;

use crate::{format, text};

/// A text up to here is shown whole, in bytes.
const MAX_UNFOLDED_BYTES: usize = 1_500;

/// What is shown of a longer one.
const FOLDED_BYTES: usize = 1_000;

/// "Show more" shows so many times more, but not more than a step at once.
const UNFOLD_FACTOR: usize = 10;
const MAX_UNFOLD_STEP_BYTES: usize = 100_000;

#[derive(Clone, Debug, PartialEq, Properties)]
pub(crate) struct LongTextProps {
    pub(crate) text: AttrValue,
    #[prop_or_default]
    pub(crate) class: Classes,
}

#[component]
pub(crate) fn LongText(props: &LongTextProps) -> Html {
    let shown = use_state_eq(|| FOLDED_BYTES);
    let length = props.text.len();
    if length <= MAX_UNFOLDED_BYTES {
        return html! { <span class={props.class.clone()}>{ text::bdi(&props.text) }</span> };
    }
    let part = text::start_of(&props.text, *shown);
    let rest = length - part.len();
    let set = |bytes: usize| {
        let shown = shown.clone();
        Callback::from(move |event: MouseEvent| {
            event.stop_propagation();
            shown.set(bytes);
        })
    };
    let more = *shown + (*shown * UNFOLD_FACTOR).min(MAX_UNFOLD_STEP_BYTES);
    html! {
        <>
            <span key="text" class={props.class.clone()}>
                { text::bdi(part) }
                if rest > 0 {
                    <span class="muted" aria-hidden="true">{ "…" }</span>
                }
            </span>
            <span key="fold" class="unfold">
                if rest > 0 {
                    <button key="more" onclick={set(more)}>{ "Show more" }</button>
                }
                if *shown > FOLDED_BYTES {
                    <button key="less" onclick={set(FOLDED_BYTES)}>{ "Show less" }</button>
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
