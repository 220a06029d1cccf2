//! `/@:handle`: a user's profile and cruds.

use api_types::{Profile, visible::without_bidi_controls};
use otel_web_yew::{use_load, use_route_template};
use yew::prelude::*;
use yew_router::prelude::*;

use crate::api::{self, ApiResult};
use crate::components::avatar::{Avatar, Size};
use crate::components::feed::Feed;
use crate::components::icon::Icon;
use crate::components::link::{Link, push};
use crate::components::notice::Notice;
use crate::components::page_header::PageHeader;
use crate::components::skeleton::Skeleton;
use crate::format::{self, count_label};
use crate::hooks::{use_auth_guard, use_title};
use crate::route::Route;
use crate::state::after_sign_in::AfterSignIn;
use crate::state::session::Session;
use crate::state::source::Source;
use crate::state::use_store;

#[derive(Properties, PartialEq)]
pub(crate) struct ProfileProps {
    pub(crate) handle: AttrValue,
}

#[component]
pub(crate) fn ProfilePage(props: &ProfileProps) -> Html {
    let handle = &props.handle;
    use_route_template("/@:handle");
    use_title(&format!("@{handle}"));
    let response = use_profile(handle);
    // The height of the heading depends on the profile, and on whether it is the user's own. Cruds that appear before
    // would move.
    let is_known = use_store::<Session>().is_known();
    let is_complete = response.is_some() && is_known;
    let profile = response.and_then(Result::ok).filter(|_| is_complete);
    let title = profile.as_ref().map_or_else(
        || format!("@{handle}"),
        |profile| format::display_name(&profile.display_name, &profile.handle).to_owned(),
    );
    html! {
        <>
            <PageHeader {title} back=true />
            <div>
                if let Some(profile) = profile { <Heading {profile} /> }
                else if !is_complete { <Skeleton /> }
            </div>
            <Feed source={Source::User(handle.to_string())} hidden={!is_complete}
                empty={empty(handle)} missing={not_found(handle)} />
        </>
    }
}

/// Loads the profile. Returns `None` while it loads. A back end without profiles is an error.
#[hook]
fn use_profile(handle: &AttrValue) -> Option<ApiResult<Profile>> {
    let response = use_state(|| None::<(AttrValue, ApiResult<Profile>)>);
    {
        let response = response.setter();
        use_load(handle.clone(), move |handle| async move {
            let profile = api::discover::profile(&handle).await;
            response.set(Some((handle, profile)));
        });
    }
    // After a change of the handle, the state still holds the response for the previous one.
    let current = response.as_ref().filter(|(of, _)| of == handle);
    current.map(|(_, profile)| profile.clone())
}

#[derive(Properties, PartialEq)]
struct HeadingProps {
    profile: Profile,
}

#[component]
fn Heading(props: &HeadingProps) -> Html {
    let Profile {
        handle,
        bio,
        cruds_count,
        ..
    } = &props.profile;
    let own = use_store::<Session>().owns(handle);
    let name =
        AttrValue::from(format::display_name(&props.profile.display_name, handle).to_owned());
    html! {
        <div class="profile-heading">
            <Avatar handle={handle.clone()} name={name.clone()} size={Size::Large} />
            <div class="user">
                <strong dir="auto">{ name }</strong>
                <span>{ "@" }{ handle }</span>
                <p dir="auto">{ bio }</p>
                <span>{ count_label(*cruds_count, "crud", "cruds") }</span>
            </div>
            <div>if !own { <MessageButton handle={handle.clone()} /> }</div>
            <div>if own { <Link class="pill quiet" to={Route::More}>{ "Edit profile" }</Link> }</div>
        </div>
    }
}

/// Opens the conversation with the user.
#[component]
fn MessageButton(props: &ProfileProps) -> Html {
    let (navigator, guard) = (use_navigator(), use_auth_guard());
    let route = Route::conversation(&props.handle);
    let onclick = Callback::from(move |_: MouseEvent| {
        if let Some(navigator) = navigator
            .as_ref()
            .filter(|_| guard.allows(AfterSignIn::Open(route.clone())))
        {
            push(navigator, &route, None);
        }
    });
    html! {
        <button type="button" class="pill quiet" data-otel-action="conversation.open" {onclick}>{ "Message" }</button>
    }
}

fn empty(handle: &str) -> Html {
    let handle = without_bidi_controls(handle);
    let text = format!("All cruds by @{handle} have expired.");
    html! { <Notice icon={Icon::Bomb} title="No cruds" {text} /> }
}

fn not_found(handle: &str) -> Html {
    let handle = without_bidi_controls(handle);
    let text = format!("There is no user called @{handle}. Check the spelling.");
    html! { <Notice icon={Icon::Person} title="User not found" {text} /> }
}
