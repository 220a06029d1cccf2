//! What the user wrote and has not sent yet. It outlives the dialog it was written in.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::rc::Rc;

use yew::Reducible;

/// Draft texts by the uuid they reply to; the composer's own is under the empty one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Drafts {
    texts: HashMap<String, String>,
    /// How many were sent, by the same uuids.
    sent: HashMap<String, u32>,
}

#[derive(Clone, Debug)]
pub(crate) enum DraftAction {
    Written {
        reply_to: String,
        text: String,
    },
    /// The server has this text.
    Sent {
        reply_to: String,
        text: String,
    },
}

impl Drafts {
    pub(crate) fn text(&self, reply_to: &str) -> &str {
        self.texts.get(reply_to).map_or("", String::as_str)
    }

    /// Names the draft as it stands, with its lifetime: the same for every attempt to send it, also
    /// when it was changed and changed back, and another once it was sent.
    pub(crate) fn key(&self, reply_to: &str, ttl: &str) -> String {
        let mut hasher = DefaultHasher::new();
        (reply_to, ttl, self.text(reply_to)).hash(&mut hasher);
        let sent = self.sent.get(reply_to).copied().unwrap_or_default();
        format!("{sent}-{:016x}", hasher.finish())
    }

    fn write(&mut self, reply_to: String, text: String) {
        if text.is_empty() {
            self.texts.remove(&reply_to);
        } else {
            self.texts.insert(reply_to, text);
        }
    }

    /// What was written while the text was on its way stays.
    fn send(&mut self, reply_to: String, text: &str) {
        if self.text(&reply_to) == text {
            self.texts.remove(&reply_to);
        }
        *self.sent.entry(reply_to).or_default() += 1;
    }
}

impl Reducible for Drafts {
    type Action = DraftAction;

    fn reduce(mut self: Rc<Self>, action: DraftAction) -> Rc<Self> {
        let drafts = Rc::make_mut(&mut self);
        match action {
            DraftAction::Written { reply_to, text } => drafts.write(reply_to, text),
            DraftAction::Sent { reply_to, text } => drafts.send(reply_to, &text),
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(drafts: Rc<Drafts>, reply_to: &str, text: &str) -> Rc<Drafts> {
        drafts.reduce(DraftAction::Written {
            reply_to: reply_to.to_owned(),
            text: text.to_owned(),
        })
    }

    fn send(drafts: Rc<Drafts>, reply_to: &str, text: &str) -> Rc<Drafts> {
        drafts.reduce(DraftAction::Sent {
            reply_to: reply_to.to_owned(),
            text: text.to_owned(),
        })
    }

    #[test]
    fn each_crud_keeps_its_own_draft_until_it_is_emptied() {
        let drafts = write(Rc::default(), "", "a crud");
        let drafts = write(drafts, "c0ffee", "a reply");
        assert_eq!(
            (drafts.text(""), drafts.text("c0ffee")),
            ("a crud", "a reply")
        );
        let drafts = write(drafts, "c0ffee", "");
        assert_eq!((drafts.text(""), drafts.text("c0ffee")), ("a crud", ""));
    }

    #[test]
    fn a_draft_keeps_its_key_until_it_was_sent() {
        let drafts = write(Rc::default(), "", "hello");
        let key = drafts.key("", "7-days");
        assert_ne!(drafts.key("", "1-day"), key);
        let drafts = write(write(drafts, "", "hello!"), "c0ffee", "a reply");
        assert_ne!(drafts.key("", "7-days"), key);
        let drafts = write(send(drafts, "c0ffee", "a reply"), "", "hello");
        assert_eq!(drafts.key("", "7-days"), key);
        let drafts = write(send(drafts, "", "hello"), "", "hello");
        assert_ne!(drafts.key("", "7-days"), key);
    }

    #[test]
    fn drafts_of_two_replies_have_two_keys() {
        let drafts = write(write(Rc::default(), "a", "yes"), "b", "yes");
        assert_ne!(drafts.key("a", ""), drafts.key("b", ""));
    }

    #[test]
    fn what_was_written_while_the_text_was_on_its_way_stays() {
        let drafts = send(write(Rc::default(), "", "hello, world"), "", "hello");
        assert_eq!(drafts.text(""), "hello, world");
        assert_eq!(send(drafts, "", "hello, world").text(""), "");
    }
}
