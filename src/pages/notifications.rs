//! `/notifications`: what others did about the user's cruds.

use otel_web_yew::use_route_template;
use yew::prelude::*;

use crate::components::feed::Feed;
use crate::components::icon::Icon;
use crate::components::navigation::SignInButton;
use crate::components::notice::Notice;
use crate::components::page_header::PageHeader;
use crate::components::skeleton::Skeleton;
use crate::hooks::use_title;
use crate::state::session::{Session, SessionAction, Who};
use crate::state::source::Source;
use crate::state::use_store;

#[component]
pub(crate) fn Notifications() -> Html {
    use_route_template("/notifications");
    use_title("Notifications");
    let session = use_store::<Session>();
    use_seen(&session);
    html! {
        <>
            <PageHeader title="Notifications" />
            <div>
                { match session.who {
                    Who::Unknown => html! { <Skeleton /> },
                    Who::Visitor => prompt(),
                    Who::Member(_) | Who::Anyone => html! {
                        <Feed source={Source::Notifications} empty={quiet()} missing={quiet()} />
                    },
                } }
            </div>
        </>
    }
}

/// Looking at them is what makes them seen.
#[hook]
fn use_seen(session: &UseReducerHandle<Session>) {
    let unread = session
        .member()
        .is_some_and(|me| me.unread_notifications_count > 0);
    let session = session.dispatcher();
    use_effect_with(unread, move |&unread| {
        if unread {
            session.dispatch(SessionAction::Seen);
        }
    });
}

fn prompt() -> Html {
    html! {
        <Notice icon={Icon::Bell} title="Whose notifications?" text="Sign in to see replies, likes, reposts and mentions.">
            <SignInButton />
        </Notice>
    }
}

fn quiet() -> Html {
    html! { <Notice icon={Icon::Bell} title="All quiet" text="Replies, likes, reposts and mentions of you show up here." /> }
}
