//! Unsent texts. A draft survives the dialog it was written in, and a reload.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::rc::Rc;

use api_types::Ttl;
use yew::Reducible;

use crate::api::idempotency::random_id;

/// A draft as it is stored: the UUID of the crud it replies to, its text, its id and its time to live.
pub(crate) type StoredDraft = [String; 4];

/// Drafts by the UUID of the crud they reply to. The empty string is the draft of a new crud.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Drafts {
    /// The handle of the account that writes, once it is known.
    owner: Option<String>,
    by_parent: HashMap<String, Draft>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Draft {
    text: String,
    /// Random, and the same until the draft is sent.
    id: String,
    /// The time to live that the user chose; empty if the user chose none.
    ttl: String,
}

#[derive(Clone, Debug)]
pub(crate) enum DraftAction {
    /// The user changed the text. A new draft gets this id.
    Edited {
        reply_to: String,
        text: String,
        new_id: String,
    },
    /// The user chose how long the crud lives. A new draft gets this id.
    TtlChosen { ttl: String, new_id: String },
    /// This account writes, and these drafts of it were stored before a reload. Another account's
    /// drafts are removed.
    Owned {
        owner: String,
        stored: Vec<StoredDraft>,
    },
    /// The user signed out: the next user must not see the drafts.
    SignedOut,
    /// The server accepted this text.
    Sent { reply_to: String, text: String },
}

impl DraftAction {
    /// The user changed the text.
    pub(crate) fn edited(reply_to: String, text: String) -> Self {
        Self::Edited {
            reply_to,
            text,
            new_id: random_id(),
        }
    }

    /// The user chose how long the crud lives.
    pub(crate) fn ttl_chosen(ttl: String) -> Self {
        let new_id = random_id();
        Self::TtlChosen { ttl, new_id }
    }
}

impl Drafts {
    pub(crate) fn text(&self, reply_to: &str) -> &str {
        self.by_parent
            .get(reply_to)
            .map_or("", |draft| draft.text.as_str())
    }

    /// Returns how long the new crud lives, as a value of the API's `ttl` field.
    pub(crate) fn ttl(&self) -> &str {
        let chosen = self.by_parent.get("").map(|draft| draft.ttl.as_str());
        let chosen = chosen.filter(|ttl| !ttl.is_empty());
        chosen.unwrap_or(Ttl::default().as_str())
    }

    /// Returns the drafts of an account, to store them. Before the account is known, there is nothing
    /// to store.
    pub(crate) fn to_store(&self) -> Option<(String, Vec<StoredDraft>)> {
        let stored = self.by_parent.iter().map(|(reply_to, draft)| {
            let Draft { text, id, ttl } = draft.clone();
            [reply_to.clone(), text, id, ttl]
        });
        let mut stored: Vec<_> = stored.collect();
        stored.sort_unstable();
        self.owner.clone().map(|owner| (owner, stored))
    }

    /// Removes the drafts of another account, and adds stored drafts, unless the user has already
    /// written another text.
    fn set_owner(&mut self, owner: String, stored: Vec<StoredDraft>) {
        if self.owner.as_ref().is_some_and(|former| *former != owner) {
            self.by_parent.clear();
        }
        self.owner = Some(owner);
        for [reply_to, text, id, ttl] in stored {
            let draft = Draft { text, id, ttl };
            self.by_parent.entry(reply_to).or_insert(draft);
        }
    }

    /// Returns the idempotency key of the draft.
    ///
    /// It depends on the text and its time to live, so every attempt to send the same text has the same
    /// key, also after a reload. The next draft has another one.
    pub(crate) fn key(&self, reply_to: &str) -> String {
        let draft = self.by_parent.get(reply_to).cloned().unwrap_or_default();
        let mut hasher = DefaultHasher::new();
        (reply_to, draft.ttl, draft.text).hash(&mut hasher);
        format!("{}-{:016x}", draft.id, hasher.finish())
    }

    fn edit(&mut self, reply_to: String, text: String, new_id: String) {
        self.change(reply_to, new_id, |draft| draft.text = text);
    }

    /// Changes a draft, and removes it if nothing is left of it.
    fn change(&mut self, reply_to: String, new_id: String, change: impl FnOnce(&mut Draft)) {
        let mut draft = self.by_parent.remove(&reply_to).unwrap_or_else(|| Draft {
            id: new_id,
            ..Draft::default()
        });
        change(&mut draft);
        if !draft.text.is_empty() || !draft.ttl.is_empty() {
            self.by_parent.insert(reply_to, draft);
        }
    }

    /// Removes the draft. If the user changed it while the request was pending, it is a new one.
    fn mark_sent(&mut self, reply_to: String, text: &str) {
        if self.text(&reply_to) == text {
            self.by_parent.remove(&reply_to);
        } else if let Some(draft) = self.by_parent.get_mut(&reply_to) {
            draft.id.push('0');
        }
    }
}

impl Reducible for Drafts {
    type Action = DraftAction;

