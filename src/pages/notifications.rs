//! `/notifications`: replies, likes, reposts and mentions.

use otel_web_yew::{use_load, use_route_template};
use yew::prelude::*;

use crate::api;
use crate::components::feed::Feed as FeedList;
use crate::components::icon::Icon;
use crate::components::navigation::SignInButton;
use crate::components::notice::Notice;
use crate::components::page_header::PageHeader;
use crate::components::skeleton::Skeleton;
use crate::hooks::use_title;
use crate::state::feed::Feed;
use crate::state::session::{AuthState, Session, SessionAction};
use crate::state::source::Source;
use crate::state::use_store;

#[component]
pub(crate) fn Notifications() -> Html {
    use_route_template("/notifications");
    use_title("Notifications");
    let session = use_store::<Session>();
    use_mark_read(&session);
    html! {
        <>
            <PageHeader title="Notifications" />
            <div>
                { match session.auth {
                    AuthState::Unknown => html! { <Skeleton /> },
                    AuthState::SignedOut => signed_out(),
                    AuthState::SignedIn(_) | AuthState::Unsupported => html! {
                        <FeedList source={Source::Notifications} empty={empty()} missing={empty()} />
                    },
                } }
            </div>
        </>
    }
}

/// Marks the shown notifications as read.
#[hook]
fn use_mark_read(session: &UseReducerHandle<Session>) {
    let until = use_store::<Feed>().unread_until();
    let session = session.dispatcher();
    use_load(until, move |until| async move {
        let Some(until) = until else { return Ok(()) };
        let read = api::activities::read_notifications(until).await;
        read.map(|()| session.dispatch(SessionAction::NotificationsRead))
    });
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
