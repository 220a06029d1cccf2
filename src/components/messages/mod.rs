//! Direct messages: the list of conversations, and one conversation.

mod announcer;
mod conversation;
mod groups;
mod message_form;

pub(crate) use announcer::Announcer;
pub(crate) use conversation::ConversationPane;
pub(crate) use groups::GroupList;
