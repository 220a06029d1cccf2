//! The signed-in user.

use std::rc::Rc;

use api_types::Me;
use yew::Reducible;

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Session {
    pub(crate) auth: AuthState,
    /// Incremented by each sign-in and sign-out. Data loaded in an earlier generation contains another user's likes.
    pub(crate) generation: u32,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum AuthState {
    /// The response to the first request is pending.
    #[default]
    Unknown,
    SignedOut,
    SignedIn(Rc<Me>),
    /// The back end has no accounts, or the request failed. Every action is allowed; the back end decides.
    Unsupported,
}

#[derive(Clone, Debug)]
pub(crate) enum SessionAction {
    /// The response to the first request arrived.
    Loaded(AuthState),
    SignedIn(Me),
    SignedOut,
    /// The user changed the display name.
    Renamed(String),
    /// The user opened the notifications.
    NotificationsRead,
    /// The number of unread conversations changed.
    UnreadConversations(u32),
    /// The back end no longer accepts the session.
    Expired,
}

impl Session {
    /// Returns the signed-in user.
    pub(crate) fn user(&self) -> Option<&Rc<Me>> {
        match &self.auth {
            AuthState::SignedIn(me) => Some(me),
            AuthState::Unknown | AuthState::SignedOut | AuthState::Unsupported => None,
        }
    }

    pub(crate) fn is_known(&self) -> bool {
        self.auth != AuthState::Unknown
    }

    pub(crate) fn is_signed_out(&self) -> bool {
        self.auth == AuthState::SignedOut
    }

    /// Returns whether this is the signed-in user's handle.
    pub(crate) fn owns(&self, handle: &str) -> bool {
        self.user().is_some_and(|me| me.handle == handle)
    }
}

impl AuthState {
    fn with_name(mut self, display_name: String) -> Self {
        if let Self::SignedIn(me) = &mut self {
            Rc::make_mut(me).display_name = display_name;
        }
        self
    }

    fn with_notifications_read(mut self) -> Self {
        if let Self::SignedIn(me) = &mut self {
            Rc::make_mut(me).unread_notifications_count = 0;
        }
        self
    }

    fn with_unread_conversations(mut self, count: u32) -> Self {
        if let Self::SignedIn(me) = &mut self {
            Rc::make_mut(me).unread_conversations_count = count;
        }
        self
    }
}

impl Reducible for Session {
    type Action = SessionAction;

    fn reduce(self: Rc<Self>, action: SessionAction) -> Rc<Self> {
        let generation = self.generation;
        Rc::new(match action {
            SessionAction::Loaded(auth) => Self { auth, generation },
            SessionAction::SignedIn(me) => Self {
                auth: AuthState::SignedIn(Rc::new(me)),
                generation: generation + 1,
            },
            SessionAction::SignedOut => Self {
                auth: AuthState::SignedOut,
                generation: generation + 1,
            },
            SessionAction::Renamed(display_name) => Self {
                auth: self.auth.clone().with_name(display_name),
                generation,
            },
            SessionAction::NotificationsRead => Self {
                auth: self.auth.clone().with_notifications_read(),
                generation,
            },
            SessionAction::UnreadConversations(count) => Self {
                auth: self.auth.clone().with_unread_conversations(count),
                generation,
            },
            SessionAction::Expired => Self {
                auth: AuthState::SignedOut,
                generation,
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
            unread_conversations_count: 0,
        }
    }

    fn loaded(me: Me) -> Rc<Session> {
        let auth = AuthState::SignedIn(Rc::new(me));
        Rc::new(Session::default()).reduce(SessionAction::Loaded(auth))
    }

    #[test]
    fn only_sign_in_and_sign_out_start_a_new_generation() {
        let session = loaded(worf());
        assert_eq!(session.generation, 0);
        assert!(session.owns("worf") && !session.owns("garek"));
        let session = session.reduce(SessionAction::SignedOut);
        assert_eq!((session.generation, session.is_signed_out()), (1, true));
        let session = session.reduce(SessionAction::SignedIn(worf()));
        assert_eq!((session.generation, session.owns("worf")), (2, true));
        assert_eq!(session.reduce(SessionAction::Expired).generation, 2);
    }

    #[test]
    fn renaming_changes_the_display_name_only() {
        let session = loaded(worf()).reduce(SessionAction::Renamed("Mr. Worf".to_owned()));
        assert_eq!(session.user().unwrap().display_name, "Mr. Worf");
        assert_eq!(session.generation, 0);
        let signed_out = session.reduce(SessionAction::SignedOut);
        let renamed = signed_out.reduce(SessionAction::Renamed("Q".to_owned()));
        assert!(renamed.is_signed_out());
    }

    #[test]
    fn reading_notifications_clears_the_unread_count() {
        let me = Me {
            unread_notifications_count: 3,
            ..worf()
        };
        let session = loaded(me).reduce(SessionAction::NotificationsRead);
        assert_eq!(session.user().unwrap().unread_notifications_count, 0);
    }
}
