//! Event streams.

use std::time::Duration;

use api_types::{LiveMessage, LiveState, Message};
use axum::{
    body::BodyDataStream,
    http::{StatusCode, header},
};
use cruddur_backend::{LiveLimits, security::SecuritySettings};
use futures_util::StreamExt;
use serde_json::json;
use tokio::time::timeout;

use crate::{
    support::{Api, Client},
    traces::recorded::{Trace, traceparent},
};

/// A test fails if an event does not arrive within this time. It says nothing about latency.
const DEADLINE: Duration = Duration::from_secs(30);
const EVENTS: &str = "/api/events";

/// An open stream.
struct Events {
    body: BodyDataStream,
    text: String,
}

impl Events {
    async fn open(client: &Client<'_>) -> (Self, LiveState) {
        let response = client.open(EVENTS).await;
        assert_eq!(response.status(), StatusCode::OK);
        let mut events = Self {
            body: response.into_body().into_data_stream(),
            text: String::new(),
        };
        let ready = events.next("ready").await;
        (events, serde_json::from_str(&ready).unwrap())
    }

    /// Returns the next block of lines, or `None` at the end of the stream.
    async fn block(&mut self) -> Option<String> {
        while !self.text.contains("\n\n") {
            let chunk = timeout(DEADLINE, self.body.next()).await.unwrap();
            let chunk = chunk?.unwrap();
            self.text.push_str(std::str::from_utf8(&chunk).unwrap());
        }
        let (block, rest) = self.text.split_once("\n\n").unwrap();
        let (block, rest) = (block.to_owned(), rest.to_owned());
        self.text = rest;
        Some(block)
    }

    /// Returns the data of the next event, which has this name.
    async fn next(&mut self, name: &str) -> String {
        let block = self.block().await.unwrap();
        let field = |field: &str| {
            let mut lines = block.lines();
            lines.find_map(|line| line.strip_prefix(field)?.strip_prefix(": "))
        };
        assert_eq!(field("event"), Some(name), "{block}");
        field("data").unwrap().to_owned()
    }

    async fn message(&mut self) -> LiveMessage {
        serde_json::from_str(&self.next("message").await).unwrap()
    }

    /// Waits for the end of the stream. Events before it are skipped.
    async fn end(mut self) {
        while self.block().await.is_some() {}
    }
}

async fn send(client: &Client<'_>, handle: &str, message: &str) -> Message {
    let body = json!({ "message": message, "user_receiver_handle": handle });
    client.post("/api/messages", &body).await.json()
}

async fn with_limits(limits: LiveLimits) -> Api {
    Api::with_limits(SecuritySettings::default(), limits).await
}

#[tokio::test]
async fn message_reaches_the_streams_of_both_accounts_and_no_others() {
    let api = Api::start().await;
    let (worf, londo) = (api.signed_in("worf").await, api.signed_in("londo").await);
    let (mut to_worf, _) = Events::open(&worf).await;
    let (mut to_londo, _) = Events::open(&londo).await;
    let (mut to_londos_other_tab, _) = Events::open(&londo).await;
    let garek = api.signed_in("garek").await;
    let (mut to_garek, _) = Events::open(&garek).await;

    let sent = send(&worf, "londo", "one\ntwo\r\n\n<b>three</b> 🎉").await;
    let at_worf = to_worf.message().await;
    assert_eq!(at_worf.unread_conversations_count, Some(0));
    assert_eq!(
        (at_worf.conversation.as_str(), &at_worf.message),
        ("londo", &sent)
    );
    for stream in [&mut to_londo, &mut to_londos_other_tab] {
        let at_londo = stream.message().await;
        assert_eq!(at_londo.unread_conversations_count, Some(1));
        assert_eq!(
            (at_londo.conversation.as_str(), &at_londo.message),
            ("worf", &sent)
        );
    }
    let to_garek_only = send(&worf, "garek", "four").await;
    assert_eq!(to_garek.message().await.message, to_garek_only);
}

#[tokio::test]
async fn replayed_message_is_delivered_once() {
    let api = Api::start().await;
    let (worf, londo) = (api.signed_in("worf").await, api.signed_in("londo").await);
    let (mut events, _) = Events::open(&londo).await;
    let (mut to_sender, _) = Events::open(&worf).await;
    let keyed = worf.with("idempotency-key", "click-1");
    let first = send(&keyed, "londo", "once").await;
    assert_eq!(send(&keyed, "londo", "once").await, first);
    let second = send(&worf, "londo", "twice").await;
    let event = events.message().await;
    assert_eq!(
        (event.message, event.idempotency_key),
        (first.clone(), None)
    );
    let at_sender = to_sender.message().await;
    assert_eq!(at_sender.idempotency_key.as_deref(), Some("click-1"));
    assert_eq!(events.message().await.message, second);
}

#[tokio::test]
async fn stream_begins_with_the_state_of_the_account() {
    let api = Api::start().await;
    let (worf, londo) = (api.signed_in("worf").await, api.signed_in("londo").await);
    let (_, state) = Events::open(&londo).await;
    assert_eq!(state, LiveState::default());
    let sent = send(&worf, "londo", "hi").await;
    let expected = LiveState {
        unread_conversations_count: 1,
        last_message_at: sent.created_at,
    };
    assert_eq!(Events::open(&londo).await.1, expected);
}

#[tokio::test]
async fn stream_is_not_stored_or_buffered() {
    let api = Api::start().await;
    let worf = api.signed_in("worf").await;
    let response = worf.open(EVENTS).await;
    for (name, value) in [
        ("content-type", "text/event-stream"),
        ("cache-control", "no-store"),
        ("x-accel-buffering", "no"),
        ("x-content-type-options", "nosniff"),
    ] {
        assert_eq!(response.headers()[name], value);
    }
    assert!(!response.headers().contains_key(header::CONTENT_ENCODING));
}

