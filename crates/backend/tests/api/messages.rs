use std::collections::HashSet;

use api_types::{Me, Message, MessageGroup, UnreadConversations};
use axum::http::header;
use serde_json::{Value, json};

use crate::support::{Api, Client, Response};

const MESSAGES: &str = "/api/messages";
const GROUPS: &str = "/api/message_groups";

fn to(handle: &str, message: &str) -> Value {
    json!({ "message": message, "user_receiver_handle": handle })
}

async fn send(client: &Client<'_>, handle: &str, message: &str) -> Message {
    client.post(MESSAGES, &to(handle, message)).await.json()
}

async fn conversation(client: &Client<'_>, handle: &str) -> Vec<Message> {
    client.get(&format!("{MESSAGES}/@{handle}")).await.json()
}

async fn groups(client: &Client<'_>) -> Vec<MessageGroup> {
    client.get(GROUPS).await.json()
}

async fn unread(client: &Client<'_>) -> u32 {
    let me: Me = client.get("/api/auth/me").await.json();
    me.unread_conversations_count
}

fn texts(messages: &[Message]) -> Vec<&str> {
    messages.iter().map(|it| it.message.as_str()).collect()
}

fn next_page(response: &Response) -> Option<String> {
    let link = response.header(header::LINK);
    api_types::page::next_from_link(link).map(str::to_owned)
}

#[tokio::test]
async fn both_accounts_see_the_conversation_newest_message_first() {
    let api = Api::start().await;
    let (worf, londo) = (api.signed_in("worf").await, api.signed_in("londo").await);
    let first = send(&worf, "londo", "I am not a merry man.").await;
    assert_eq!(
        (first.handle.as_str(), first.display_name.as_str()),
        ("worf", "Worf")
    );
    let second = send(&londo, "worf", "Mister Worf!").await;
    let expected = vec![second, first];
    assert_eq!(conversation(&worf, "londo").await, expected);
    assert_eq!(conversation(&londo, "worf").await, expected);
    assert_eq!(conversation(&londo, "WORF").await, expected);
}

#[tokio::test]
async fn groups_have_the_other_account_and_the_last_message_newest_first() {
    let api = Api::start().await;
    let worf = api.signed_in("worf").await;
    send(&worf, "londo", "one").await;
    send(&worf, "garek", "two").await;
    let last = send(&worf, "londo", "three").await;
    let listed = groups(&worf).await;
    let summary: Vec<_> = listed
        .iter()
        .map(|it| (it.handle.as_str(), it.message.as_str(), it.unread))
        .collect();
    assert_eq!(
        summary,
        [("londo", "three", false), ("garek", "two", false)]
    );
    assert_eq!(listed[0].created_at, last.created_at);
    assert_eq!(listed[0].display_name, "Londo Mollari");
    let theirs = groups(&api.signed_in("londo").await).await;
    assert_eq!(theirs.len(), 1);
    assert_eq!(
        (theirs[0].handle.as_str(), theirs[0].message.as_str()),
        ("worf", "three")
    );
    assert_eq!(theirs[0].uuid, listed[0].uuid);
}

#[tokio::test]
async fn conversations_of_others_are_unreachable() {
    let api = Api::start().await;
    let (worf, garek) = (api.signed_in("worf").await, api.signed_in("garek").await);
    let secret = send(&worf, "londo", "zyzzyva for you only").await;
    for path in [
        GROUPS.to_owned(),
        format!("{MESSAGES}/@londo"),
        format!("{MESSAGES}/@worf"),
        "/api/activities/search?term=zyzzyva".to_owned(),
    ] {
        let response = garek.get(&path).await;
        assert_eq!(response.json::<Vec<Value>>(), Vec::<Value>::new(), "{path}");
    }
    let as_crud = garek.get(&format!("/api/activities/{}", secret.uuid)).await;
    as_crud.assert_problem(404);
}

#[tokio::test]
async fn signed_out_visitors_get_401() {
    let api = Api::start().await;
    let visitor = api.visitor();
    visitor.get(GROUPS).await.assert_problem(401);
    let path = format!("{MESSAGES}/@worf");
    visitor.get(&path).await.assert_problem(401);
    let body = to("worf", "hi");
    visitor.post(MESSAGES, &body).await.assert_problem(401);
    let read = format!("{path}/read");
    visitor.post(&read, &json!({})).await.assert_problem(401);
}

