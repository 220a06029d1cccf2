//! The state of loading the next page of a feed.

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Extension {
    #[default]
    Idle,
    Loading,
    /// The page does not load it again by itself.
    Failed,
}
