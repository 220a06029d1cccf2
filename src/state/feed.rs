//! The feed on the page: one at a time, and every change that an action makes to it.

use std::rc::Rc;

use api_types::{Activity, Counts, Timestamp};
use yew::Reducible;

use super::mark::Mark;
use super::source::Source;
use crate::api::{Failure, Page};

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Feed {
    source: Option<Source>,
    status: Status,
    pub(crate) activities: Vec<Rc<Activity>>,
    /// Where the next page begins; nothing on the last one.
    pub(crate) next: Option<String>,
    /// The crud that was added last, by uuid: it says hello with an animation.
    pub(crate) arrived: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum Status {
    #[default]
    Loading,
    Ready,
    Failed(Failure),
}

#[derive(Clone, Debug)]
pub(crate) enum FeedAction {
    Requested(Source),
    Received(Source, Result<Page, Failure>),
    Extended(Source, Page),
    Published(Activity),
    /// A reply, to be put below the crud it answers.
    Replied(Activity),
    Deleted {
        uuid: String,
    },
    Marked {
        uuid: String,
        mark: Mark,
        on: bool,
    },
    /// The server's own counts, after a mark.
    Counted {
        uuid: String,
        counts: Counts,
    },
}

impl Feed {
    /// How far the feed of this source is; another source's feed counts as not loaded.
    pub(crate) fn status(&self, source: &Source) -> &Status {
        if self.source.as_ref() == Some(source) {
            &self.status
        } else {
            &Status::Loading
        }
    }

    fn is(&self, source: &Source) -> bool {
        self.source.as_ref() == Some(source)
    }

    fn request(&mut self, source: Source) {
        *self = Self {
            source: Some(source),
            ..Self::default()
        };
    }

    fn receive(&mut self, answer: Result<Page, Failure>) {
        match answer {
            Ok(page) => {
                self.activities = page.activities.into_iter().map(Rc::new).collect();
                self.next = page.next;
                self.status = Status::Ready;
            }
            Err(failure) => self.status = Status::Failed(failure),
        }
    }

    /// Cruds that moved onto the next page while the user read this one are not shown twice. The
    /// page after a crud's first replies repeats the crud, with the replies that follow.
    fn extend(&mut self, page: Page) {
        for activity in page.activities {
            let shown = self
                .activities
                .iter_mut()
                .find(|shown| is_same(shown, &activity));
            match shown {
                Some(shown) => add_replies(shown, activity.replies),
                None => self.activities.push(Rc::new(activity)),
            }
        }
        self.next = page.next;
    }

    fn publish(&mut self, activity: Activity) {
        let wanted = self
            .source
            .as_ref()
            .is_some_and(|source| source.takes_from(&activity.handle));
        if wanted && self.status == Status::Ready && !self.shows(&activity.uuid) {
            self.arrived = Some(activity.uuid.clone());
            self.activities.insert(0, Rc::new(activity));
        }
    }

    fn reply(&mut self, reply: Activity) {
        let Some(parent) = reply.reply_to_activity_uuid.clone() else {
            return;
        };
        if self.shows(&reply.uuid) {
            return;
        }
        self.arrived = Some(reply.uuid.clone());
        self.change(&parent, |activity| {
            activity.replies_count = activity.replies_count.saturating_add(1);
            activity.replies.push(reply.clone());
        });
    }

    /// Whether the crud stands in the feed already: what was sent twice has one answer.
    fn shows(&self, uuid: &str) -> bool {
        self.activities.iter().any(|activity| holds(activity, uuid))
    }

    /// When the newest of the notifications that are not read yet happened.
    pub(crate) fn unread_until(&self) -> Option<Timestamp> {
        let shown = self
            .activities
            .iter()
            .filter(|_| self.is(&Source::Notifications));
        let notifications = shown.filter_map(|activity| activity.notification.as_ref());
        notifications
            .filter(|notification| notification.unread)
            .filter_map(|notification| notification.created_at)
            .max()
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

    /// Changes a crud wherever it stands: in the feed, or as a reply below another one.
    fn change(&mut self, uuid: &str, change: impl Fn(&mut Activity)) {
        for activity in &mut self.activities {
            if holds(activity, uuid) {
                visit(Rc::make_mut(activity), uuid, &change);
            }
        }
    }
}

/// Adds the replies that are not shown yet, in the order in which they were written: the user's own
/// reply may stand there before older ones were loaded.
fn add_replies(shown: &mut Rc<Activity>, replies: Vec<Activity>) {
    let is_new = |reply: &Activity| shown.replies.iter().all(|it| it.uuid != reply.uuid);
    let new: Vec<Activity> = replies.into_iter().filter(is_new).collect();
    if !new.is_empty() {
        let shown = Rc::make_mut(shown);
        shown.replies.extend(new);
        shown.replies.sort_by_key(|reply| reply.created_at);
    }
}

/// One crud may be in the notifications several times: once for each who liked it.
fn is_same(one: &Activity, other: &Activity) -> bool {
    one.uuid == other.uuid && one.notification == other.notification
}

fn holds(activity: &Activity, uuid: &str) -> bool {
    activity.uuid == uuid || activity.replies.iter().any(|reply| holds(reply, uuid))
}

fn visit(activity: &mut Activity, uuid: &str, change: &impl Fn(&mut Activity)) {
    if activity.uuid == uuid {
        change(activity);
    }
    for reply in &mut activity.replies {
        visit(reply, uuid, change);
    }
}

impl Reducible for Feed {
    type Action = FeedAction;

    fn reduce(mut self: Rc<Self>, action: FeedAction) -> Rc<Self> {
        let feed = Rc::make_mut(&mut self);
        match action {
            FeedAction::Requested(source) => feed.request(source),
            // An answer for a page that the user has left meanwhile is not shown.
            FeedAction::Received(source, answer) if feed.is(&source) => feed.receive(answer),
            FeedAction::Extended(source, page) if feed.is(&source) => feed.extend(page),
            FeedAction::Received(..) | FeedAction::Extended(..) => {}
            FeedAction::Published(activity) => feed.publish(activity),
            FeedAction::Replied(reply) => feed.reply(reply),
            FeedAction::Deleted { uuid } => feed.delete(&uuid),
            FeedAction::Marked { uuid, mark, on } => {
                feed.change(&uuid, |activity| mark.set(activity, on))
            }
            FeedAction::Counted { uuid, counts } => {
                feed.change(&uuid, |activity| Mark::settle(activity, counts))
            }
        }
        self
    }
}

#[cfg(test)]
mod tests;
