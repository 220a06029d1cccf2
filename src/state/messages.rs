//! The conversations of the signed-in user, and the one that the page shows.

use std::cmp::Reverse;
use std::rc::Rc;

use api_types::{Message, MessageGroup, Timestamp};
use yew::Reducible;

use super::feed::LoadStatus;
use crate::api::{ApiError, MessagePage};

/// All conversations, and the shown one.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Messages {
    pub(crate) status: LoadStatus,
    /// The conversations, the one with the newest message first.
    pub(crate) groups: Vec<Rc<MessageGroup>>,
    /// The URL of the next page of conversations.
    pub(crate) next: Option<String>,
    shown: Option<Conversation>,
    pub(crate) announcement: Announcement,
    /// The generation of the session that the messages belong to.
    generation: u32,
}

/// What screen readers say about the last message received.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Announcement {
    /// Different for each message: a repeated text is said again.
    pub(crate) number: u32,
    pub(crate) text: String,
}

/// The conversation with one user.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Conversation {
    handle: String,
    pub(crate) status: LoadStatus,
    /// The messages, oldest first.
    pub(crate) messages: Vec<Rc<Message>>,
    /// The URL of the page with older messages.
    pub(crate) next: Option<String>,
}

#[derive(Clone, Debug)]
pub(crate) enum MessagesAction {
    /// The session has this generation: a new one is another user's.
    Reset(u32),
    GroupsReceived(Result<MessagePage<MessageGroup>, ApiError>),
    GroupsExtended(MessagePage<MessageGroup>),
    /// The page shows the conversation with this user.
    Opened(String),
    /// The page shows no conversation any more.
    Closed,
    Received(String, Result<MessagePage<Message>, ApiError>),
    /// A page of older messages arrived.
    Extended(String, MessagePage<Message>),
    /// The user sent a message to `conversation`.
    Sent {
        conversation: String,
        message: Message,
    },
    /// A live update: a message of the other user, or one that the user sent from another page.
    Arrived {
        conversation: String,
        message: Message,
        is_own: bool,
    },
    /// The messages of this user are read.
    Read(String),
}

impl Messages {
    /// Returns the conversation with this user, if the page shows it.
    pub(crate) fn conversation(&self, handle: &str) -> Option<&Conversation> {
        self.shown
            .as_ref()
            .filter(|shown| same_handle(&shown.handle, handle))
    }

    /// Returns the name of this user, if a conversation or a message has it.
    pub(crate) fn name_of(&self, handle: &str) -> Option<&str> {
        let group = self
            .groups
            .iter()
            .find(|it| same_handle(&it.handle, handle));
        let of_message = || {
            let messages = &self.conversation(handle)?.messages;
            let message = messages.iter().find(|it| same_handle(&it.handle, handle));
            message.map(|message| message.name())
        };
        group.map(|group| group.name()).or_else(of_message)
    }

    /// Returns whether the newest loaded message is older than `newest`. Before the conversations are
    /// loaded, nothing can be missing.
    pub(crate) fn is_older_than(&self, newest: Option<Timestamp>) -> bool {
        let shown = self.groups.first().and_then(|group| group.created_at);
        self.is_loaded() && shown < newest
    }

    /// Returns whether the conversations are loaded.
    pub(crate) fn is_loaded(&self) -> bool {
        self.status == LoadStatus::Ready
    }

    /// Returns whether the list has the conversation with this user.
    pub(crate) fn lists(&self, handle: &str) -> bool {
        self.groups.iter().any(|it| same_handle(&it.handle, handle))
    }

    /// Returns the user of the shown conversation.
    pub(crate) fn shown_handle(&self) -> Option<String> {
        self.shown.as_ref().map(|shown| shown.handle.clone())
    }

    fn reset(&mut self, generation: u32) {
        if self.generation != generation {
            *self = Self {
                generation,
                ..Self::default()
            };
        }
    }

    fn shown_mut(&mut self, handle: &str) -> Option<&mut Conversation> {
        self.shown
            .as_mut()
            .filter(|shown| same_handle(&shown.handle, handle))
    }

    fn receive_groups(&mut self, result: Result<MessagePage<MessageGroup>, ApiError>) {
        match result {
            Ok(page) => self.replace_groups(page),
            // Keeps what is shown.
            Err(_) if !self.groups.is_empty() => {}
            Err(error) => self.status = LoadStatus::Failed(error),
        }
    }

    /// Replaces the conversations by a page, except for those whose last message came, or was read, after the back
    /// end had read the page.
    fn replace_groups(&mut self, page: MessagePage<MessageGroup>) {
        let mut listed: Vec<_> = page.items.into_iter().map(Rc::new).collect();
        let newest = listed.first().and_then(|group| group.created_at);
        for shown in std::mem::take(&mut self.groups) {
            match listed.iter_mut().find(|group| group.uuid == shown.uuid) {
                Some(group) if group.created_at < shown.created_at => *group = shown,
                Some(group) if group.created_at == shown.created_at && !shown.unread => {
                    Rc::make_mut(group).unread = false;
                }
                None if newest < shown.created_at => listed.push(shown),
                _ => {}
            }
        }
        // Stable, so the back end's order remains where the times are equal.
        listed.sort_by_key(|group| Reverse(group.created_at));
        self.groups = listed;
        self.next = page.next;
        self.status = LoadStatus::Ready;
    }

