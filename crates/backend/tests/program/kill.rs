//! The program is killed while messages are sent.

use std::{
    collections::HashMap,
    sync::atomic::{AtomicUsize, Ordering},
};

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::{server::Server, wait_until};

const ROUNDS: usize = 5;
const MESSAGES_PER_ROUND: usize = 100;
/// The program is killed after this many messages of a round are acknowledged.
const ACKNOWLEDGED_BEFORE_KILL: usize = 20;

/// Sends a message and returns whether it was acknowledged. A later attempt has the same key.
async fn send(server: &Server, cookie: &str, text: &str) -> bool {
    let body = json!({ "message": text, "user_receiver_handle": "londo" });
    let request = server.post_request("/api/messages", &body, cookie);
    let key = text.replace(' ', "-");
    let response = request.header("idempotency-key", key).send().await;
    response.is_ok_and(|response| response.status() == 200)
}

/// Returns how often each message is in the conversation.
async fn stored(server: &Server, cookie: &str) -> HashMap<String, usize> {
    let (mut path, mut counts) = ("/api/messages/@londo".to_owned(), HashMap::new());
    loop {
        let page = server.request(&path).header("cookie", cookie);
        let page = page.send().await.unwrap();
        assert_eq!(page.status(), 200);
        let link = page.headers().get("link").cloned();
        for message in page.json::<Vec<Value>>().await.unwrap() {
            let text = message["message"].as_str().unwrap().to_owned();
            *counts.entry(text).or_default() += 1;
        }
        let link = link.as_ref().map_or("", |link| link.to_str().unwrap());
        match api_types::page::next_from_link(link) {
            Some(next) => path = next.to_owned(),
            None => return counts,
        }
    }
}

#[tokio::test]
async fn acknowledged_messages_survive_a_kill_and_none_is_stored_twice() {
    let mut server = Server::start(&[]).await;
    let cookie = server.sign_in("worf").await;
    let mut sent = Vec::new();
    for round in 0..ROUNDS {
        let texts: Vec<String> = (0..MESSAGES_PER_ROUND)
            .map(|index| format!("message {round} {index}"))
            .collect();
        let acknowledged = AtomicUsize::new(0);
        let attempts = join_all(texts.iter().map(async |text| {
            let is_acknowledged = send(&server, &cookie, text).await;
            acknowledged.fetch_add(usize::from(is_acknowledged), Ordering::Relaxed);
            is_acknowledged
        }));
        let enough = wait_until("messages are acknowledged", async || {
            acknowledged.load(Ordering::Relaxed) >= ACKNOWLEDGED_BEFORE_KILL
        });
        let kill = async {
            enough.await;
            server.kill().await;
        };
        let (results, ()) = tokio::join!(attempts, kill);
        server = server.restart().await;

        let before_retry = stored(&server, &cookie).await;
        for (text, is_acknowledged) in texts.iter().zip(&results) {
            let count = before_retry.get(text).copied().unwrap_or_default();
            assert!(count <= 1, "{text} is stored {count} times");
            assert!(count == 1 || !is_acknowledged, "{text} is lost");
        }
        for text in &texts {
            assert!(send(&server, &cookie, text).await, "{text}");
        }
        sent.extend(texts);
        let counts = stored(&server, &cookie).await;
        assert_eq!(counts.len(), sent.len());
        assert!(counts.values().all(|count| *count == 1));
    }
}
