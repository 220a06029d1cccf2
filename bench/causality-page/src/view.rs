//! The buttons, and the pages that some of them lead to.

use causality_actions::{BUTTONS, act, load_after_like, load_page, mark, navigate, navigates};
use otel_web_yew::{use_action, use_load};
use yew::prelude::*;

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
            load_after_like(number).await;
        }
    });
    html! { <button {onclick}>{ "Like " }{ number }</button> }
}

#[derive(PartialEq, Properties)]
struct PageProps {
    number: u32,
}

#[component]
fn Page(PageProps { number }: &PageProps) -> Html {
    use_load(*number, load_page);
    html! { <h1>{ "Page " }{ *number }</h1> }
}
