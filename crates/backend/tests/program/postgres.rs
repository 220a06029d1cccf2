//! Several back ends on one PostgreSQL server, and a server that restarts.

use std::{
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use cruddur_backend::{demo, store};
use futures_util::future::join_all;
use postgres_server::{Programs, Server as Postgres};
use serde_json::{Value, json};
use sqlx::{Connection, PgConnection};

use crate::{server::Server, wait_until};

const WRITERS: usize = 8;
/// The number of acknowledged cruds before each restart.
const CRUDS_PER_PHASE: usize = 40;
/// The time from the restart of the server to the first acknowledged crud.
const MAX_RECOVERY: Duration = Duration::from_secs(5);

/// Starts a server, unless PostgreSQL is not installed. `cargo xtask test unit` installs it.
pub(crate) fn postgres() -> Option<Postgres> {
    if let Err(error) = Programs::find() {
        println!("skipped: {error}");
        return None;
    }
    // Not on a thread for blocking work, which ends before the test, and the server with it.
    Some(tokio::task::block_in_place(Postgres::start).unwrap())
}

/// Inserts the demo accounts, which the program inserts into SQLite files only.
pub(crate) async fn seed(url: &str) {
    let db = store::open(url).await.unwrap();
    demo::seed(&db).await.unwrap();
    db.close().await;
}

async fn messages(url: &str) -> Vec<String> {
    let mut connection = PgConnection::connect(url).await.unwrap();
    let query = sqlx::query_scalar("SELECT message FROM activities WHERE message LIKE 'load %'");
    query.fetch_all(&mut connection).await.unwrap()
}

/// Posts a crud with its message as the key, and returns the response if there is one.
async fn post(server: &Server, cookie: &str, message: &str) -> Option<reqwest::Response> {
    let body = json!({ "message": message, "ttl": "1-day" });
    let request = server.post_request("/api/activities", &body, cookie);
    let key = message.replace(' ', "-");
    request.header("idempotency-key", key).send().await.ok()
}

#[tokio::test]
async fn unreachable_server_is_one_error_without_the_password() {
    let url = "postgres://cruddur:hunter2@127.0.0.1:9/site";
    let exit = Server::spawn(&[("DATABASE_URL", url), ("RUST_LOG", "debug")])
        .exit()
        .await;
    assert_eq!(exit.status.code(), Some(1));
    let [error] = exit.problems()[..] else {
        panic!("{}", exit.log)
    };
    assert!(
        error.contains("cannot open the PostgreSQL database site at 127.0.0.1:9"),
        "{error}"
    );
    assert!(!exit.log.contains("hunter2") && !exit.stdout.contains("hunter2"));
}

#[tokio::test(flavor = "multi_thread")]
async fn back_ends_that_start_together_share_accounts_sessions_and_keys() {
    let Some(postgres) = postgres() else {
        return;
    };
    let url = postgres.url("postgres");
    let variables = [("DATABASE_URL", url.as_str())];
    // Both find an empty database and migrate it.
    let (one, other) = tokio::join!(Server::start(&variables), Server::start(&variables));
    let home = one.get("/api/activities/home").await;
    assert_eq!(home.text().await.unwrap(), "[]", "no demo data");
    seed(&url).await;

    let cookie = one.sign_in("worf").await;
    let me = other.request("/api/auth/me").header("cookie", &cookie);
    let me: Value = me.send().await.unwrap().json().await.unwrap();
    assert_eq!(me["handle"], "worf");

    for round in 0..10 {
        let message = format!("load {round}");
        let attempts = [&one, &other, &one, &other].map(|server| post(server, &cookie, &message));
        let mut uuids = Vec::new();
        for response in join_all(attempts).await {
            let response = response.unwrap();
            assert_eq!(response.status(), 200);
            let crud: Value = response.json().await.unwrap();
            uuids.push(crud["uuid"].as_str().unwrap().to_owned());
        }
        uuids.dedup();
        assert_eq!(uuids.len(), 1, "{uuids:?}");
    }
    assert_eq!(messages(&url).await.len(), 10);
    for server in [one, other] {
        let exit = server.terminate().await;
        assert!(
            exit.status.success() && exit.problems().is_empty(),
            "{exit:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn search_needs_no_extension_of_the_database() {
    let Some(postgres) = postgres() else {
        return;
    };
    let mut connection = PgConnection::connect(&postgres.url("postgres"))
        .await
        .unwrap();
    // This user may create tables, but no extension.
    let setup = "CREATE ROLE guest LOGIN; GRANT ALL ON SCHEMA public TO guest; \
                 REVOKE CREATE ON DATABASE postgres FROM PUBLIC";
    sqlx::raw_sql(setup).execute(&mut connection).await.unwrap();
    let url = postgres.url("postgres").replace("cruddur@", "guest@");
    let server = Server::start(&[("DATABASE_URL", &url)]).await;
    seed(&url).await;
    let found = server.get("/api/activities/search?term=une+jui").await;
    let found: Vec<Value> = found.json().await.unwrap();
    assert_eq!(found[0]["message"], "I am out of prune juice");
    let exit = server.terminate().await;
    assert!(exit.problems().is_empty(), "{}", exit.log);
}

#[tokio::test(flavor = "multi_thread")]
async fn acknowledged_cruds_survive_restarts_and_crashes_of_the_server() {
    let Some(mut postgres) = postgres() else {
        return;
    };
    let url = postgres.url("postgres");
    let server = Server::start(&[("DATABASE_URL", &url)]).await;
    seed(&url).await;
    let cookie = server.sign_in("worf").await;
    let is_finished = AtomicBool::new(false);
    let acknowledged = Mutex::new(Vec::new());
    let count = AtomicUsize::new(0);
    let write = async |writer: usize| {
        let mut number = 0;
        while !is_finished.load(Ordering::Relaxed) {
            let message = format!("load {writer} {number}");
            match post(&server, &cookie, &message).await {
                Some(response) if response.status() == 200 => {
                    acknowledged.lock().unwrap().push(message);
                    count.fetch_add(1, Ordering::Relaxed);
                    number += 1;
                }
                Some(response) => assert_eq!(response.status(), 503, "the same crud is sent again"),
                None => panic!("the back end has ended"),
            }
        }
    };
    let more_cruds = async || {
        let target = count.load(Ordering::Relaxed) + CRUDS_PER_PHASE;
        wait_until("cruds are acknowledged", async || {
            count.load(Ordering::Relaxed) >= target
        })
        .await;
    };
    let restart = async {
        for end in [Postgres::stop, Postgres::crash, Postgres::stop] {
            more_cruds().await;
            tokio::task::block_in_place(|| {
                end(&mut postgres).unwrap();
                postgres.resume().unwrap();
            });
            let (begin, before) = (Instant::now(), count.load(Ordering::Relaxed));
            wait_until("posting recovers", async || {
                count.load(Ordering::Relaxed) > before
            })
            .await;
            let recovery = begin.elapsed();
            println!("recovered {} ms after the restart", recovery.as_millis());
            assert!(recovery < MAX_RECOVERY, "{recovery:?}");
        }
        more_cruds().await;
        is_finished.store(true, Ordering::Relaxed);
    };
    tokio::join!(join_all((0..WRITERS).map(write)), restart);

    let mut acknowledged = acknowledged.into_inner().unwrap();
    let mut stored = messages(&url).await;
    acknowledged.sort();
    stored.sort();
    assert_eq!(
        stored, acknowledged,
        "none is lost, and none is stored twice"
    );
    let health = server.get("/api/health-check").await;
    assert_eq!(health.status(), 200);
}
