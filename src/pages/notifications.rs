//! `/notifications`: replies, likes, reposts and mentions.

use otel_web_yew::use_route_template;
use yew::prelude::*;

use crate::components::feed::Feed as FeedList;
use crate::components::icon::Icon;
use crate::components::navigation::SignInButton;
use crate::components::notice::Notice;
use crate::components::page_header::PageHeader;
use crate::hooks::use_title;
use crate::state::session::{AuthState, Session};
use crate::state::source::Source;
use crate::state::use_store;

#[component]
pub(crate) fn Notifications() -> Html {
    use_route_template("/notifications");
    use_title("Notifications");
    let session = use_store::<Session>();
    html! {
        <>
            <PageHeader title="Notifications" />
            <div>
                { match session.auth {
                    AuthState::SignedOut => signed_out(),
                    // The feed waits until the account is known.
                    AuthState::Unknown | AuthState::SignedIn(_) | AuthState::Unsupported => html! {
                        <FeedList source={Source::Notifications} empty={empty()} missing={empty()} />
                    },
                } }
            </div>
        </>
    }
}

fn signed_out() -> Html {
    html! {
        <Notice icon={Icon::Bell} title="Sign in to see your notifications" text="Replies, likes, reposts and mentions of you are listed here.">
            <SignInButton />
        </Notice>
    }
}

fn empty() -> Html {
    html! { <Notice icon={Icon::Bell} title="No notifications" text="Replies, likes, reposts and mentions of you are listed here." /> }
}
