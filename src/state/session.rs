//! Who is using the page.

use std::rc::Rc;

use api_types::Me;
use yew::Reducible;

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Session {
    pub(crate) who: Who,
    /// Counts sign-ins and sign-outs: what was loaded under another number shows another user's likes.
    pub(crate) turn: u32,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum Who {
    /// Not answered yet.
    #[default]
    Unknown,
    Visitor,
    Member(Rc<Me>),
    /// The back end has no accounts, or did not say: it decides about each request by itself.
    Anyone,
}

#[derive(Clone, Debug)]
pub(crate) enum SessionAction {
    /// The answer to the page's first question.
    Found(Who),
    SignedIn(Me),
    SignedOut,
    /// The user looked at the notifications.
    Seen,
    /// The back end no longer knows the session.
    Expired,
}

impl Session {
    pub(crate) fn member(&self) -> Option<&Rc<Me>> {
        match &self.who {
            Who::Member(me) => Some(me),
            Who::Unknown | Who::Visitor | Who::Anyone => None,
        }
    }

    pub(crate) fn is_known(&self) -> bool {
        self.who != Who::Unknown
    }

    pub(crate) fn is_visitor(&self) -> bool {
        self.who == Who::Visitor
    }

    /// Whether this is the signed-in user's handle.
    pub(crate) fn owns(&self, handle: &str) -> bool {
        self.member().is_some_and(|me| me.handle == handle)
    }
}

impl Who {
    fn seen(mut self) -> Self {
        if let Self::Member(me) = &mut self {
            Rc::make_mut(me).unread_notifications_count = 0;
        }
        self
    }
}

impl Reducible for Session {
    type Action = SessionAction;

    fn reduce(self: Rc<Self>, action: SessionAction) -> Rc<Self> {
        let turn = self.turn;
        Rc::new(match action {
            SessionAction::Found(who) => Self { who, turn },
            SessionAction::SignedIn(me) => Self {
                who: Who::Member(Rc::new(me)),
                turn: turn + 1,
            },
            SessionAction::SignedOut => Self {
                who: Who::Visitor,
                turn: turn + 1,
            },
            SessionAction::Seen => Self {
                who: self.who.clone().seen(),
                turn,
            },
            SessionAction::Expired => Self {
                who: Who::Visitor,
                turn,
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn worf() -> Me {
        Me {
            handle: "worf".to_owned(),
            display_name: "Worf".to_owned(),
            unread_notifications_count: 0,
        }
    }

    #[test]
    fn only_signing_in_and_out_ask_for_a_reload() {
        let found =
            Rc::new(Session::default()).reduce(SessionAction::Found(Who::Member(Rc::new(worf()))));
        assert_eq!(found.turn, 0);
        assert!(found.owns("worf") && !found.owns("garek"));
        let out = found.reduce(SessionAction::SignedOut);
        assert_eq!((out.turn, out.is_visitor()), (1, true));
        let back = out.reduce(SessionAction::SignedIn(worf()));
        assert_eq!((back.turn, back.owns("worf")), (2, true));
        assert_eq!(back.reduce(SessionAction::Expired).turn, 2);
    }

    #[test]
    fn looking_at_notifications_leaves_none_unread() {
        let me = Me {
            unread_notifications_count: 3,
            ..worf()
        };
        let seen = Rc::new(Session::default())
            .reduce(SessionAction::Found(Who::Member(Rc::new(me))))
            .reduce(SessionAction::Seen);
        assert_eq!(seen.member().unwrap().unread_notifications_count, 0);
    }
}
