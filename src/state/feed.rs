//! The feed shown on the page, and the changes that actions make to it.

use std::rc::Rc;

use api_types::{Activity, Counts, Timestamp};
use yew::Reducible;

use super::extension::Extension;
use super::reaction::{Reaction, apply_counts};
use super::source::Source;
use crate::api::{ApiError, Page};

/// The number of feeds that are kept for the browser's Back and Forward.
const MAX_LEFT: usize = 5;

/// The current feed. The page shows one at a time.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Feed {
    source: Option<Source>,
    status: LoadStatus,
    pub(crate) activities: Vec<Rc<Activity>>,
    /// The URL of the next page; `None` on the last page.
    pub(crate) next: Option<String>,
    pub(crate) extension: Extension,
    /// The first page of a later check, with cruds that are not shown yet.
    newer: Option<Page>,
    /// The UUID of the crud added last, which is shown with an animation.
    pub(crate) last_added: Option<String>,
    /// The session's generation in which the feed was requested.
    generation: u32,
    /// The feeds that the user has left, latest last.
    left: Vec<Feed>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum LoadStatus {
    #[default]
    Loading,
    Ready,
    Failed(ApiError),
}

#[derive(Clone, Debug)]
pub(crate) enum FeedAction {
    /// The first page was requested, in this generation of the session.
    Requested(Source, u32),
    /// The user came back to a feed that [`Feed::has_left`].
    Returned(Source),
    /// The response to the request for the first page arrived.
    Received(Source, Result<Page, ApiError>),
    /// A further page was requested.
    Extending(Source),
    /// A further page arrived.
    Extended(Source, Page),
    /// The request for a further page failed.
    NotExtended(Source),
    /// The first page arrived again, to count new cruds.
    Checked(Source, Page),
    /// The user wants to see the new cruds.
    NewerShown,
    /// The user created a crud.
    Published(Activity),
    /// The user replied to a crud.
    Replied(Activity),
    Deleted {
        uuid: String,
    },
    /// Time has passed, in milliseconds since the Unix epoch.
    Passed {
        after: i64,
        until: i64,
    },
    /// The user added or removed a reaction.
    Reacted {
        uuid: String,
        reaction: Reaction,
        on: bool,
    },
    /// The server returned new counts.
    CountsUpdated {
        uuid: String,
        counts: Counts,
    },
}

impl Feed {
    /// Returns the status of the feed of `source`, which is `Loading` while the page shows another feed.
    pub(crate) fn status(&self, source: &Source) -> &LoadStatus {
        if self.has_source(source) {
            &self.status
        } else {
            &LoadStatus::Loading
        }
    }

    fn has_source(&self, source: &Source) -> bool {
        self.source.as_ref() == Some(source)
    }

    /// Returns whether the user has left this feed, and its cruds with all loaded pages are kept.
    pub(crate) fn has_left(&self, source: &Source, generation: u32) -> bool {
        let mut left = self.left.iter();
        left.any(|feed| feed.has_source(source) && feed.generation == generation)
    }

    /// Returns the number of cruds that were posted after those shown.
    pub(crate) fn newer_count(&self) -> usize {
        let newer = self.newer.iter().flat_map(|page| &page.activities);
        newer.filter(|activity| self.is_newer(activity)).count()
    }

    /// Returns whether there may be more new cruds than [`newer_count`](Self::newer_count).
    pub(crate) fn has_more_newer(&self) -> bool {
        let page = self.newer.as_ref();
        page.is_some_and(|page| {
            page.next.is_some() && page.activities.iter().all(|it| self.is_newer(it))
        })
    }

    /// Returns whether the crud was posted after those shown.
    fn is_newer(&self, activity: &Activity) -> bool {
        let newest = self
            .activities
            .iter()
            .filter_map(|shown| shown.created_at)
            .max();
        !self.contains(&activity.uuid) && activity.created_at > newest
    }

