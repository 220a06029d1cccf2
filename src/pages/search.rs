//! `/search?term=`: search results.

use api_types::visible::{is_blank, without_bidi_controls};
use otel_web_yew::use_route_template;
use yew::prelude::*;
use yew_router::prelude::*;

use crate::components::feed::Feed;
use crate::components::icon::Icon;
use crate::components::notice::Notice;
use crate::components::search_box::SearchBox;
use crate::hooks::use_title;
use crate::route::SearchQuery;
use crate::state::source::Source;

#[component]
pub(crate) fn SearchPage() -> Html {
    use_route_template("/search");
    let query = use_location().and_then(|location| location.query::<SearchQuery>().ok());
    let term = query.unwrap_or_default().term;
    use_title(if term.is_empty() { "Search" } else { &term });
    html! {
        <>
            <header class="page-header">
                <h1 class="visually-hidden" tabindex="-1">{ "Search" }</h1>
                <SearchBox term={term.clone()} />
            </header>
            <div>
                if is_blank(&term) { { prompt() } } else {
                    <Feed empty={no_results(&term)} missing={no_results(&term)} source={Source::Search(term)} />
                }
            </div>
        </>
    }
}

fn prompt() -> Html {
    html! {
        <Notice icon={Icon::Search} title="Search Cruddur"
            text="Enter a word, a #hashtag or a @handle." />
    }
}

fn no_results(term: &str) -> Html {
    let term = without_bidi_controls(term);
    let text = format!("No crud matches “{term}”. It may have expired.");
    html! { <Notice icon={Icon::Search} title="No results" {text} /> }
}
