//! What the user wrote and has not sent yet. It outlives the dialog it was written in.

use std::collections::HashMap;
use std::rc::Rc;

use yew::Reducible;

/// Draft texts by the uuid they reply to; the composer's own is under the empty one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Drafts(HashMap<String, String>);

#[derive(Clone, Debug, Default)]
pub(crate) struct Written {
    pub(crate) reply_to: String,
    pub(crate) text: String,
}

impl Drafts {
    pub(crate) fn text(&self, reply_to: &str) -> &str {
        self.0.get(reply_to).map_or("", String::as_str)
    }
}

impl Reducible for Drafts {
    type Action = Written;

    fn reduce(mut self: Rc<Self>, Written { reply_to, text }: Written) -> Rc<Self> {
        let drafts = Rc::make_mut(&mut self);
        if text.is_empty() {
            drafts.0.remove(&reply_to);
        } else {
            drafts.0.insert(reply_to, text);
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(drafts: Rc<Drafts>, reply_to: &str, text: &str) -> Rc<Drafts> {
        drafts.reduce(Written {
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
}
