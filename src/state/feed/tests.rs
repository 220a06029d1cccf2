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

/// Returns the feed of `source` with its first page loaded.
fn loaded(source: &Source, uuids: &[&str]) -> Rc<Feed> {
    Rc::new(Feed::default())
        .reduce(FeedAction::Requested(source.clone(), 0))
        .reduce(FeedAction::Received(source.clone(), Ok(page(uuids))))
}

fn uuids(feed: &Feed) -> Vec<&str> {
    feed.activities
        .iter()
        .map(|activity| activity.uuid.as_str())
        .collect()
}

#[test]
fn response_for_another_source_is_ignored() {
    let search = Source::Search("prune".to_owned());
    let feed = loaded(&Source::Home, &["a"]).reduce(FeedAction::Requested(search.clone(), 0));
    let feed = feed.reduce(FeedAction::Received(Source::Home, Ok(page(&["late"]))));
    assert_eq!(*feed.status(&search), LoadStatus::Loading);
    assert!(feed.activities.is_empty());
}

#[test]
fn error_is_shown_for_its_own_source_only() {
    let feed = Rc::new(Feed::default())
        .reduce(FeedAction::Requested(Source::Home, 0))
        .reduce(FeedAction::Received(
            Source::Home,
            Err(ApiError::Unreachable),
        ));
    assert_eq!(
        *feed.status(&Source::Home),
        LoadStatus::Failed(ApiError::Unreachable)
    );
    assert_eq!(*feed.status(&Source::Notifications), LoadStatus::Loading);
}

#[test]
fn next_page_skips_cruds_already_shown() {
    let feed = loaded(&Source::Home, &["a", "b"]);
    let feed = feed.reduce(FeedAction::Extended(Source::Home, page(&["b", "c"])));
    assert_eq!(uuids(&feed), ["a", "b", "c"]);
}

