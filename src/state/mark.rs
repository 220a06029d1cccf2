//! The two marks a user can leave on a crud, and take back.

use api_types::{Activity, Counts};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mark {
    Like,
    Repost,
}

impl Mark {
    pub(crate) fn is_on(self, activity: &Activity) -> bool {
        match self {
            Self::Like => activity.liked,
            Self::Repost => activity.reposted,
        }
    }

    pub(crate) fn count(self, activity: &Activity) -> u32 {
        match self {
            Self::Like => activity.likes_count,
            Self::Repost => activity.reposts_count,
        }
    }

    /// Sets or clears the mark and moves its counter, once.
    pub(crate) fn set(self, activity: &mut Activity, on: bool) {
        if self.is_on(activity) == on {
            return;
        }
        let (mark, count) = match self {
            Self::Like => (&mut activity.liked, &mut activity.likes_count),
            Self::Repost => (&mut activity.reposted, &mut activity.reposts_count),
        };
        *mark = on;
        *count = if on {
            count.saturating_add(1)
        } else {
            count.saturating_sub(1)
        };
    }

    /// Puts the server's own counts in place of what the page counted.
    pub(crate) fn settle(activity: &mut Activity, counts: Counts) {
        activity.replies_count = counts.replies_count;
        activity.reposts_count = counts.reposts_count;
        activity.likes_count = counts.likes_count;
        activity.liked = counts.liked;
        activity.reposted = counts.reposted;
    }

    /// The name of the user action that turns the mark on or off.
    pub(crate) fn action(self, on: bool) -> &'static str {
        match (self, on) {
            (Self::Like, true) => "crud.like",
            (Self::Like, false) => "crud.unlike",
            (Self::Repost, true) => "crud.repost",
            (Self::Repost, false) => "crud.unrepost",
        }
    }

    /// What to say once it is done.
    pub(crate) fn done(self, on: bool) -> &'static str {
        match (self, on) {
            (Self::Like, true) => "Liked",
            (Self::Like, false) => "Like taken back",
            (Self::Repost, true) => "Reposted",
            (Self::Repost, false) => "Repost taken back",
        }
    }
}
