//! `/notifications`: what others did about the user's cruds.

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
use crate::state::session::{Session, SessionAction, Who};
use crate::state::source::Source;
use crate::state::use_store;

#[component]
pub(crate) fn Notifications() -> Html {
    use_route_template("/notifications");
    use_title("Notifications");
    let session = use_store::<Session>();
    use_read(&session);
    html! {
        <>
            <PageHeader title="Notifications" />
            <div>
                { match session.who {
                    Who::Unknown => html! { <Skeleton /> },
                    Who::Visitor => prompt(),
                    Who::Member(_) | Who::Anyone => html! {
                        <FeedList source={Source::Notifications} empty={quiet()} missing={quiet()} />
                    },
                } }
            </div>
        </>
    }
}

/// Looking at them is what makes them read: those that are shown, and not what happens meanwhile.
#[hook]
fn use_read(session: &UseReducerHandle<Session>) {
    let until = use_store::<Feed>().unread_until();
    let session = session.dispatcher();
    use_load(until, move |until| async move {
        let Some(until) = until else { return Ok(()) };
        let read = api::activities::read_notifications(until).await;
        read.map(|()| session.dispatch(SessionAction::Seen))
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