#[test]
fn further_replies_are_sorted_by_time() {
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
        .reduce(FeedAction::Requested(source.clone(), 0))
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
fn new_crud_is_added_to_the_home_feed_and_its_authors_feed() {
    let published = FeedAction::Published(activity("new", "worf"));
    let user = |handle: &str| Source::User(handle.to_owned());
    assert_eq!(
        uuids(&loaded(&Source::Home, &["a"]).reduce(published.clone())),
        ["new", "a"]
    );
    assert_eq!(
        uuids(&loaded(&user("worf"), &["a"]).reduce(published.clone())),
        ["new", "a"]
    );
    assert_eq!(
        uuids(&loaded(&user("garek"), &["a"]).reduce(published)),
        ["a"]
    );
}

#[test]
fn crud_that_was_posted_while_the_feed_loads_is_shown_once() {
    let requested = || Rc::new(Feed::default()).reduce(FeedAction::Requested(Source::Home, 0));
    for listed in [&["a"][..], &["mine", "a"]] {
        let feed = requested().reduce(FeedAction::Published(activity("mine", "me")));
        let feed = feed.reduce(FeedAction::Received(Source::Home, Ok(page(listed))));
        assert_eq!(uuids(&feed), ["mine", "a"]);
    }
}

#[test]
fn reaction_is_counted_once_and_can_be_removed() {
    let react = |on| FeedAction::Reacted {
        uuid: "a".to_owned(),
        reaction: Reaction::Like,
        on,
    };
    let feed = loaded(&Source::Home, &["a", "b"])
        .reduce(react(true))
        .reduce(react(true));
    assert_eq!(
        (feed.activities[0].likes_count, feed.activities[0].liked),
        (1, true)
    );
    assert_eq!(feed.activities[1].likes_count, 0);
    let feed = feed.reduce(react(false));
    assert_eq!(
        (feed.activities[0].likes_count, feed.activities[0].liked),
        (0, false)
    );
}

#[test]
fn reply_is_counted_updated_and_deleted() {
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
    let feed = feed.reduce(FeedAction::CountsUpdated {
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
fn repeated_responses_add_a_crud_once() {
    let feed = loaded(&Source::Home, &["a"]);
    let published = FeedAction::Published(activity("new", "worf"));
    let feed = feed.reduce(published.clone()).reduce(published);
    assert_eq!(uuids(&feed), ["new", "a"]);
    let replied = FeedAction::Replied(reply("r", "a"));
    let feed = feed.reduce(replied.clone()).reduce(replied);
    assert_eq!(feed.activities[1].replies_count, 1);
}

#[test]
fn unread_until_is_the_newest_unread_notification() {
    let notification = |uuid: &str, at: i64, unread: bool| Activity {
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
            notification("a", 30, false),
            notification("b", 20, true),
            notification("c", 10, true),
        ],
        next: None,
    };
    assert_eq!(page.unread_until(), Some(Timestamp::from_millis(20)));
    assert_eq!(super::tests::page(&["a"]).unread_until(), None);
}

#[test]
fn feed_that_was_left_keeps_its_pages_and_later_changes() {
    let status = Source::Status("b".to_owned());
    let feed = loaded(&Source::Home, &["a", "b"]);
    let feed = feed.reduce(FeedAction::Requested(status.clone(), 0));
    assert!(feed.has_left(&Source::Home, 0) && !feed.has_left(&Source::Home, 1));
    let feed = feed
        .reduce(FeedAction::Received(status, Ok(page(&["b"]))))
        .reduce(FeedAction::Reacted {
            uuid: "b".to_owned(),
            reaction: Reaction::Like,
            on: true,
        })
        .reduce(FeedAction::Deleted {
            uuid: "a".to_owned(),
        })
        .reduce(FeedAction::Returned(Source::Home));
    assert_eq!(*feed.status(&Source::Home), LoadStatus::Ready);
    assert_eq!(uuids(&feed), ["b"]);
    assert!(feed.activities[0].liked);
}

#[test]
fn feeds_of_another_user_are_not_kept() {
    let feed = loaded(&Source::Home, &["a"]);
    let feed = feed.reduce(FeedAction::Requested(Source::Notifications, 1));
    assert!(!feed.has_left(&Source::Home, 0) && !feed.has_left(&Source::Home, 1));
}

#[test]
fn number_of_kept_feeds_is_bounded() {
    let search = |number: usize| Source::Search(number.to_string());
    let feed = (0..=MAX_LEFT).fold(Rc::new(Feed::default()), |feed, number| {
        feed.reduce(FeedAction::Requested(search(number), 0))
            .reduce(FeedAction::Received(search(number), Ok(page(&["a"]))))
    });
    let feed = feed.reduce(FeedAction::Requested(Source::Home, 0));
    assert!(!feed.has_left(&search(0), 0) && feed.has_left(&search(MAX_LEFT), 0));
    assert_eq!(feed.left.len(), MAX_LEFT);
}

/// A crud that was posted at this time.
fn posted(uuid: &str, second: i64) -> Activity {
    Activity {
        created_at: Some(Timestamp::from_millis(1_700_000_000_000 + second * 1_000)),
        ..activity(uuid, "garek")
    }
}

fn page_of(activities: Vec<Activity>, next: Option<&str>) -> Page {
    Page {
        activities,
        next: next.map(str::to_owned),
    }
}

fn with_two() -> Rc<Feed> {
    let page = page_of(vec![posted("b", 2), posted("a", 1)], None);
    Rc::new(Feed::default())
        .reduce(FeedAction::Requested(Source::Home, 0))
        .reduce(FeedAction::Received(Source::Home, Ok(page)))
}

#[test]
fn new_cruds_are_counted_and_shown_on_request_only() {
    // `old` is not new: a crud above it has expired, so that it moved to the first page.
    let later = vec![
        posted("d", 4),
        posted("c", 3),
        posted("b", 2),
        posted("old", 0),
    ];
    let feed = with_two().reduce(FeedAction::Checked(
        Source::Home,
        page_of(later, Some("/n")),
    ));
    assert_eq!((uuids(&feed), feed.newer_count()), (vec!["b", "a"], 2));
    assert!(!feed.has_more_newer());
    // The user's own crud is shown already.
    let feed = feed.reduce(FeedAction::Published(posted("c", 3)));
    assert_eq!(feed.newer_count(), 1);
    let feed = feed.reduce(FeedAction::NewerShown);
    assert_eq!(
        (uuids(&feed), feed.newer_count()),
        (vec!["d", "c", "b", "a"], 0)
    );
}

#[test]
fn page_of_new_cruds_replaces_the_feed_so_that_there_is_no_gap() {
    let later = page_of(vec![posted("d", 4), posted("c", 3)], Some("/next"));
    let feed = with_two().reduce(FeedAction::Checked(Source::Home, later));
    assert_eq!((feed.newer_count(), feed.has_more_newer()), (2, true));
    let feed = feed.reduce(FeedAction::NewerShown);
    assert_eq!(
        (uuids(&feed), feed.next.as_deref()),
        (vec!["d", "c"], Some("/next"))
    );
    assert!(!feed.has_more_newer());
}

#[test]
fn failed_extension_stays_failed_until_a_page_arrives() {
    let feed = with_two().reduce(FeedAction::Extending(Source::Home));
    assert_eq!(feed.extension, Extension::Loading);
    let feed = feed.reduce(FeedAction::NotExtended(Source::Home));
    assert_eq!(feed.extension, Extension::Failed);
    let feed = feed.reduce(FeedAction::NotExtended(Source::Notifications));
    let feed = feed.reduce(FeedAction::Extended(Source::Home, page(&["c"])));
    assert_eq!(feed.extension, Extension::Idle);
}

#[test]
fn cruds_that_expire_while_shown_are_removed() {
    let activities = [("ahead", 90), ("expires", 101), ("stays", 151)];
    let activities = activities.map(|(uuid, expires_at)| Activity {
        expires_at: Some(Timestamp::from_millis(expires_at)),
        ..activity(uuid, "worf")
    });
    let page = Page {
        activities: activities
            .into_iter()
            .chain([activity("never", "worf")])
            .collect(),
        next: None,
    };
    let feed = Rc::new(Feed::default())
        .reduce(FeedAction::Requested(Source::Home, 0))
        .reduce(FeedAction::Received(Source::Home, Ok(page)))
        // The feed is kept for the way back.
        .reduce(FeedAction::Requested(Source::Notifications, 0))
        .reduce(FeedAction::Passed { after: 100, until: 150 })
        .reduce(FeedAction::Returned(Source::Home));
    assert_eq!(uuids(&feed), ["ahead", "stays", "never"]);
}