    fn reduce(mut self: Rc<Self>, action: DraftAction) -> Rc<Self> {
        let drafts = Rc::make_mut(&mut self);
        match action {
            DraftAction::Edited {
                reply_to,
                text,
                new_id,
            } => drafts.edit(reply_to, text, new_id),
            DraftAction::TtlChosen { ttl, new_id } => {
                drafts.change(String::new(), new_id, |draft| draft.ttl = ttl);
            }
            DraftAction::Owned { owner, stored } => drafts.set_owner(owner, stored),
            DraftAction::SignedOut => *drafts = Self::default(),
            DraftAction::Sent { reply_to, text } => drafts.mark_sent(reply_to, &text),
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(drafts: Rc<Drafts>, reply_to: &str, text: &str) -> Rc<Drafts> {
        write_with_id(drafts, reply_to, text, "id")
    }

    fn write_with_id(drafts: Rc<Drafts>, reply_to: &str, text: &str, new_id: &str) -> Rc<Drafts> {
        drafts.reduce(DraftAction::Edited {
            reply_to: reply_to.to_owned(),
            text: text.to_owned(),
            new_id: new_id.to_owned(),
        })
    }

    fn own(drafts: Rc<Drafts>, owner: &str, stored: Vec<StoredDraft>) -> Rc<Drafts> {
        drafts.reduce(DraftAction::Owned {
            owner: owner.to_owned(),
            stored,
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
        let drafts = write_with_id(Rc::default(), "", "hello", "1");
        let key = drafts.key("");
        let drafts = write_with_id(drafts, "", "hello!", "2");
        assert_ne!(drafts.key(""), key);
        let drafts = write_with_id(drafts, "c0ffee", "a reply", "3");
        let drafts = write_with_id(send(drafts, "c0ffee", "a reply"), "", "hello", "4");
        assert_eq!(drafts.key(""), key);
        let drafts = write_with_id(send(drafts, "", "hello"), "", "hello", "5");
        assert_ne!(drafts.key(""), key);
    }

    #[test]
    fn stored_drafts_are_restored_with_their_keys_but_replace_no_newer_text() {
        let drafts = write(write(Rc::default(), "", "a crud"), "c0ffee", "a reply");
        let drafts = own(drafts, "worf", Vec::new());
        let (owner, stored) = drafts.to_store().unwrap();
        let newer = write_with_id(Rc::default(), "", "newer", "2");
        let restored = own(newer, &owner, stored);
        assert_eq!(
            (restored.text(""), restored.text("c0ffee")),
            ("newer", "a reply")
        );
        assert_eq!(restored.key("c0ffee"), drafts.key("c0ffee"));
        assert_ne!(restored.key(""), drafts.key(""));
    }

    fn choose_ttl(drafts: Rc<Drafts>, ttl: &str) -> Rc<Drafts> {
        drafts.reduce(DraftAction::TtlChosen {
            ttl: ttl.to_owned(),
            new_id: "id".to_owned(),
        })
    }

    #[test]
    fn time_to_live_and_the_key_that_depends_on_it_are_restored() {
        let default = write(Rc::default(), "", "a crud");
        assert_eq!(default.ttl(), "7-days");
        let chosen = choose_ttl(own(default.clone(), "worf", Vec::new()), "1-day");
        assert_ne!(chosen.key(""), default.key(""));
        let (owner, stored) = chosen.to_store().unwrap();
        let restored = own(Rc::default(), &owner, stored);
        assert_eq!((restored.text(""), restored.ttl()), ("a crud", "1-day"));
        assert_eq!(restored.key(""), chosen.key(""));
    }

    #[test]
    fn time_to_live_may_be_chosen_before_the_text_and_is_not_that_of_the_next_crud() {
        let drafts = write(choose_ttl(Rc::default(), "1-day"), "", "a crud");
        assert_eq!((drafts.text(""), drafts.ttl()), ("a crud", "1-day"));
        assert_eq!(write(drafts.clone(), "", "").ttl(), "1-day");
        assert_eq!(send(drafts, "", "a crud").ttl(), "7-days");
    }

    #[test]
    fn next_user_does_not_see_the_drafts() {
        let drafts = write(own(Rc::default(), "worf", Vec::new()), "", "a secret");
        assert_eq!(own(drafts.clone(), "worf", Vec::new()).text(""), "a secret");
        assert_eq!(own(drafts.clone(), "londo", Vec::new()).text(""), "");
        let signed_out = drafts.reduce(DraftAction::SignedOut);
        assert_eq!((signed_out.text(""), signed_out.to_store()), ("", None));
    }

    #[test]
    fn same_text_for_two_replies_has_two_keys() {
        let drafts = write(write(Rc::default(), "a", "yes"), "b", "yes");
        assert_ne!(drafts.key("a"), drafts.key("b"));
    }

    #[test]
    fn text_edited_while_sending_is_not_removed() {
        let drafts = send(write(Rc::default(), "", "hello, world"), "", "hello");
        assert_eq!(drafts.text(""), "hello, world");
        assert_ne!(
            drafts.key(""),
            write(Rc::default(), "", "hello, world").key("")
        );
        assert_eq!(send(drafts, "", "hello, world").text(""), "");
    }
}