    fn show_newer(&mut self) {
        let has_gap = self.has_more_newer();
        let Some(mut page) = self.newer.take() else {
            return;
        };
        if has_gap {
            return self.replace(page);
        }
        page.activities.retain(|activity| self.is_newer(activity));
        let newer = page.activities.into_iter().map(Rc::new);
        self.activities.splice(0..0, newer);
    }

    fn request(&mut self, source: Source, generation: u32) {
        self.leave();
        // Another user's feeds have other likes.
        self.left
            .retain(|feed| feed.generation == generation && !feed.has_source(&source));
        *self = Self {
            source: Some(source),
            generation,
            left: std::mem::take(&mut self.left),
            ..Self::default()
        };
    }

    fn return_to(&mut self, source: &Source) {
        self.leave();
        let found = self.left.iter().position(|feed| feed.has_source(source));
        if let Some(index) = found {
            let feed = self.left.remove(index);
            *self = Self {
                left: std::mem::take(&mut self.left),
                ..feed
            };
        }
    }

    /// Keeps the current feed, if it has loaded.
    fn leave(&mut self) {
        let left = std::mem::take(&mut self.left);
        let feed = std::mem::take(self);
        self.left = left;
        if feed.status == LoadStatus::Ready {
            let source = feed.source.clone();
            self.left.retain(|left| left.source != source);
            self.left.push(Self {
                last_added: None,
                extension: Extension::Idle,
                ..feed
            });
            let excess = self.left.len().saturating_sub(MAX_LEFT);
            self.left.drain(..excess);
        }
    }

    /// Applies a change to the current feed and to those that the user has left.
    fn change(&mut self, change: impl Fn(&mut Self)) {
        change(self);
        self.left.iter_mut().for_each(change);
    }

    /// Removes the cruds that expired in this time. Those that had expired before it are as new as the
    /// response that contained them: the browser's clock is ahead of the server's.
    fn remove_expired(&mut self, after: i64, until: i64) {
        self.activities.retain(|activity| {
            let expires_at = activity.expires_at.map(Timestamp::as_millis);
            expires_at.is_none_or(|at| at <= after || at > until)
        });
    }

    fn receive(&mut self, result: Result<Page, ApiError>) {
        match result {
            Ok(page) => {
                // The back end may have read the page before it stored what the user posted meanwhile.
                let mut posted = std::mem::take(&mut self.activities);
                self.replace(page);
                posted.retain(|activity| !self.contains(&activity.uuid));
                self.activities.splice(0..0, posted);
                self.status = LoadStatus::Ready;
            }
            Err(error) => self.status = LoadStatus::Failed(error),
        }
    }

    fn replace(&mut self, page: Page) {
        self.activities = page.activities.into_iter().map(Rc::new).collect();
        self.next = page.next;
    }

    /// Appends a page without the cruds that are already shown: new cruds may have moved them to this page.
    /// The second page of a single crud repeats the crud, with its further replies.
    fn extend(&mut self, page: Page) {
        for activity in page.activities {
            let shown = self
                .activities
                .iter_mut()
                .find(|shown| is_same_entry(shown, &activity));
            match shown {
                Some(shown) => add_replies(shown, activity.replies),
                None => self.activities.push(Rc::new(activity)),
            }
        }
        self.next = page.next;
        self.extension = Extension::Idle;
    }

    fn publish(&mut self, activity: Activity) {
        let is_included = self
            .source
            .as_ref()
            .is_some_and(|source| source.includes_posts_by(&activity.handle));
        if is_included && !self.contains(&activity.uuid) {
            self.last_added = Some(activity.uuid.clone());
            self.activities.insert(0, Rc::new(activity));
        }
    }

    fn reply(&mut self, reply: Activity) {
        let Some(parent) = reply.reply_to_activity_uuid.clone() else {
            return;
        };
        if self.contains(&reply.uuid) {
            return;
        }
        self.last_added = Some(reply.uuid.clone());
        self.update(&parent, |activity| {
            activity.replies_count = activity.replies_count.saturating_add(1);
            activity.replies.push(reply.clone());
        });
    }

