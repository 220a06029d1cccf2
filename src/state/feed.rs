//! The feed on the page: one at a time, and every change that an action makes to it.

use std::rc::Rc;

use api_types::{Activity, Counts};
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

    /// Cruds that moved onto the next page while the user read this one are not shown twice.
    fn extend(&mut self, page: Page) {
        for activity in page.activities {
            if !self
                .activities
                .iter()
                .any(|shown| is_same(shown, &activity))
            {
                self.activities.push(Rc::new(activity));
            }
        }
        self.next = page.next;
    }

    fn publish(&mut self, activity: Activity) {
        let wanted = self
            .source
            .as_ref()
            .is_some_and(|source| source.takes_from(&activity.handle));
        if wanted && self.status == Status::Ready {
            self.arrived = Some(activity.uuid.clone());
            self.activities.insert(0, Rc::new(activity));
        }
    }

    fn reply(&mut self, reply: Activity) {
        let Some(parent) = reply.reply_to_activity_uuid.clone() else {
            return;
        };
        self.arrived = Some(reply.uuid.clone());
        self.change(&parent, |activity| {
            activity.replies_count = activity.replies_count.saturating_add(1);
            activity.replies.push(reply.clone());
        });
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
mod tests {
    use super::*;

    fn activity(uuid: &str, handle: &str) -> Activity {
        Activity {
            uuid: uuid.to_owned(),
            handle: handle.to_owned(),
            ..Activity::default()
        }
    }

    fn reply(uuid: &str, to: &str) -> Activity {
        Activity {
            reply_to_activity_uuid: Some(to.to_owned()),
            ..activity(uuid, "worf")
        }
    }

    fn page(uuids: &[&str]) -> Page {
        Page {
            activities: uuids.iter().map(|uuid| activity(uuid, "garek")).collect(),
            next: None,
        }
    }

    /// The feed of this source after its first page came in.
    fn loaded(source: &Source, uuids: &[&str]) -> Rc<Feed> {
        Rc::new(Feed::default())
            .reduce(FeedAction::Requested(source.clone()))
            .reduce(FeedAction::Received(source.clone(), Ok(page(uuids))))
    }

    fn uuids(feed: &Feed) -> Vec<&str> {
        feed.activities
            .iter()
            .map(|activity| activity.uuid.as_str())
            .collect()
    }

    #[test]
    fn an_answer_for_a_page_that_was_left_is_not_shown() {
        let search = Source::Search("prune".to_owned());
        let feed = loaded(&Source::Home, &["a"]).reduce(FeedAction::Requested(search.clone()));
        let feed = feed.reduce(FeedAction::Received(Source::Home, Ok(page(&["late"]))));
        assert_eq!(*feed.status(&search), Status::Loading);
        assert!(feed.activities.is_empty());
    }

    #[test]
    fn a_failure_is_told_to_its_own_source_only() {
        let feed = Rc::new(Feed::default())
            .reduce(FeedAction::Requested(Source::Home))
            .reduce(FeedAction::Received(
                Source::Home,
                Err(Failure::Unreachable),
            ));
        assert_eq!(
            *feed.status(&Source::Home),
            Status::Failed(Failure::Unreachable)
        );
        assert_eq!(*feed.status(&Source::Notifications), Status::Loading);
    }

    #[test]
    fn the_next_page_adds_only_what_is_not_shown_yet() {
        let feed = loaded(&Source::Home, &["a", "b"]);
        let feed = feed.reduce(FeedAction::Extended(Source::Home, page(&["b", "c"])));
        assert_eq!(uuids(&feed), ["a", "b", "c"]);
    }

    #[test]
    fn a_new_crud_goes_on_top_of_the_feeds_it_belongs_to() {
        let sent = FeedAction::Published(activity("new", "worf"));
        let user = |handle: &str| Source::User(handle.to_owned());
        assert_eq!(
            uuids(&loaded(&Source::Home, &["a"]).reduce(sent.clone())),
            ["new", "a"]
        );
        assert_eq!(
            uuids(&loaded(&user("worf"), &["a"]).reduce(sent.clone())),
            ["new", "a"]
        );
        assert_eq!(uuids(&loaded(&user("garek"), &["a"]).reduce(sent)), ["a"]);
    }

    #[test]
    fn a_mark_counts_once_and_can_be_taken_back() {
        let mark = |on| FeedAction::Marked {
            uuid: "a".to_owned(),
            mark: Mark::Like,
            on,
        };
        let feed = loaded(&Source::Home, &["a", "b"])
            .reduce(mark(true))
            .reduce(mark(true));
        assert_eq!(
            (feed.activities[0].likes_count, feed.activities[0].liked),
            (1, true)
        );
        assert_eq!(feed.activities[1].likes_count, 0);
        let feed = feed.reduce(mark(false));
        assert_eq!(
            (feed.activities[0].likes_count, feed.activities[0].liked),
            (0, false)
        );
    }

    #[test]
    fn replies_are_counted_marked_and_deleted_below_their_crud() {
        let feed = loaded(&Source::Home, &["a"]).reduce(FeedAction::Replied(reply("r", "a")));
        assert_eq!(
            (
                feed.activities[0].replies_count,
                feed.activities[0].replies.len()
            ),
            (1, 1)
        );
        let counts = Counts {
            likes_count: 7,
            liked: true,
            ..Counts::default()
        };
        let feed = feed.reduce(FeedAction::Counted {
            uuid: "r".to_owned(),
            counts,
        });
        assert_eq!(feed.activities[0].replies[0].likes_count, 7);
        let feed = feed.reduce(FeedAction::Deleted {
            uuid: "r".to_owned(),
        });
        assert_eq!(
            (
                feed.activities[0].replies_count,
                feed.activities[0].replies.len()
            ),
            (0, 0)
        );
    }
}
