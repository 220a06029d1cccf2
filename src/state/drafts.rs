//! Unsent texts. A draft survives the dialog it was written in.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::rc::Rc;

use yew::Reducible;

/// Drafts by the UUID of the crud they reply to. The empty string is the draft of a new crud.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Drafts {
    texts: HashMap<String, String>,
    /// The number of sent drafts, by the same keys.
    sent_counts: HashMap<String, u32>,
}

#[derive(Clone, Debug)]
pub(crate) enum DraftAction {
    /// The user changed the text.
    Edited { reply_to: String, text: String },
    /// The page was reloaded. These drafts were stored, each with its key.
    Restored(Vec<(String, String)>),
    /// The server accepted this text.
    Sent { reply_to: String, text: String },
}

impl Drafts {
    pub(crate) fn text(&self, reply_to: &str) -> &str {
        self.texts.get(reply_to).map_or("", String::as_str)
    }

    /// Returns the drafts with their keys, to store them.
    pub(crate) fn entries(&self) -> Vec<(String, String)> {
        self.texts.clone().into_iter().collect()
    }

    /// Adds stored drafts, unless the user has already written another text.
    fn restore(&mut self, stored: Vec<(String, String)>) {
        for (reply_to, text) in stored {
            self.texts.entry(reply_to).or_insert(text);
        }
    }

    /// Returns the idempotency key of the draft.
    ///
    /// It depends on the text and its time to live, so every attempt to send the same text has the same key.
    /// Sending the draft changes it.
    pub(crate) fn key(&self, reply_to: &str, ttl: &str) -> String {
        let mut hasher = DefaultHasher::new();
        (reply_to, ttl, self.text(reply_to)).hash(&mut hasher);
        let sent = self.sent_counts.get(reply_to).copied().unwrap_or_default();
        format!("{sent}-{:016x}", hasher.finish())
    }

    fn edit(&mut self, reply_to: String, text: String) {
        if text.is_empty() {
            self.texts.remove(&reply_to);
        } else {
            self.texts.insert(reply_to, text);
        }
    }

    /// Removes the draft, unless the user changed it while the request was pending.
    fn mark_sent(&mut self, reply_to: String, text: &str) {
        if self.text(&reply_to) == text {
            self.texts.remove(&reply_to);
        }
        *self.sent_counts.entry(reply_to).or_default() += 1;
    }
}

impl Reducible for Drafts {
    type Action = DraftAction;

    fn reduce(mut self: Rc<Self>, action: DraftAction) -> Rc<Self> {
        let drafts = Rc::make_mut(&mut self);
        match action {
            DraftAction::Edited { reply_to, text } => drafts.edit(reply_to, text),
            DraftAction::Restored(stored) => drafts.restore(stored),
            DraftAction::Sent { reply_to, text } => drafts.mark_sent(reply_to, &text),
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(drafts: Rc<Drafts>, reply_to: &str, text: &str) -> Rc<Drafts> {
        drafts.reduce(DraftAction::Edited {
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
    fn drafts_are_separate_and_an_empty_text_removes_one() {
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
    fn key_of_a_draft_changes_with_its_text_and_when_sent() {
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
    fn stored_drafts_are_restored_but_replace_no_newer_text() {
        let drafts = write(write(Rc::default(), "", "a crud"), "c0ffee", "a reply");
        let stored = drafts.entries();
        let newer = write(Rc::default(), "", "newer");
        let drafts = newer.reduce(DraftAction::Restored(stored));
        assert_eq!(
            (drafts.text(""), drafts.text("c0ffee")),
            ("newer", "a reply")
        );
    }

    #[test]
    fn same_text_for_two_replies_has_two_keys() {
        let drafts = write(write(Rc::default(), "a", "yes"), "b", "yes");
        assert_ne!(drafts.key("a", ""), drafts.key("b", ""));
    }

    #[test]
    fn text_edited_while_sending_is_not_removed() {
        let drafts = send(write(Rc::default(), "", "hello, world"), "", "hello");
        assert_eq!(drafts.text(""), "hello, world");
        assert_eq!(send(drafts, "", "hello, world").text(""), "");
    }
}
