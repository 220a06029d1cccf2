//! The sidebar: search, sign-in, trending hashtags and suggested users.
//!
//! It loads its data once per document, not again after a navigation.

use api_types::{TrendingTag, UserSummary};
use otel_web_yew::use_load;
use yew::prelude::*;
use yew_router::prelude::*;

use crate::api;
use crate::components::link::Link;
use crate::components::navigation::{JoinButton, SignInButton};
use crate::components::search_box::SearchBox;
use crate::components::user_link::UserLink;
use crate::format::count_label;
use crate::route::{Route, SearchQuery};
use crate::state::session::Session;
use crate::state::use_store;

#[component]
pub(crate) fn Sidebar() -> Html {
    let route = use_route::<Route>().unwrap_or(Route::NotFound);
    let can_join = use_store::<Session>().is_signed_out() && !route.is_entrance();
    html! {
        <aside class="sidebar" aria-label="Discover">
            // The search page has the field in its header.
            <div hidden={route == Route::Search}>
                if route != Route::Search { <SearchBox /> }
            </div>
            <div hidden={!can_join}>if can_join { <Join /> }</div>
            <Trending />
            <Suggested />
        </aside>
    }
}

#[component]
fn Join() -> Html {
    html! {
        <section class="panel">
            <h2>{ "Join The Party!" }</h2>
            <div class="aside">
                <p>{ "Post something short. It expires before you regret it." }</p>
                <div class="join">
                    <JoinButton />
                    <SignInButton />
                </div>
            </div>
        </section>
    }
}

#[component]
fn Trending() -> Html {
    let trends = use_state(Vec::<TrendingTag>::new);
    {
        let trends = trends.setter();
        use_load((), move |()| async move {
            trends.set(api::discover::trending().await.unwrap_or_default())
        });
    }
    html! {
        <section class="panel" hidden={trends.is_empty()}>
            <h2>{ "Trending" }</h2>
            <ul>{ for trends.iter().map(trend) }</ul>
        </section>
    }
}

fn trend(trend: &TrendingTag) -> Html {
    let tag = format!("#{}", trend.tag);
    html! {
        <li key={tag.clone()}>
            <Link to={Route::Search} query={SearchQuery { term: tag.clone() }} action="hashtag.open">
                <span class="user">
                    <strong dir="auto">{ tag }</strong>
                    <span>{ count_label(trend.cruds_count, "crud", "cruds") }</span>
                </span>
            </Link>
        </li>
    }
}

#[component]
fn Suggested() -> Html {
    let users = use_state(Vec::<UserSummary>::new);
    {
        let users = users.setter();
        use_load((), move |()| async move {
            users.set(api::discover::suggested().await.unwrap_or_default())
        });
    }
    html! {
        <section class="panel" hidden={users.is_empty()}>
            <h2>{ "Suggested Users" }</h2>
            <ul>{ for users.iter().map(user) }</ul>
        </section>
    }
}

fn user(user: &UserSummary) -> Html {
    html! {
        <li key={user.handle.clone()}>
            <UserLink handle={user.handle.clone()} name={user.display_name.clone()} />
        </li>
    }
}
