//! The text of a crud, with links for hashtags, mentions and URLs.

use web_sys::Element;
use yew::prelude::*;

use crate::components::link::Link;
use crate::format::message::{Segment, href, segments};
use crate::route::{Route, SearchQuery};

#[derive(Properties, PartialEq)]
pub(crate) struct MessageProps {
    pub(crate) text: AttrValue,
    /// Shows the full text, whatever its height.
    #[prop_or_default]
    pub(crate) full: bool,
}

#[component]
pub(crate) fn Message(props: &MessageProps) -> Html {
    let node = use_node_ref();
    let expanded = use_state_eq(|| false);
    let clamped = !props.full && !*expanded;
    let is_truncated = use_is_truncated(&node, &props.text, clamped);
    let onclick = {
        let expanded = expanded.setter();
        Callback::from(move |_: MouseEvent| expanded.set(true))
    };
    // The text determines its own direction.
    html! {
        <div class="message-box">
            <p ref={node} class={classes!("message", clamped.then_some("clamped"))} dir="auto">
                { for segments(&props.text).into_iter().enumerate().map(|(index, segment)| render(index, segment)) }
            </p>
            if is_truncated {
                <button type="button" class="show-more" data-otel-action="message.expand" {onclick}>{ "Show more" }</button>
            }
        </div>
    }
}

/// Returns whether the element is too small for its text. The height of a text depends on fonts, width and
/// characters, so it is measured.
#[hook]
fn use_is_truncated(node: &NodeRef, text: &AttrValue, clamped: bool) -> bool {
    let is_truncated = use_state_eq(|| false);
    {
        let (node, is_truncated) = (node.clone(), is_truncated.setter());
        use_effect_with((text.clone(), clamped), move |(_, clamped)| {
            let element = node.cast::<Element>().filter(|_| *clamped);
            is_truncated.set(element.is_some_and(|it| it.scroll_height() > it.client_height()));
        });
    }
    *is_truncated
}

fn render(index: usize, segment: Segment<'_>) -> Html {
    match segment {
        Segment::Text(text) => html! { <span key={index}>{ text }</span> },
        Segment::Hashtag(tag) => {
            let query = SearchQuery {
                term: format!("#{tag}"),
            };
            html! { <Link key={index} to={Route::Search} {query} action="hashtag.open">{ "#" }{ tag }</Link> }
        }
        Segment::Mention(handle) => {
            html! { <Link key={index} to={Route::profile(handle)} action="profile.open">{ "@" }{ handle }</Link> }
        }
        Segment::Url(url) => html! {
            <a key={index} href={href(url)} dir="auto" target="_blank" rel="noopener noreferrer">{ url }</a>
        },
    }
}
