//! The text of a crud, with its hashtags, mentions and addresses as links.

use web_sys::Element;
use yew::prelude::*;

use crate::components::link::Link;
use crate::format::message::{Piece, pieces};
use crate::route::{Route, SearchQuery};

#[derive(Properties, PartialEq)]
pub(crate) struct MessageProps {
    pub(crate) text: AttrValue,
    /// Shown in full, however tall it is.
    #[prop_or_default]
    pub(crate) whole: bool,
}

#[component]
pub(crate) fn Message(props: &MessageProps) -> Html {
    let node = use_node_ref();
    let opened = use_state_eq(|| false);
    let clamped = !props.whole && !*opened;
    let is_cut = use_is_cut(&node, &props.text, clamped);
    let onclick = {
        let opened = opened.setter();
        Callback::from(move |_: MouseEvent| opened.set(true))
    };
    // The direction is that of the text itself, not of the page.
    html! {
        <div class="message-box">
            <p ref={node} class={classes!("message", clamped.then_some("clamped"))} dir="auto">
                { for pieces(&props.text).into_iter().enumerate().map(|(at, piece)| draw(at, piece)) }
            </p>
            if is_cut {
                <button type="button" class="show-more" data-otel-action="message.expand" {onclick}>{ "Show more" }</button>
            }
        </div>
    }
}

/// Whether the element shows less than it holds. How tall a text is depends on fonts, width and
/// signs, so it is measured.
#[hook]
fn use_is_cut(node: &NodeRef, text: &AttrValue, clamped: bool) -> bool {
    let is_cut = use_state_eq(|| false);
    {
        let (node, is_cut) = (node.clone(), is_cut.setter());
        use_effect_with((text.clone(), clamped), move |(_, clamped)| {
            let element = node.cast::<Element>().filter(|_| *clamped);
            is_cut.set(element.is_some_and(|it| it.scroll_height() > it.client_height()));
        });
    }
    *is_cut
}

fn draw(at: usize, piece: Piece<'_>) -> Html {
    match piece {
        Piece::Text(text) => html! { <span key={at}>{ text }</span> },
        Piece::Hashtag(tag) => {
            let query = SearchQuery {
                term: format!("#{tag}"),
            };
            html! { <Link key={at} to={Route::Search} {query} action="hashtag.open">{ "#" }{ tag }</Link> }
        }
        Piece::Mention(handle) => {
            html! { <Link key={at} to={Route::profile(handle)} action="profile.open">{ "@" }{ handle }</Link> }
        }
        Piece::Address(address) => html! {
            <a key={at} href={address.to_owned()} target="_blank" rel="noopener noreferrer">{ address }</a>
        },
    }
}
