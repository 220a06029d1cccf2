//! What each action does to a feed.

use api_types::Timestamp;

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
fn further_replies_stand_in_the_order_in_which_they_were_written() {
    let source = Source::Status("a".to_owned());
    let written = |uuid: &str, millis| Activity {
        created_at: Some(Timestamp::from_millis(millis)),
        ..reply(uuid, "a")
    };
    let replies = |replies: Vec<Activity>| Page {
        activities: vec![Activity {
            replies,
            ..activity("a", "garek")
        }],
        next: None,
    };
    let first = replies(vec![written("r1", 1), written("r2", 2)]);
    let feed = Rc::new(Feed::default())
        .reduce(FeedAction::Requested(source.clone()))
        .reduce(FeedAction::Received(source.clone(), Ok(first)))
        .reduce(FeedAction::Replied(written("mine", 9)));
    let second = replies(vec![written("r2", 2), written("r3", 3), written("mine", 9)]);
    let feed = feed.reduce(FeedAction::Extended(source, second));
    assert_eq!(uuids(&feed), ["a"]);
    let replies: Vec<&str> = feed.activities[0]
        .replies
        .iter()
        .map(|reply| reply.uuid.as_str())
        .collect();
    assert_eq!(replies, ["r1", "r2", "r3", "mine"]);
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

#[test]
fn what_was_sent_twice_stands_in_the_feed_once() {
    let feed = loaded(&Source::Home, &["a"]);
    let published = FeedAction::Published(activity("new", "worf"));
    let feed = feed.reduce(published.clone()).reduce(published);
    assert_eq!(uuids(&feed), ["new", "a"]);
    let replied = FeedAction::Replied(reply("r", "a"));
    let feed = feed.reduce(replied.clone()).reduce(replied);
    assert_eq!(feed.activities[1].replies_count, 1);
}

#[test]
fn notifications_are_unread_until_the_newest_that_is_marked_so() {
    let told = |uuid: &str, at: i64, unread: bool| Activity {
        notification: Some(api_types::Notification {
            kind: api_types::NotificationKind::Like,
            handle: "londo".to_owned(),
            display_name: String::new(),
            created_at: Some(Timestamp::from_millis(at)),
            unread,
        }),
        ..activity(uuid, "worf")
    };
    let page = Page {
        activities: vec![
            told("a", 30, false),
            told("b", 20, true),
            told("c", 10, true),
        ],
        next: None,
    };
    let source = Source::Notifications;
    let feed = Rc::new(Feed::default())
        .reduce(FeedAction::Requested(source.clone()))
        .reduce(FeedAction::Received(source, Ok(page)));
    assert_eq!(feed.unread_until(), Some(Timestamp::from_millis(20)));
    assert_eq!(loaded(&Source::Home, &["a"]).unread_until(), None);
}
