//! The buttons, and the pages that some of them lead to.

use otel_web_yew::{use_action, use_load};
use wasm_bindgen::JsValue;
use yew::prelude::*;

use crate::act::{act, load, mark, pause};
use crate::piece_done;

const BUTTONS: u32 = 50;

#[component]
pub(crate) fn App() -> Html {
    let shown = use_state(|| None::<u32>);
    let show = use_callback((), {
        let shown = shown.setter();
        move |number, ()| shown.set(Some(number))
    });
    html! {
        <>
            <main>{ for shown.iter().map(|number| html! { <Page key={*number} number={*number} /> }) }</main>
            { for (0..BUTTONS).map(|number| html! { <Like key={number} {number} show={show.clone()} /> }) }
        </>
    }
}

#[derive(PartialEq, Properties)]
struct LikeProps {
    number: u32,
    show: Callback<u32>,
}

#[component]
fn Like(LikeProps { number, show }: &LikeProps) -> Html {
    let number = *number;
    let liked = use_state(|| false);
    let onclick = use_action("crud.like", {
        let (liked, show) = (liked.setter(), show.clone());
        move |_: MouseEvent| {
            mark("handler", number);
            let (liked, show) = (liked.clone(), show.clone());
            async move {
                act(number).await;
                if navigates(number) {
                    navigate(number);
                    show.emit(number);
                }
                liked.set(true);
            }
        }
    });
    use_load(*liked, move |liked| async move {
        if liked {
            mark("effect", number);
            load("effect", number).await;
            pause(number % 4).await;
            mark("loaded", number);
            piece_done();
        }
    });
    html! { <button {onclick}>{ "Like " }{ number }</button> }
}

/// Three of the fifty buttons navigate.
fn navigates(number: u32) -> bool {
    number % 15 == 10
}

fn navigate(number: u32) {
    let history = web_sys::window().and_then(|window| window.history().ok());
    let path = format!("?page={number}");
    // A failed navigation is detected by its missing spans.
    drop(history.map(|history| history.push_state_with_url(&JsValue::NULL, "", Some(&path))));
}

#[derive(PartialEq, Properties)]
struct PageProps {
    number: u32,
}

#[component]
fn Page(PageProps { number }: &PageProps) -> Html {
    use_load(*number, |number| async move {
        mark("page", number);
        load("page", number).await;
        mark("shown", number);
        piece_done();
    });
    html! { <h1>{ "Page " }{ *number }</h1> }
}
