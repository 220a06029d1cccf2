//! Loads conversations and messages, each time within one future: the requests are then part of the trace of whatever
//! caused them, however long a rendering takes.

use api_types::{Message, MessageGroup, Timestamp};
use futures_util::future::join;
use yew::prelude::*;

use crate::api::{self, ApiResult, MessagePage};
use crate::state::messages::{Messages, MessagesAction, same_handle};
use crate::state::session::{Session, SessionAction};
use crate::state::use_dispatch;

/// Loads messages into the state.
#[derive(Clone)]
pub(crate) struct MessagesLoader {
    messages: UseReducerDispatcher<Messages>,
    session: UseReducerDispatcher<Session>,
}

#[hook]
pub(crate) fn use_messages_loader() -> MessagesLoader {
    MessagesLoader {
        messages: use_dispatch(),
        session: use_dispatch(),
    }
}

impl MessagesLoader {
    /// Loads the list of conversations.
    pub(crate) async fn load_groups(&self) {
        let groups = api::messages::groups().await;
        self.messages
            .dispatch(MessagesAction::GroupsReceived(groups));
    }

    /// Loads the list and the conversation with this user in parallel, and marks the conversation as read.
    ///
    /// # Errors
    /// The conversation cannot be marked as read. The page shows the other errors.
    pub(crate) async fn load_conversation(&self, handle: String) -> ApiResult<()> {
        self.messages
            .dispatch(MessagesAction::Opened(handle.clone()));
        let conversation = api::messages::conversation(&handle);
        let (groups, page) = join(api::messages::groups(), conversation).await;
        let unread = match (&groups, &page) {
            (Ok(groups), Ok(page)) => unread_until(groups, page, &handle),
            _ => None,
        };
        self.messages
            .dispatch(MessagesAction::GroupsReceived(groups));
        self.messages
            .dispatch(MessagesAction::Received(handle.clone(), page));
        match unread {
            Some(until) => self.mark_read(&handle, until).await,
            None => Ok(()),
        }
    }

    /// Marks the conversation as read up to this time.
    ///
    /// # Errors
    /// The request failed.
    pub(crate) async fn mark_read(&self, handle: &str, until: Timestamp) -> ApiResult<()> {
        let left = api::messages::mark_read(handle, until).await?;
        self.messages
            .dispatch(MessagesAction::Read(handle.to_owned()));
        let count = left.unread_conversations_count;
        self.session
            .dispatch(SessionAction::UnreadConversations(count));
        Ok(())
    }
}

/// Returns the time of the newest message, if the conversation is unread.
fn unread_until(
    groups: &MessagePage<MessageGroup>,
    page: &MessagePage<Message>,
    handle: &str,
) -> Option<Timestamp> {
    let is_unread = |it: &MessageGroup| it.unread && same_handle(&it.handle, handle);
    let newest = page.items.iter().filter_map(|message| message.created_at);
    newest.max().filter(|_| groups.items.iter().any(is_unread))
}