#[tokio::test]
async fn invalid_messages_have_all_their_codes() {
    let api = Api::start().await;
    let worf = api.signed_in("worf").await;
    let lines = vec!["x"; 41].join("\n");
    for (body, codes) in [
        (to("londo", " \n\u{200b}"), json!(["message_blank"])),
        (to(" ", "hi"), json!(["user_reciever_handle_blank"])),
        (
            json!({}),
            json!(["user_reciever_handle_blank", "message_blank"]),
        ),
        (
            to("londo", &"x".repeat(1025)),
            json!(["message_exceed_max_chars"]),
        ),
        (
            to("londo", &"🎉".repeat(1025)),
            json!(["message_exceed_max_chars"]),
        ),
        (to("londo", &lines), json!(["message_exceed_max_lines"])),
        (
            to("worf", "note to self"),
            json!(["user_reciever_handle_own"]),
        ),
        (
            to("WORF", "note to self"),
            json!(["user_reciever_handle_own"]),
        ),
    ] {
        assert_eq!(worf.post(MESSAGES, &body).await.error(), (422, codes));
    }
    assert_eq!(groups(&worf).await, []);
}

#[tokio::test]
async fn message_of_1024_characters_is_stored_unchanged() {
    let api = Api::start().await;
    let worf = api.signed_in("worf").await;
    for character in ["x", "é", "🎉", "語"] {
        let message = character.repeat(1024);
        assert_eq!(send(&worf, "londo", &message).await.message, message);
        assert_eq!(conversation(&worf, "londo").await[0].message, message);
    }
}

#[tokio::test]
async fn markup_and_sql_are_stored_unchanged() {
    let api = Api::start().await;
    let (worf, londo) = (api.signed_in("worf").await, api.signed_in("londo").await);
    for message in [
        "<script>alert(1)</script>",
        "'; DROP TABLE messages; --",
        "\" OR 1=1; %_\\ $1 ?1 {{x}}",
        "null \u{0} byte",
        "\u{202e}reversed\u{202c} e\u{301}\u{301}\u{301}",
        "  leading and trailing  ",
    ] {
        send(&worf, "londo", message).await;
        assert_eq!(conversation(&londo, "worf").await[0].message, message);
        assert_eq!(groups(&londo).await[0].message, message);
    }
}

#[tokio::test]
async fn unknown_accounts_are_404() {
    let api = Api::start().await;
    let worf = api.signed_in("worf").await;
    for handle in ["nobody", "' OR 1=1 --", "<b>", "@londo"] {
        let response = worf.post(MESSAGES, &to(handle, "hi")).await;
        response.assert_problem(404);
    }
    let path = format!("{MESSAGES}/@nobody");
    worf.get(&path).await.assert_problem(404);
    let read = format!("{path}/read");
    worf.post(&read, &json!({})).await.assert_problem(404);
    assert_eq!(conversation(&worf, "worf").await, []);
}

#[tokio::test]
async fn conversation_is_paged_without_gaps_while_messages_are_written() {
    let api = Api::start().await;
    let (worf, londo) = (api.signed_in("worf").await, api.signed_in("londo").await);
    let mut expected = Vec::new();
    for index in 0..50 {
        expected.push(send(&worf, "londo", &format!("old {index}")).await.message);
    }
    expected.reverse();
    let mut path = format!("{MESSAGES}/@worf");
    let mut shown = Vec::new();
    for round in 0.. {
        let page = londo.get(&path).await;
        let messages: Vec<Message> = page.json();
        assert!(messages.len() <= 20);
        shown.extend(messages.into_iter().map(|it| it.message));
        let Some(next) = next_page(&page) else { break };
        path = next;
        let new = (0..5).map(|_| send(&worf, "londo", "new"));
        futures_util::future::join_all(new).await;
        assert!(round < 10);
    }
    assert_eq!(shown, expected);
}

