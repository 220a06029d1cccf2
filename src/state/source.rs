//! Where a feed's cruds come from.

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    Home,
    Notifications,
    /// The cruds of a handle.
    User(String),
    /// One crud with its replies, by uuid.
    Status(String),
    Search(String),
}

impl Source {
    /// Whether a crud that this handle just sent belongs into the feed.
    pub(crate) fn takes_from(&self, handle: &str) -> bool {
        match self {
            Self::Home => true,
            Self::User(user) => user == handle,
            Self::Notifications | Self::Status(_) | Self::Search(_) => false,
        }
    }
}
