//! `/messages` and `/messages/@:handle`: the conversations, and the one with a user.

use otel_web_yew::{use_load, use_route_template};
use yew::prelude::*;

use crate::components::icon::Icon;
use crate::components::messages::{ConversationPane, GroupList};
use crate::components::navigation::SignInButton;
use crate::components::notice::Notice;
use crate::components::page_header::PageHeader;
use crate::hooks::{known_account, use_messages_loader, use_title};
use crate::state::messages::{Messages, MessagesAction};
use crate::state::session::{AuthState, Session};
use crate::state::{use_dispatch, use_store};

#[derive(Properties, PartialEq)]
pub(crate) struct MessagesPageProps {
    /// The user of the conversation to show.
    #[prop_or_default]
    pub(crate) handle: Option<AttrValue>,
}

#[component]
pub(crate) fn MessagesPage(props: &MessagesPageProps) -> Html {
    use_route_template(match props.handle {
        Some(_) => "/messages/@:handle",
        None => "/messages",
    });
    use_title(&match &props.handle {
        Some(handle) => format!("Messages with @{handle}"),
        None => "Messages".to_owned(),
    });
    let (session, messages) = (use_store::<Session>(), use_store::<Messages>());
    let retry = use_loads(&props.handle, &session);
    if session.is_signed_out() {
        return signed_out();
    }
    // The list and the conversation, side by side; on a phone, the list or the conversation.
    html! {
        <div class={classes!("messages", props.handle.is_some().then_some("open"))}>
            <div class="list">
                if props.handle.is_none() {
                    <PageHeader title="Messages" />
                } else {
                    <header class="page-header"><h2>{ "Messages" }</h2></header>
                }
                <GroupList retry={&retry} />
            </div>
            <div class="conversation">
                if let Some(handle) = &props.handle {
                    <PageHeader title={name(&messages, handle)} back=true />
                    <ConversationPane {handle} name={name(&messages, handle)} {retry} />
                } else {
                    <Notice icon={Icon::Envelope} title="Your messages" text="Choose a conversation to read it." />
                }
            </div>
        </div>
    }
}

/// Loads the conversations and the shown one, for a signed-in user. Returns the callback that loads them again.
#[hook]
fn use_loads(handle: &Option<AttrValue>, session: &Session) -> Callback<MouseEvent> {
    let (loader, messages) = (use_messages_loader(), use_dispatch::<Messages>());
    let attempt = use_state(|| 0_u32);
    let wanted = (!session.is_signed_out()).then(|| handle.clone());
    use_load((wanted, session.generation, *attempt), {
        let messages = messages.clone();
        move |(wanted, generation, _)| async move {
            // The app does the same in an effect, which may run after this one.
            messages.dispatch(MessagesAction::Reset(generation));
            if known_account().await == AuthState::SignedOut {
                return Ok(());
            }
            match wanted {
                Some(Some(handle)) => return loader.load_conversation(handle.to_string()).await,
                Some(None) => {
                    messages.dispatch(MessagesAction::Closed);
                    loader.load_groups().await;
                }
                None => {}
            }
            Ok(())
        }
    });
    use_effect_with((), move |()| {
        move || messages.dispatch(MessagesAction::Closed)
    });
    Callback::from(move |_| attempt.set(*attempt + 1))
}

/// Returns the other user's name, as far as it is known.
fn name(messages: &Messages, handle: &str) -> AttrValue {
    let name = messages.name_of(handle);
    AttrValue::from(name.map_or_else(|| format!("@{handle}"), str::to_owned))
}

fn signed_out() -> Html {
    html! {
        <>
            <PageHeader title="Messages" />
            <Notice icon={Icon::Envelope} title="Sign in to see your messages" text="Only you and the other person can read them.">
                <SignInButton />
            </Notice>
        </>
    }
}
