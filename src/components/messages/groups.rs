//! The list of conversations.

use std::rc::Rc;

use api_types::MessageGroup;
use yew::prelude::*;

use crate::api;
use crate::components::avatar::{Avatar, Size};
use crate::components::icon::Icon;
use crate::components::link::Link;
use crate::components::notice::{LoadingFailed, Notice};
use crate::components::skeleton::Skeleton;
use crate::format::time;
use crate::hooks::{use_now, use_retryable};
use crate::route::Route;
use crate::state::feed::LoadStatus;
use crate::state::messages::{Messages, MessagesAction};
use crate::state::use_store;

#[derive(Properties, PartialEq)]
pub(crate) struct GroupListProps {
    /// Loads the list again, after an error.
    pub(crate) retry: Callback<MouseEvent>,
}

#[component]
pub(crate) fn GroupList(props: &GroupListProps) -> Html {
    let messages = use_store::<Messages>();
    let load_more = use_load_more(&messages);
    match &messages.status {
        LoadStatus::Loading => html! { <Skeleton /> },
        LoadStatus::Failed(error) => {
            html! { <LoadingFailed error={error.clone()} retry={&props.retry} /> }
        }
        LoadStatus::Ready if messages.groups.is_empty() => html! {
            <Notice icon={Icon::Envelope} title="No messages" text="Open a profile and choose Message to write to someone." />
        },
        LoadStatus::Ready => html! {
            <>
                <ul class="groups" aria-label="Conversations">
                    { for messages.groups.iter().map(|group| html! {
                        <Group key={group.uuid.clone()} group={group.clone()} />
                    }) }
                </ul>
                <div class="more">
                    if messages.next.is_some() {
                        <button type="button" class="pill quiet" onclick={load_more}>{ "Load more" }</button>
                    }
                </div>
            </>
        },
    }
}

#[hook]
fn use_load_more(messages: &UseReducerHandle<Messages>) -> Callback<MouseEvent> {
    let (next, dispatch) = (messages.next.clone(), messages.dispatcher());
    use_retryable("conversations.load_more", move || {
        let (next, dispatch) = (next.clone(), dispatch.clone());
        async move {
            let Some(next) = next else { return Ok(()) };
            let page = api::messages::more_groups(&next).await?;
            dispatch.dispatch(MessagesAction::GroupsExtended(page));
            Ok(())
        }
    })
}

#[derive(Properties, PartialEq)]
struct GroupProps {
    group: Rc<MessageGroup>,
}

#[component]
fn Group(props: &GroupProps) -> Html {
    let group = &props.group;
    let now = use_now();
    let name = AttrValue::from(group.name().to_owned());
    html! {
        <li>
            <Link class={classes!("group", group.unread.then_some("unread"))}
                to={Route::conversation(&group.handle)} action="conversation.open">
                <Avatar handle={group.handle.clone()} name={name.clone()} size={Size::Small} />
                <span class="summary">
                    <strong>{ name }</strong>
                    if let Some(created_at) = group.created_at {
                        <time datetime={created_at.to_string()}>{ time::age(created_at.as_millis(), now) }</time>
                    }
                    <span class="last" dir="auto">{ &group.message }</span>
                    if group.unread {
                        <span class="visually-hidden">{ "Unread" }</span>
                    }
                </span>
            </Link>
        </li>
    }
}