#[tokio::test]
async fn signed_out_visitor_gets_401() {
    let api = Api::start().await;
    api.visitor().get(EVENTS).await.assert_problem(401);
    let forged = api.visitor().with_cookie("cruddur_session=0000");
    forged.get(EVENTS).await.assert_problem(401);
}

#[tokio::test]
async fn stream_above_the_limit_of_an_account_is_429_until_one_is_closed() {
    let api = with_limits(LiveLimits {
        streams_per_account: 2,
        ..LiveLimits::default()
    })
    .await;
    let worf = api.signed_in("worf").await;
    let (first, _) = Events::open(&worf).await;
    let (_second, _) = Events::open(&worf).await;
    let third = worf.get(EVENTS).await;
    third.assert_problem(429);
    assert_eq!(third.header(header::RETRY_AFTER), "60");
    let londo = api.signed_in("londo").await;
    let (_other, _) = Events::open(&londo).await;
    drop(first);
    Events::open(&worf).await;
}

#[tokio::test]
async fn stream_above_the_limit_of_all_accounts_is_503() {
    let api = with_limits(LiveLimits {
        streams: 1,
        ..LiveLimits::default()
    })
    .await;
    let (worf, londo) = (api.signed_in("worf").await, api.signed_in("londo").await);
    let (open, _) = Events::open(&worf).await;
    let rejected = londo.get(EVENTS).await;
    rejected.assert_problem(503);
    assert_eq!(rejected.header(header::RETRY_AFTER), "1");
    drop(open);
    Events::open(&londo).await;
}

#[tokio::test]
async fn idle_stream_has_heartbeats() {
    let api = with_limits(LiveLimits {
        heartbeat: Duration::from_millis(20),
        ..LiveLimits::default()
    })
    .await;
    let worf = api.signed_in("worf").await;
    let (mut events, _) = Events::open(&worf).await;
    for _ in 0..3 {
        events.next("alive").await;
    }
}

#[tokio::test]
async fn sign_out_ends_the_streams_of_its_session_only() {
    let api = Api::start().await;
    let (phone, laptop) = (api.signed_in("worf").await, api.signed_in("worf").await);
    let (on_phone, _) = Events::open(&phone).await;
    let (mut on_laptop, _) = Events::open(&laptop).await;
    phone.post("/api/auth/signout", &json!({})).await;
    on_phone.end().await;
    let sent = send(&laptop, "londo", "still here").await;
    assert_eq!(on_laptop.message().await.message, sent);
}

#[tokio::test]
async fn sign_out_everywhere_ends_all_streams_of_the_account() {
    let api = Api::start().await;
    let (phone, laptop) = (api.signed_in("worf").await, api.signed_in("worf").await);
    let (on_phone, _) = Events::open(&phone).await;
    let (on_laptop, _) = Events::open(&laptop).await;
    phone.post("/api/auth/signout-everywhere", &json!({})).await;
    on_phone.end().await;
    on_laptop.end().await;
}

#[tokio::test]
async fn stream_ends_when_its_session_is_gone_at_a_heartbeat() {
    let api = with_limits(LiveLimits {
        heartbeat: Duration::from_millis(20),
        ..LiveLimits::default()
    })
    .await;
    let worf = api.signed_in("worf").await;
    let (events, _) = Events::open(&worf).await;
    api.execute("UPDATE sessions SET expires_at = 1").await;
    events.end().await;
}

#[tokio::test]
async fn old_stream_is_ended() {
    let api = with_limits(LiveLimits {
        max_age: Duration::from_millis(50),
        ..LiveLimits::default()
    })
    .await;
    let worf = api.signed_in("worf").await;
    let (events, _) = Events::open(&worf).await;
    events.end().await;
}

#[tokio::test]
async fn shutdown_ends_streams() {
    let api = Api::start().await;
    let worf = api.signed_in("worf").await;
    let (events, _) = Events::open(&worf).await;
    api.state.end_event_streams();
    events.end().await;
}

#[tokio::test]
async fn stream_that_lags_behind_is_ended() {
    let api = with_limits(LiveLimits {
        buffered_updates: 4,
        ..LiveLimits::default()
    })
    .await;
    let (worf, londo) = (api.signed_in("worf").await, api.signed_in("londo").await);
    let (events, _) = Events::open(&londo).await;
    for index in 0..10 {
        send(&worf, "londo", &format!("{index}")).await;
    }
    events.end().await;
    let (_, state) = Events::open(&londo).await;
    assert!(state.last_message_at.is_some());
}

#[tokio::test]
async fn event_links_to_the_trace_of_its_message_and_the_stream_has_none() {
    let api = Api::start().await;
    let (worf, londo) = (api.signed_in("worf").await, api.signed_in("londo").await);
    let (mut events, _) = Events::open(&londo).await;
    let parent = traceparent(41);
    send(&worf.traced(&parent), "londo", "hi").await;
    let event = events.message().await;
    let link = event.traceparent.unwrap();
    let trace = Trace::of(&parent);
    let create = &trace.span("create_message").span_context;
    let expected = format!("00-{}-{}-01", create.trace_id(), create.span_id());
    assert_eq!(link, expected);
    assert!(!trace.has("GET /api/events"));
}

#[tokio::test]
async fn span_of_a_traced_stream_ends_with_its_head() {
    let api = Api::start().await;
    let worf = api.signed_in("worf").await;
    let parent = traceparent(42);
    let (_open, _) = Events::open(&worf.traced(&parent)).await;
    Trace::of(&parent).assert_tree(
        "GET /api/events
           authenticate
             SELECT sessions
           subscribe
             SELECT message_groups
             SELECT message_groups",
    );
}
