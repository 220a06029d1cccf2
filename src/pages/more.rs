//! `/more`: the account of the signed-in user, its profile and its sessions.

use otel_web_yew::use_route_template;
use yew::prelude::*;

use crate::components::icon::Icon;
use crate::components::navigation::{SignInButton, SignOutEverywhereButton};
use crate::components::notice::Notice;
use crate::components::page_header::PageHeader;
use crate::components::profile_form::ProfileForm;
use crate::components::session_list::SessionList;
use crate::hooks::use_title;
use crate::state::session::Session;
use crate::state::use_store;

#[component]
pub(crate) fn More() -> Html {
    use_route_template("/more");
    use_title("Account");
    let session = use_store::<Session>();
    html! {
        <>
            <PageHeader title="Account" back=true />
            <div>
                if session.is_known() && session.user().is_none() {
                    <SignedOut key="signed-out" />
                } else {
                    // Its loads wait until the account is known.
                    <Account key="account" is_hidden={!session.is_known()} />
                }
            </div>
        </>
    }
}

#[derive(Properties, PartialEq)]
struct AccountProps {
    is_hidden: bool,
}

#[component]
fn Account(props: &AccountProps) -> Html {
    html! {
        <div class="account" hidden={props.is_hidden}>
            <section aria-labelledby="profile-heading">
                <h2 id="profile-heading">{ "Profile" }</h2>
                <ProfileForm />
            </section>
            <section aria-labelledby="sessions-heading">
                <h2 id="sessions-heading">{ "Where you are signed in" }</h2>
                // Above the list, which would move it when it is loaded.
                <SignOutEverywhereButton />
                <SessionList />
            </section>
        </div>
    }
}

#[component]
fn SignedOut() -> Html {
    html! {
        <Notice icon={Icon::Person} title="You are signed out" text="Sign in to see your account.">
            <SignInButton />
        </Notice>
    }
}
