//! The source of a feed.

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    Home,
    Notifications,
    /// The cruds of the user with this handle.
    User(String),
    /// One crud with its replies, by UUID.
    Status(String),
    /// The results of a search for this term.
    Search(String),
}

impl Source {
    /// Returns whether the feed includes a new crud by this user.
    pub(crate) fn includes_posts_by(&self, handle: &str) -> bool {
        match self {
            Self::Home => true,
            Self::User(user) => user == handle,
            Self::Notifications | Self::Status(_) | Self::Search(_) => false,
        }
    }
}
