//! Live updates between back ends on one PostgreSQL server.

use std::{
    collections::BTreeSet,
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    time::{Duration, Instant},
};

use postgres_server::Server as Postgres;
use serde_json::{Value, json};
use sqlx::{Connection, PgConnection};
use tokio::time::timeout;

use crate::{
    DEADLINE,
    postgres::{postgres, seed},
    proxy::Proxy,
    server::Server,
    wait_until,
};

const TRACE_ID: &str = "0af7651916cd43dd8448eb211c80319c";
/// The time from the restart of PostgreSQL to the next live update.
const MAX_RECOVERY: Duration = Duration::from_secs(5);
/// The number of acknowledged messages before and after each restart.
const MESSAGES_PER_PHASE: usize = 20;

/// An open stream.
struct Events {
    response: reqwest::Response,
    text: String,
}

impl Events {
    /// Opens a stream, as soon as the back end can read the state of the account.
    async fn open(server: &Server, cookie: &str) -> Self {
        let begin = Instant::now();
        loop {
            let request = server.request("/api/events").header("cookie", cookie);
            let response = request.send().await.unwrap();
            if response.status() == 200 {
                let text = String::new();
                return Self { response, text };
            }
            assert_eq!(response.status(), 503);
            assert!(begin.elapsed() < DEADLINE, "no stream");
        }
    }

    /// Returns the name and the data of the next event other than `alive`, or `None` at the end.
    async fn next(&mut self) -> Option<(String, Value)> {
        let next = async {
            loop {
                let (name, data) = self.any().await?;
                if name != "alive" {
                    return Some((name, data));
                }
            }
        };
        timeout(DEADLINE, next).await.unwrap()
    }

    async fn any(&mut self) -> Option<(String, Value)> {
        while !self.text.contains("\n\n") {
            let chunk = self.response.chunk().await.ok()??;
            self.text.push_str(std::str::from_utf8(&chunk).unwrap());
        }
        let (block, rest) = self.text.split_once("\n\n").unwrap();
        let field = |name: &str| {
            let mut lines = block.lines();
            lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
        };
        let name = field("event").unwrap().to_owned();
        let data = serde_json::from_str(field("data").unwrap()).unwrap();
        self.text = rest.to_owned();
        Some((name, data))
    }

    /// Returns the data of the next event, which has this name.
    async fn expect(&mut self, expected: &str) -> Value {
        let (name, data) = self.next().await.unwrap();
        assert_eq!(name, expected, "{data}");
        data
    }
}

/// Sends a message from worf to londo with its text as the key, and returns whether it was acknowledged.
async fn send(server: &Server, cookie: &str, text: &str) -> bool {
    let body = json!({ "message": text, "user_receiver_handle": "londo" });
    let request = server.post_request("/api/messages", &body, cookie);
    let request = request
        .header("idempotency-key", text.replace(' ', "-"))
        .header("sec-fetch-site", "same-origin")
        .header("traceparent", format!("00-{TRACE_ID}-b7ad6b7169203331-01"));
    request.send().await.is_ok_and(|it| it.status() == 200)
}

/// Starts two back ends on one server.
async fn two_back_ends(postgres: &Postgres) -> (Server, Server) {
    let url = postgres.url("postgres");
    let variables = [("DATABASE_URL", url.as_str())];
    let servers = tokio::join!(Server::start(&variables), Server::start(&variables));
    seed(&url).await;
    servers
}

