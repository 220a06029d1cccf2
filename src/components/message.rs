//! The text of a crud, with its hashtags, mentions and addresses as links.

use yew::prelude::*;

use crate::components::link::Link;
use crate::format::message::{Piece, pieces};
use crate::route::{Route, SearchQuery};

#[derive(Properties, PartialEq)]
pub(crate) struct MessageProps {
    pub(crate) text: AttrValue,
}

#[component]
pub(crate) fn Message(props: &MessageProps) -> Html {
    html! {
        <p class="message">
            { for pieces(&props.text).into_iter().enumerate().map(|(at, piece)| draw(at, piece)) }
        </p>
    }
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
