use api_types::{Activity, Counts, page::next_from_link};
use axum::http::header;
use serde_json::json;

use crate::support::{Api, Client, messages};

const MANY: u32 = 10_000;

/// Posts a crud and adds [`MANY`] replies to it.
async fn crud_with_many_replies(api: &Api) -> Activity {
    let crud = api.signed_in("worf").await.crud("What is honor?").await;
    api.execute(
        "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 10000) \
         INSERT INTO activities (uuid, user_id, message, created_at, expires_at, reply_to_id) \
         SELECT '00000000-0000-4000-8000-' || substr(CAST(1000000000000 + n AS TEXT), 2), 1 + n % 5, 'Reply ' || n, \
                a.created_at + n / 3, a.expires_at, a.id \
         FROM numbers, (SELECT * FROM activities WHERE message = 'What is honor?') AS a",
    )
    .await;
    crud
}

/// Fetches all pages of a crud, and returns the messages of the replies.
async fn pages(client: &Client<'_>, uuid: &str) -> Vec<Vec<String>> {
    let mut pages = Vec::new();
    let mut next = Some(format!("/api/activities/{uuid}"));
    while let Some(path) = next {
        let response = client.get(&path).await;
        next = next_from_link(response.header(header::LINK)).map(str::to_owned);
        let [crud] = response.json::<[Activity; 1]>();
        assert_eq!(crud.uuid, uuid);
        pages.push(
            crud.replies
                .into_iter()
                .map(|reply| reply.message)
                .collect(),
        );
    }
    pages
}

/// Statements have a deadline of two seconds, after which the response is 503.
#[tokio::test]
async fn ten_thousand_replies_do_not_slow_down_feeds() {
    let api = Api::start().await;
    let crud = crud_with_many_replies(&api).await;
    let feed: Vec<Activity> = api.visitor().get("/api/activities/home").await.json();
    assert_eq!(feed[0].uuid, crud.uuid);
    assert_eq!(feed[0].replies_count, MANY);
    assert_eq!(messages(&feed[0].replies), ["Reply 1", "Reply 2"]);
    for path in ["@worf", "search?term=honor", &crud.uuid] {
        let response = api.visitor().get(&format!("/api/activities/{path}")).await;
        assert_eq!(response.status.as_u16(), 200, "{}", response.text);
    }
}

#[tokio::test]
async fn replies_are_paged_oldest_first() {
    let api = Api::start().await;
    let worf = api.signed_in("worf").await;
    let crud = worf.crud("Count!").await;
    let path = format!("/api/activities/{}/reply", crud.uuid);
    for number in 0..45 {
        let message = json!({ "message": format!("{number}") });
        worf.post(&path, &message).await.json::<Activity>();
    }
    let pages = pages(&worf, &crud.uuid).await;
    let lengths: Vec<usize> = pages.iter().map(Vec::len).collect();
    assert_eq!(lengths, [20, 20, 5]);
    let all: Vec<String> = pages.into_iter().flatten().collect();
    let expected: Vec<String> = (0..45).map(|number| number.to_string()).collect();
    assert_eq!(all, expected);
}

#[tokio::test]
async fn replies_of_the_same_millisecond_are_paged() {
    let api = Api::start().await;
    let crud = crud_with_many_replies(&api).await;
    api.execute("UPDATE activities SET created_at = 5 WHERE message LIKE 'Reply 1__'")
        .await;
    let path = format!("/api/activities/{}", crud.uuid);
    let mut seen = Vec::new();
    let mut next = Some(path);
    while let Some(path) = next.filter(|_| seen.len() < 100) {
        let response = api.visitor().get(&path).await;
        next = next_from_link(response.header(header::LINK)).map(str::to_owned);
        let [crud] = response.json::<[Activity; 1]>();
        seen.extend(crud.replies.into_iter().map(|reply| reply.message));
    }
    let expected: Vec<String> = (100..200).map(|n| format!("Reply {n}")).collect();
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn last_page_of_replies_has_no_next_page() {
    let api = Api::start().await;
    let feed: Vec<Activity> = api.visitor().get("/api/activities/home").await.json();
    for crud in [
        feed.iter().find(|crud| crud.replies_count == 0).unwrap(),
        feed.iter().find(|crud| crud.replies_count >= 2).unwrap(),
    ] {
        let pages = pages(&api.visitor(), &crud.uuid).await;
        assert_eq!(pages.len(), 1);
        assert_eq!(pages[0].len(), crud.replies_count as usize);
    }
}

#[tokio::test]
async fn invalid_cursor_of_replies_is_400() {
    let api = Api::start().await;
    let feed: Vec<Activity> = api.visitor().get("/api/activities/home").await.json();
    for cursor in ["", "yesterday", "1-", "%00", "1-2%00"] {
        let path = format!("/api/activities/{}?after={cursor}", feed[0].uuid);
        api.visitor().get(&path).await.assert_problem(400);
    }
}

#[tokio::test]
async fn counts_are_updated_by_reactions_replies_and_deletions() {
    let api = Api::start().await;
    let (worf, londo) = (api.signed_in("worf").await, api.signed_in("londo").await);
    let crud = worf.crud("Count me").await;
    let path = format!("/api/activities/{}", crud.uuid);
    let message = json!({ "message": "One" });
    let reply: Activity = londo.post(&format!("{path}/reply"), &message).await.json();
    for client in [&worf, &londo, &worf] {
        client.put(&format!("{path}/like")).await;
        client.put(&format!("{path}/repost")).await;
    }
    worf.delete(&format!("{path}/like")).await;
    let counts: Counts = worf.delete(&format!("{path}/like")).await.json();
    let expected = Counts {
        replies_count: 1,
        reposts_count: 2,
        likes_count: 1,
        liked: false,
        reposted: true,
    };
    assert_eq!(counts, expected);
    londo
        .delete(&format!("/api/activities/{}", reply.uuid))
        .await;
    let [shown] = worf.get(&path).await.json::<[Activity; 1]>();
    assert_eq!((shown.replies_count, shown.likes_count), (0, 1));

    let wrong = api
        .number(
            "SELECT count(*) FROM activities AS a WHERE replies_count <> \
             (SELECT count(*) FROM activities WHERE reply_to_id = a.id) \
         OR likes_count <> (SELECT count(*) FROM activity_likes WHERE activity_id = a.id) \
         OR reposts_count <> (SELECT count(*) FROM activity_reposts WHERE activity_id = a.id)",
        )
        .await;
    assert_eq!(wrong, 0);
}