#[tokio::test(flavor = "multi_thread")]
async fn message_through_one_back_end_reaches_streams_of_the_other() {
    let Some(postgres) = postgres() else {
        return;
    };
    let (one, other) = two_back_ends(&postgres).await;
    let (worf, londo) = (one.sign_in("worf").await, one.sign_in("londo").await);
    let mut to_worf = Events::open(&other, &worf).await;
    let mut to_londo = Events::open(&other, &londo).await;
    to_worf.expect("ready").await;
    to_londo.expect("ready").await;

    let text = "a \u{0} b ".to_owned() + &"\u{1f389}".repeat(1000);
    let body = json!({ "message": text, "user_receiver_handle": "londo" });
    let request = one.post_request("/api/messages", &body, &worf);
    let request = request
        .header("idempotency-key", "click-1")
        .header("sec-fetch-site", "same-origin")
        .header("traceparent", format!("00-{TRACE_ID}-b7ad6b7169203331-01"));
    let sent: Value = request.send().await.unwrap().json().await.unwrap();
    assert_eq!(sent["message"], text);

    let at_londo = to_londo.expect("message").await;
    let at_worf = to_worf.expect("message").await;
    assert_eq!((&at_londo["message"], &at_worf["message"]), (&sent, &sent));
    assert_eq!(at_londo["conversation"], "worf");
    assert_eq!(at_worf["conversation"], "londo");
    assert_eq!(at_londo["unread_conversations_count"], 1);
    assert_eq!(at_londo.get("idempotency_key"), None);
    assert_eq!(at_worf["idempotency_key"], "click-1");
    // Without an exporter, the span that stored the message is the caller's.
    for event in [at_londo, at_worf] {
        let link = event["traceparent"].as_str().unwrap();
        assert!(link.starts_with(&format!("00-{TRACE_ID}-")), "{link}");
    }

    let everywhere = one.post_request("/api/auth/signout-everywhere", &json!({}), &londo);
    assert_eq!(everywhere.send().await.unwrap().status(), 204);
    assert_eq!(to_londo.next().await, None);
}

/// A page that shows the conversation with worf.
struct Page<'a> {
    server: &'a Server,
    cookie: &'a str,
    shown: BTreeSet<String>,
}

