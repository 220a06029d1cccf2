//! The level of a crud's heading.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HeadingLevel {
    /// Below the heading of the page or the dialog.
    Crud,
    /// Below the heading of the crud that it replies to.
    Reply,
}

impl HeadingLevel {
    pub(super) const fn tag(self) -> &'static str {
        match self {
            Self::Crud => "h2",
            Self::Reply => "h3",
        }
    }
}