#[tokio::test]
async fn groups_are_paged_without_gaps() {
    let api = Api::start().await;
    let worf = api.signed_in("worf").await;
    api.execute(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 45) \
         INSERT INTO users (handle, display_name, email, password_hash, created_at) \
         SELECT 'user' || i, 'User', 'user' || i || '@example.com', '', 0 FROM n",
    )
    .await;
    for index in 1..=45 {
        send(&worf, &format!("user{index}"), "hi").await;
    }
    let (mut path, mut handles) = (GROUPS.to_owned(), Vec::new());
    loop {
        let page = worf.get(&path).await;
        let groups: Vec<MessageGroup> = page.json();
        handles.extend(groups.into_iter().map(|it| it.handle));
        let Some(next) = next_page(&page) else { break };
        path = next;
    }
    let expected: Vec<String> = (1..=45).rev().map(|index| format!("user{index}")).collect();
    assert_eq!(handles, expected);
}

#[tokio::test]
async fn invalid_cursor_is_400() {
    let api = Api::start().await;
    let worf = api.signed_in("worf").await;
    for path in [GROUPS.to_owned(), format!("{MESSAGES}/@londo")] {
        worf.get(&format!("{path}?before=x"))
            .await
            .assert_problem(400);
    }
}

#[tokio::test]
async fn message_is_unread_until_it_is_marked_as_read() {
    let api = Api::start().await;
    let (worf, londo) = (api.signed_in("worf").await, api.signed_in("londo").await);
    let read = format!("{MESSAGES}/@worf/read");
    let first = send(&worf, "londo", "one").await;
    assert_eq!((unread(&worf).await, unread(&londo).await), (0, 1));
    assert!(groups(&londo).await[0].unread);

    let until = json!({ "until": first.created_at });
    let unread_now = londo.post(&read, &until).await;
    assert_eq!(
        unread_now.json::<UnreadConversations>(),
        UnreadConversations::default()
    );
    assert_eq!(unread(&londo).await, 0);
    // A time in the past does not make it unread again.
    let past = json!({ "until": "2022-11-22T16:15:45Z" });
    assert_eq!(londo.post(&read, &past).await.status.as_u16(), 200);
    assert!(!groups(&londo).await[0].unread);

    api.execute("UPDATE message_groups SET seen_at = seen_at - 1000 WHERE seen_at > 0")
        .await;
    assert_eq!(unread(&londo).await, 1);
    assert_eq!(londo.post(&read, &json!({})).await.status.as_u16(), 200);
    assert_eq!(unread(&londo).await, 0);
}

/// The clocks of two back ends differ, or one transaction takes longer than another.
#[tokio::test]
async fn message_is_later_than_all_earlier_ones_of_its_conversation() {
    let api = Api::start().await;
    let (worf, londo) = (api.signed_in("worf").await, api.signed_in("londo").await);
    let first = send(&worf, "londo", "one").await;
    let ahead = "UPDATE messages SET created_at = created_at + 60000; \
        UPDATE message_groups SET last_message_at = last_message_at + 60000";
    api.execute(ahead).await;
    let read = format!("{MESSAGES}/@worf/read");
    londo.post(&read, &json!({})).await;
    assert_eq!(unread(&londo).await, 0);

    let second = send(&worf, "londo", "two").await;
    let listed = conversation(&londo, "worf").await;
    assert_eq!(texts(&listed), ["two", "one"]);
    assert_eq!(listed[0], second);
    assert!(second.created_at > listed[1].created_at && listed[1].created_at > first.created_at);
    assert_eq!((unread(&londo).await, unread(&worf).await), (1, 0));
    let [group]: [MessageGroup; 1] = groups(&londo).await.try_into().unwrap();
    assert_eq!(
        (group.message.as_str(), group.created_at, group.unread),
        ("two", second.created_at, true)
    );
    // The page marks as read what it shows, which is in the future of this back end.
    let until = json!({ "until": second.created_at });
    londo.post(&read, &until).await;
    assert_eq!(unread(&londo).await, 0);

    let answer = send(&londo, "worf", "three").await;
    assert!(answer.created_at > second.created_at);
    assert_eq!((unread(&londo).await, unread(&worf).await), (0, 1));
}

#[tokio::test]
async fn message_after_a_time_that_was_marked_as_read_in_advance_is_unread() {
    let api = Api::start().await;
    let (worf, londo) = (api.signed_in("worf").await, api.signed_in("londo").await);
    send(&worf, "londo", "one").await;
    let read = format!("{MESSAGES}/@worf/read");
    let future = json!({ "until": "2999-01-01T00:00:00Z" });
    londo.post(&read, &future).await;
    assert_eq!(unread(&londo).await, 0);
    send(&worf, "londo", "two").await;
    assert_eq!(unread(&londo).await, 1);
}