impl Page<'_> {
    /// Loads the whole conversation.
    async fn load(&mut self) {
        let mut path = "/api/messages/@worf".to_owned();
        loop {
            let request = self.server.request(&path).header("cookie", self.cookie);
            let response = request.send().await.unwrap();
            if response.status() != 200 {
                // The next event or stream loads again.
                return;
            }
            let link = response.headers().get("link").cloned();
            for message in response.json::<Vec<Value>>().await.unwrap() {
                let text = message["message"].as_str().unwrap();
                self.shown.insert(text.to_owned());
            }
            let link = link.as_ref().map_or("", |link| link.to_str().unwrap());
            match api_types::page::next_from_link(link) {
                Some(next) => path = next.to_owned(),
                None => return,
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn updates_flow_again_after_restarts_and_the_page_misses_no_message() {
    let Some(mut postgres) = postgres() else {
        return;
    };
    let (one, other) = two_back_ends(&postgres).await;
    let (worf, londo) = (one.sign_in("worf").await, one.sign_in("londo").await);
    let is_finished = AtomicBool::new(false);
    let (sent, live) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let write = async {
        let mut acknowledged = BTreeSet::new();
        while !is_finished.load(Ordering::Relaxed) {
            let text = format!("message {}", acknowledged.len());
            if send(&one, &worf, &text).await {
                acknowledged.insert(text);
                sent.fetch_add(1, Ordering::Relaxed);
            }
        }
        send(&one, &worf, "the end").await;
        acknowledged
    };
    let read = async {
        let mut page = Page {
            server: &other,
            cookie: &londo,
            shown: BTreeSet::new(),
        };
        let mut events = Events::open(&other, &londo).await;
        while !page.shown.contains("the end") {
            match events.next().await {
                None => events = Events::open(&other, &londo).await,
                Some((name, _)) if name == "ready" => page.load().await,
                Some((_, event)) => {
                    let text = event["message"]["message"].as_str().unwrap();
                    page.shown.insert(text.to_owned());
                    live.fetch_add(1, Ordering::Relaxed);
                }
            }
        }
        page.shown
    };
    let restart = async {
        let more = async |count: &AtomicUsize, number: usize| {
            let target = count.load(Ordering::Relaxed) + number;
            wait_until("messages", async || count.load(Ordering::Relaxed) >= target).await;
        };
        for end in [Postgres::stop, Postgres::crash, Postgres::stop] {
            more(&live, MESSAGES_PER_PHASE).await;
            tokio::task::block_in_place(|| {
                end(&mut postgres).unwrap();
                postgres.resume().unwrap();
            });
            let begin = Instant::now();
            more(&live, 1).await;
            let recovery = begin.elapsed();
            println!("updates flow {} ms after the restart", recovery.as_millis());
            assert!(recovery < MAX_RECOVERY, "{recovery:?}");
        }
        more(&sent, MESSAGES_PER_PHASE).await;
        is_finished.store(true, Ordering::Relaxed);
    };
    let (acknowledged, shown, ()) = tokio::join!(write, read, restart);
    let missed: Vec<_> = acknowledged.difference(&shown).collect();
    assert!(missed.is_empty(), "{missed:?}");
    let exit = other.terminate().await;
    assert!(
        exit.log.contains("live updates are received again"),
        "{}",
        exit.log
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn silent_connection_is_replaced_and_the_stream_begins_anew() {
    let Some(postgres) = postgres() else {
        return;
    };
    let url = postgres.url("postgres");
    let one = Server::start(&[("DATABASE_URL", &url)]).await;
    seed(&url).await;
    let proxy = Proxy::start(&url, "LISTEN ").await;
    let other = Server::start(&[("DATABASE_URL", &proxy.url)]).await;
    let (worf, londo) = (one.sign_in("worf").await, one.sign_in("londo").await);
    let mut events = Events::open(&other, &londo).await;
    events.expect("ready").await;
    assert!(send(&one, &worf, "before").await);
    events.expect("message").await;

    proxy.freeze();
    assert!(send(&one, &worf, "missed").await);
    let state = events.expect("ready").await;
    let last = one.request("/api/messages/@worf").header("cookie", &londo);
    let last: Value = last.send().await.unwrap().json().await.unwrap();
    assert_eq!(last[0]["message"], "missed");
    assert_eq!(state["last_message_at"], last[0]["created_at"]);
    assert!(send(&one, &worf, "after").await);
    let event = events.expect("message").await;
    assert_eq!(event["message"]["message"], "after");

    let exit = other.terminate().await;
    let [warning] = exit.problems()[..] else {
        panic!("{}", exit.log)
    };
    assert!(warning.contains("a pooler in session mode"), "{warning}");
}

#[tokio::test(flavor = "multi_thread")]
async fn flood_of_forged_notifications_is_counted_and_reveals_nothing() {
    let Some(postgres) = postgres() else {
        return;
    };
    let (one, other) = two_back_ends(&postgres).await;
    let (worf, londo) = (one.sign_in("worf").await, one.sign_in("londo").await);
    let garek = one.sign_in("garek").await;
    let body = json!({ "message": "a secret", "user_receiver_handle": "garek" });
    let secret = one.post_request("/api/messages", &body, &worf);
    let secret: Value = secret.send().await.unwrap().json().await.unwrap();
    let mut events = Events::open(&other, &londo).await;
    events.expect("ready").await;

    let mut connection = PgConnection::connect(&postgres.url("postgres"))
        .await
        .unwrap();
    let londo_id: i64 = sqlx::query_scalar("SELECT id FROM users WHERE handle = 'londo'")
        .fetch_one(&mut connection)
        .await
        .unwrap();
    let forged = json!({
        "kind": "message", "uuid": secret["uuid"], "sender_id": londo_id, "receiver_id": londo_id
    });
    let strange = [
        forged.to_string(),
        String::new(),
        "{\"kind\":\"missed\"}".to_owned(),
        "[".repeat(7_000),
        format!("{{\"kind\":\"hunter2\",\"user_id\":{}}}", "9".repeat(7_000)),
        "\u{7f}\u{202e}hunter2".to_owned(),
    ];
    for number in 0..200 {
        for payload in &strange {
            // PostgreSQL drops repetitions within a transaction only.
            let payload = format!("{payload}{}", " ".repeat(number));
            sqlx::query("SELECT pg_notify('cruddur_live', $1)")
                .bind(payload)
                .execute(&mut connection)
                .await
                .unwrap();
        }
    }
    assert!(send(&one, &worf, "after the flood").await);
    let event = events.expect("message").await;
    assert_eq!(event["message"]["message"], "after the flood");
    drop(garek);

    let exit = other.terminate().await;
    let [warning] = exit.problems()[..] else {
        panic!("{}", exit.log)
    };
    assert!(
        warning.contains("notifications of another program"),
        "{warning}"
    );
    assert!(!exit.log.contains("hunter2"), "{}", exit.log);
}