    /// Appends a page without the conversations that are already shown: a new message moves one to
    /// the top.
    fn extend_groups(&mut self, page: MessagePage<MessageGroup>) {
        for group in page.items {
            if self.groups.iter().all(|shown| shown.uuid != group.uuid) {
                self.groups.push(Rc::new(group));
            }
        }
        self.next = page.next;
    }

    fn open(&mut self, handle: String) {
        if self.conversation(&handle).is_none() {
            self.shown = Some(Conversation {
                handle,
                ..Conversation::default()
            });
        }
    }

    fn receive(&mut self, handle: &str, result: Result<MessagePage<Message>, ApiError>) {
        let Some(shown) = self.shown_mut(handle) else {
            return;
        };
        match result {
            Ok(page) => {
                // A message that arrived in the meantime stays; older pages may have a gap.
                let overlaps = shown.add(page.items);
                if !overlaps || shown.status != LoadStatus::Ready {
                    shown.next = page.next;
                }
                shown.status = LoadStatus::Ready;
            }
            Err(_) if shown.status == LoadStatus::Ready => {}
            Err(error) => shown.status = LoadStatus::Failed(error),
        }
    }

    /// Adds a message to its conversation, and moves the conversation to the top of the list. The list
    /// of a new conversation is loaded: the other user's name is not known here.
    fn add(&mut self, conversation: &str, message: Message, is_own: bool) {
        let index = self
            .groups
            .iter()
            .position(|it| same_handle(&it.handle, conversation));
        if let Some(index) = index {
            self.update_group(index, &message, is_own);
        }
        if let Some(shown) = self.shown_mut(conversation) {
            shown.add(vec![message]);
        }
    }

    fn announce(&mut self, conversation: &str, message: &Message) {
        self.announcement.number += 1;
        self.announcement.text = match self.conversation(conversation) {
            Some(_) => format!("{}: {}", message.name(), message.message),
            None => format!("New message from {}", message.name()),
        };
    }

    fn update_group(&mut self, index: usize, message: &Message, is_own: bool) {
        if self.groups[index].created_at > message.created_at {
            return;
        }
        let mut group = self.groups.remove(index);
        let changed = Rc::make_mut(&mut group);
        changed.message.clone_from(&message.message);
        changed.created_at = message.created_at;
        changed.unread = !is_own;
        self.groups.insert(0, group);
    }

    fn set_read(&mut self, handle: &str) {
        let group = self
            .groups
            .iter_mut()
            .find(|it| same_handle(&it.handle, handle));
        if let Some(group) = group {
            Rc::make_mut(group).unread = false;
        }
    }
}

impl Conversation {
    /// Adds messages that are not shown yet, in the order of time, and returns whether some are shown
    /// already.
    fn add(&mut self, messages: Vec<Message>) -> bool {
        let count = messages.len();
        let is_new = |message: &Message| self.messages.iter().all(|it| it.uuid != message.uuid);
        let new: Vec<_> = messages.into_iter().filter(is_new).map(Rc::new).collect();
        let overlaps = new.len() < count;
        if !new.is_empty() {
            self.messages.extend(new);
            self.messages
                .sort_by(|a, b| (a.created_at, &a.uuid).cmp(&(b.created_at, &b.uuid)));
        }
        overlaps
    }
}

/// Compares handles as the back end does.
pub(crate) fn same_handle(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
}

impl Reducible for Messages {
    type Action = MessagesAction;

    fn reduce(mut self: Rc<Self>, action: MessagesAction) -> Rc<Self> {
        let state = Rc::make_mut(&mut self);
        match action {
            MessagesAction::Reset(generation) => state.reset(generation),
            MessagesAction::GroupsReceived(result) => state.receive_groups(result),
            MessagesAction::GroupsExtended(page) => state.extend_groups(page),
            MessagesAction::Opened(handle) => state.open(handle),
            MessagesAction::Closed => state.shown = None,
            MessagesAction::Received(handle, result) => state.receive(&handle, result),
            MessagesAction::Extended(handle, page) => {
                if let Some(shown) = state.shown_mut(&handle) {
                    shown.next = page.next;
                    shown.add(page.items);
                }
            }
            MessagesAction::Sent {
                conversation,
                message,
            } => state.add(&conversation, message, true),
            MessagesAction::Arrived {
                conversation,
                message,
                is_own,
            } => {
                if !is_own {
                    state.announce(&conversation, &message);
                }
                state.add(&conversation, message, is_own);
            }
            MessagesAction::Read(handle) => state.set_read(&handle),
        }
        self
    }
}

#[cfg(test)]
mod tests;