#[tokio::test]
async fn answer_marks_the_conversation_as_read() {
    let api = Api::start().await;
    let (worf, londo) = (api.signed_in("worf").await, api.signed_in("londo").await);
    send(&worf, "londo", "one").await;
    send(&londo, "worf", "two").await;
    assert_eq!((unread(&worf).await, unread(&londo).await), (1, 0));
}

async fn keyed(client: &Client<'_>, key: &str, body: &Value) -> Response {
    client
        .with("idempotency-key", key)
        .post(MESSAGES, body)
        .await
}

fn replayed(response: &Response) -> bool {
    response.headers.contains_key("idempotent-replayed")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn concurrent_requests_with_one_key_send_one_message() {
    let api = Api::start().await;
    let worf = api.signed_in("worf").await;
    let body = to("londo", "once");
    let attempts = (0..20).map(|_| keyed(&worf, "click-1", &body));
    let responses = futures_util::future::join_all(attempts).await;
    let first: Message = responses[0].json();
    assert!(responses.iter().all(|it| it.json::<Message>() == first));
    assert_eq!(responses.iter().filter(|it| !replayed(it)).count(), 1);
    assert_eq!(conversation(&worf, "londo").await, [first]);
}

#[tokio::test]
async fn key_of_another_request_is_422() {
    let api = Api::start().await;
    let worf = api.signed_in("worf").await;
    keyed(&worf, "click-1", &to("londo", "one")).await;
    let reused = (422, json!(["idempotency_key_reused"]));
    for body in [to("londo", "two"), to("garek", "one")] {
        assert_eq!(keyed(&worf, "click-1", &body).await.error(), reused);
    }
    let crud = json!({ "message": "one", "ttl": "1-day" });
    let as_crud = worf.with("idempotency-key", "click-1");
    assert_eq!(as_crud.post("/api/activities", &crud).await.error(), reused);
    assert_eq!(texts(&conversation(&worf, "londo").await), ["one"]);
    assert_eq!(conversation(&worf, "garek").await, []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn concurrent_messages_of_both_accounts_are_all_stored() {
    let api = Api::start().await;
    let (worf, londo) = (api.signed_in("worf").await, api.signed_in("londo").await);
    let sent = (0..10).flat_map(|_| [send(&worf, "londo", "a"), send(&londo, "worf", "b")]);
    let sent = futures_util::future::join_all(sent).await;
    let uuids: HashSet<_> = sent.iter().map(|it| it.uuid.clone()).collect();
    let shown = conversation(&worf, "londo").await;
    assert_eq!(shown.len(), 20);
    assert_eq!(
        shown
            .iter()
            .map(|it| it.uuid.clone())
            .collect::<HashSet<_>>(),
        uuids
    );
    let (of_worf, of_londo) = (groups(&worf).await, groups(&londo).await);
    assert_eq!((of_worf.len(), of_londo.len()), (1, 1));
    assert_eq!(of_worf[0].message, shown[0].message);
    assert_eq!(of_worf[0].created_at, of_londo[0].created_at);
}

#[tokio::test]
async fn messages_are_not_deleted_by_the_sweeper() {
    let api = Api::start().await;
    let worf = api.signed_in("worf").await;
    send(&worf, "londo", "forever").await;
    api.execute("UPDATE messages SET created_at = 0").await;
    let crud = worf.crud("gone soon").await;
    api.execute("UPDATE activities SET expires_at = 1 WHERE message = 'gone soon'")
        .await;
    let sweep = tokio::spawn(api.state.sweep());
    let path = format!("/api/activities/{}", crud.uuid);
    let left = "SELECT count(*) FROM activities WHERE message = 'gone soon'";
    let swept = async { while api.number(left).await > 0 {} };
    tokio::time::timeout(std::time::Duration::from_secs(30), swept)
        .await
        .unwrap();
    sweep.abort();
    worf.get(&path).await.assert_problem(404);
    assert_eq!(texts(&conversation(&worf, "londo").await), ["forever"]);
}