    /// Returns whether the feed contains the crud: a repeated request returns a crud that is already shown.
    fn contains(&self, uuid: &str) -> bool {
        self.activities
            .iter()
            .any(|activity| contains(activity, uuid))
    }

    fn delete(&mut self, uuid: &str) {
        self.activities.retain(|activity| activity.uuid != uuid);
        for activity in &mut self.activities {
            if activity.replies.iter().any(|reply| reply.uuid == uuid) {
                let activity = Rc::make_mut(activity);
                activity.replies.retain(|reply| reply.uuid != uuid);
                activity.replies_count = activity.replies_count.saturating_sub(1);
            }
        }
    }

    /// Applies `change` to the crud with this UUID, which may also be a reply to another one.
    fn update(&mut self, uuid: &str, change: impl Fn(&mut Activity)) {
        for activity in &mut self.activities {
            if contains(activity, uuid) {
                update_nested(Rc::make_mut(activity), uuid, &change);
            }
        }
    }
}

/// Adds the replies that are not shown yet, and sorts them by time: the user's own reply may be
/// shown before older replies are loaded.
fn add_replies(shown: &mut Rc<Activity>, replies: Vec<Activity>) {
    let is_new = |reply: &Activity| shown.replies.iter().all(|it| it.uuid != reply.uuid);
    let new: Vec<Activity> = replies.into_iter().filter(is_new).collect();
    if !new.is_empty() {
        let shown = Rc::make_mut(shown);
        shown.replies.extend(new);
        shown.replies.sort_by_key(|reply| reply.created_at);
    }
}

/// Compares the notifications as well: one crud is listed once for each user who liked it.
fn is_same_entry(one: &Activity, other: &Activity) -> bool {
    one.uuid == other.uuid && one.notification == other.notification
}

fn contains(activity: &Activity, uuid: &str) -> bool {
    activity.uuid == uuid || activity.replies.iter().any(|reply| contains(reply, uuid))
}

fn update_nested(activity: &mut Activity, uuid: &str, change: &impl Fn(&mut Activity)) {
    if activity.uuid == uuid {
        change(activity);
    }
    for reply in &mut activity.replies {
        update_nested(reply, uuid, change);
    }
}

impl Reducible for Feed {
    type Action = FeedAction;

    fn reduce(mut self: Rc<Self>, action: FeedAction) -> Rc<Self> {
        let feed = Rc::make_mut(&mut self);
        match action {
            FeedAction::Requested(source, generation) => feed.request(source, generation),
            FeedAction::Returned(source) => feed.return_to(&source),
            // Ignores responses for a page that the user has left.
            FeedAction::Received(source, _)
            | FeedAction::Extending(source)
            | FeedAction::Extended(source, _)
            | FeedAction::NotExtended(source)
            | FeedAction::Checked(source, _)
                if !feed.has_source(&source) => {}
            FeedAction::Received(_, result) => feed.receive(result),
            FeedAction::Extending(_) => feed.extension = Extension::Loading,
            FeedAction::Extended(_, page) => feed.extend(page),
            FeedAction::NotExtended(_) => feed.extension = Extension::Failed,
            FeedAction::Checked(_, page) => feed.newer = Some(page),
            FeedAction::NewerShown => feed.show_newer(),
            FeedAction::Published(activity) => feed.change(|feed| feed.publish(activity.clone())),
            FeedAction::Replied(reply) => feed.change(|feed| feed.reply(reply.clone())),
            FeedAction::Deleted { uuid } => feed.change(|feed| feed.delete(&uuid)),
            FeedAction::Passed { after, until } => {
                feed.change(|feed| feed.remove_expired(after, until));
            }
            FeedAction::Reacted { uuid, reaction, on } => feed.change(|feed| {
                feed.update(&uuid, |activity| reaction.set(activity, on));
            }),
            FeedAction::CountsUpdated { uuid, counts } => feed.change(|feed| {
                feed.update(&uuid, |activity| apply_counts(activity, counts));
            }),
        }
        self
    }
}

#[cfg(test)]
mod tests;
