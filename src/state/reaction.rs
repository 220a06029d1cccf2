//! The reactions a user can add to a crud and remove again.

use api_types::{Activity, Counts};

/// A like or a repost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reaction {
    Like,
    Repost,
}

impl Reaction {
    /// Returns whether the user has reacted to the crud.
    pub(crate) fn is_set(self, activity: &Activity) -> bool {
        match self {
            Self::Like => activity.liked,
            Self::Repost => activity.reposted,
        }
    }

    /// Returns how many users have reacted to the crud.
    pub(crate) fn count(self, activity: &Activity) -> u32 {
        match self {
            Self::Like => activity.likes_count,
            Self::Repost => activity.reposts_count,
        }
    }

    /// Adds or removes the user's reaction and updates the count, unless it is already in that state.
    pub(crate) fn set(self, activity: &mut Activity, on: bool) {
        if self.is_set(activity) == on {
            return;
        }
        let (flag, count) = match self {
            Self::Like => (&mut activity.liked, &mut activity.likes_count),
            Self::Repost => (&mut activity.reposted, &mut activity.reposts_count),
        };
        *flag = on;
        *count = if on {
            count.saturating_add(1)
        } else {
            count.saturating_sub(1)
        };
    }

    /// Returns the name of the user action that adds or removes the reaction.
    pub(crate) fn action(self, on: bool) -> &'static str {
        match (self, on) {
            (Self::Like, true) => "crud.like",
            (Self::Like, false) => "crud.unlike",
            (Self::Repost, true) => "crud.repost",
            (Self::Repost, false) => "crud.unrepost",
        }
    }

    /// Returns the toast text for a successful request.
    pub(crate) fn success_text(self, on: bool) -> &'static str {
        match (self, on) {
            (Self::Like, true) => "Liked",
            (Self::Like, false) => "Like removed",
            (Self::Repost, true) => "Reposted",
            (Self::Repost, false) => "Repost removed",
        }
    }
}

/// Replaces the counts of a crud with those of the server.
pub(crate) fn apply_counts(activity: &mut Activity, counts: Counts) {
    activity.replies_count = counts.replies_count;
    activity.reposts_count = counts.reposts_count;
    activity.likes_count = counts.likes_count;
    activity.liked = counts.liked;
    activity.reposted = counts.reposted;
}
