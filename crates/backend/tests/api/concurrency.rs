//! Requests at the same time.

use std::collections::HashSet;

use api_types::{Activity, Message, MessageGroup, UnreadConversations, page::next_from_link};
use axum::http::header;
use futures_util::future::join_all;
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::support::{Api, Client};

const ACCOUNTS: usize = 50;

/// Inserts accounts with a session each, and returns their clients.
async fn signed_in_accounts(api: &Api) -> Vec<Client<'_>> {
    let mut clients = Vec::new();
    for number in 0..ACCOUNTS {
        let token = format!("{number:064}");
        let digest: String = Sha256::digest(&token)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        api.execute(format!(
            "INSERT INTO users (handle, display_name, email, password_hash, created_at) \
             VALUES ('user{number}', 'User', 'user{number}@example.com', '', 1); \
             INSERT INTO sessions (token_sha256, user_id, expires_at) \
             SELECT '{digest}', id, 9999999999999 FROM users WHERE handle = 'user{number}'"
        ))
        .await;
        let cookie = format!("cruddur_session={token}");
        clients.push(api.visitor().with_cookie(cookie));
    }
    clients
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn parallel_likes_and_reposts_are_all_counted() {
    let api = Api::start().await;
    let crud = api.signed_in("worf").await.crud("Like this.").await;
    let path = format!("/api/activities/{}", crud.uuid);
    let (like, repost) = (format!("{path}/like"), format!("{path}/repost"));
    let clients = signed_in_accounts(&api).await;
    let count = async || {
        let [shown]: [Activity; 1] = api.visitor().get(&path).await.json();
        (shown.likes_count as usize, shown.reposts_count as usize)
    };
    let react = clients.iter().map(async |client| {
        let liked = client.put(&like).await.status;
        (liked, client.put(&repost).await.status)
    });
    for (liked, reposted) in join_all(react).await {
        assert_eq!((liked.as_u16(), reposted.as_u16()), (200, 200));
    }
    assert_eq!(count().await, (ACCOUNTS, ACCOUNTS));
    // Each like twice, among removals of reposts.
    let react = clients.iter().map(async |client| {
        let (liked, removed) = tokio::join!(client.put(&like), client.delete(&repost));
        (liked.status, removed.status)
    });
    for (liked, removed) in join_all(react).await {
        assert_eq!((liked.as_u16(), removed.as_u16()), (200, 200));
    }
    assert_eq!(count().await, (ACCOUNTS, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn pages_have_no_gaps_or_duplicates_while_cruds_are_written() {
    let api = Api::start().await;
    let worf = api.signed_in("worf").await;
    for number in 0..50 {
        worf.crud(&format!("old {number}")).await;
    }
    let expected: HashSet<String> = (0..50).map(|number| format!("old {number}")).collect();
    let write = async {
        for batch in 0..20 {
            let cruds = (0..5).map(|number| format!("new {batch} {number}"));
            join_all(cruds.map(async |message| worf.crud(&message).await)).await;
        }
    };
    let read = async {
        for _ in 0..5 {
            let (mut uuids, mut old) = (HashSet::new(), HashSet::new());
            let mut next = Some("/api/activities/home".to_owned());
            while let Some(path) = next {
                let response = api.visitor().get(&path).await;
                next = next_from_link(response.header(header::LINK)).map(str::to_owned);
                for crud in response.json::<Vec<Activity>>() {
                    assert!(uuids.insert(crud.uuid), "{} is repeated", crud.message);
                    old.extend(Some(crud.message).filter(|it| it.starts_with("old ")));
                }
            }
            assert_eq!(old, expected);
        }
    };
    tokio::join!(write, read);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn reactions_to_a_crud_that_is_deleted_meanwhile_are_200_or_404() {
    let api = Api::start().await;
    let worf = api.signed_in("worf").await;
    let clients = signed_in_accounts(&api).await;
    for _ in 0..5 {
        let crud = worf.crud("Soon gone.").await;
        let path = format!("/api/activities/{}", crud.uuid);
        let like = format!("{path}/like");
        let react = clients.iter().take(10).map(async |client| {
            let liked = client.put(&like).await.status.as_u16();
            (liked, client.delete(&like).await.status.as_u16())
        });
        let (reactions, deleted) = tokio::join!(join_all(react), worf.delete(&path));
        assert_eq!(deleted.status.as_u16(), 204, "{}", deleted.text);
        for (liked, unliked) in reactions {
            assert!([200, 404].contains(&liked), "{liked}");
            assert!([200, 404].contains(&unliked), "{unliked}");
        }
        worf.get(&path).await.assert_problem(404);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn parallel_messages_of_a_conversation_have_different_times_and_the_last_one_reads_all() {
    let api = Api::start().await;
    let (worf, londo) = (api.signed_in("worf").await, api.signed_in("londo").await);
    let send = async |number: usize| {
        let body = json!({ "message": number.to_string(), "user_receiver_handle": "londo" });
        let sent: Message = worf.post("/api/messages", &body).await.json();
        sent.created_at.unwrap()
    };
    let sent = join_all((0..15).map(send)).await;
    let times: HashSet<_> = sent.iter().map(|time| time.as_millis()).collect();
    assert_eq!(times.len(), sent.len());
    let until = json!({ "until": sent.iter().max() });
    let read = londo.post("/api/messages/@worf/read", &until).await;
    assert_eq!(
        read.json::<UnreadConversations>(),
        UnreadConversations::default()
    );
    let [group]: [MessageGroup; 1] = londo.get("/api/message_groups").await.json();
    assert_eq!(group.created_at.as_ref(), sent.iter().max());
}
