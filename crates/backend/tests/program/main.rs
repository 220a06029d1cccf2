//! The program itself: its arguments, its log, its shutdown, and its exports of spans.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod arguments;
mod kill;
mod live;
mod log;
mod postgres;
mod private;
mod proxy;
mod receiver;
mod schemathesis;
mod server;

use std::time::{Duration, Instant};

use receiver::Receiver;
use server::Server;
use tokio::{
    io::AsyncWriteExt,
    net::TcpStream,
    time::{sleep, timeout},
};

const UNUSED_URL: &str = "http://127.0.0.1:9";
/// A test fails if an event does not happen within this time. It says nothing about latency.
const DEADLINE: Duration = Duration::from_secs(30);

#[tokio::test]
async fn server_listens_on_a_free_port_and_stops_on_sigterm() {
    let server = Server::start(&[]).await;
    let health = server.get("/api/health-check").await;
    assert_eq!(health.status(), 200);
    let exit = server.terminate().await;
    assert!(exit.status.success(), "{exit:?}");
    assert!(exit.problems().is_empty(), "{exit:?}");
    assert_eq!(exit.stdout, "");
}

#[tokio::test]
async fn idle_connection_does_not_delay_the_shutdown() {
    let server = Server::start(&[]).await;
    let address = server.url.trim_start_matches("http://").to_owned();
    let _idle = TcpStream::connect(address).await.unwrap();
    server.get("/api/health-check").await;
    let exit = timeout(DEADLINE, server.terminate()).await;
    assert!(exit.unwrap().status.success());
}

#[tokio::test]
async fn open_event_stream_survives_the_request_timeout_and_ends_at_the_shutdown() {
    let server = Server::start(&[]).await;
    let cookie = server.sign_in("worf").await;
    let request = server.request("/api/events").header("cookie", &cookie);
    let mut stream = request.send().await.unwrap();
    let mut text = String::new();
    // Longer than the time limits of requests, and of idle connections: 20 and 30 seconds.
    while text.matches("event: alive\n").count() < 3 {
        let chunk = timeout(DEADLINE, stream.chunk()).await.unwrap().unwrap();
        text.push_str(std::str::from_utf8(&chunk.unwrap()).unwrap());
    }
    assert!(text.starts_with("event: ready\n"), "{text}");
    let exit = timeout(DEADLINE, server.terminate());
    let (exit, end) = tokio::join!(exit, async {
        while stream.chunk().await.unwrap().is_some() {}
    });
    let () = end;
    let exit = exit.unwrap();
    assert!(
        exit.status.success() && exit.problems().is_empty(),
        "{exit:?}"
    );
}

#[tokio::test]
async fn pending_spans_are_exported_on_shutdown() {
    let receiver = Receiver::start().await;
    let one_hour = ("OTEL_BSP_SCHEDULE_DELAY", "3600000");
    let server = Server::start(&[("OTEL_EXPORTER_OTLP_ENDPOINT", &receiver.url), one_hour]).await;
    server.get("/api/activities/home").await;
    assert!(receiver.span_names("cruddur").is_empty());

    assert!(server.terminate().await.status.success());
    let mut names = receiver.span_names("cruddur");
    names.sort();
    assert_eq!(
        names,
        [
            "GET /api/activities/home",
            "SELECT activities",
            "SELECT activities",
            "home-activities-mock-data",
        ]
    );
    assert_eq!(receiver.content_types(), ["application/x-protobuf"]);
}

#[tokio::test]
async fn exports_have_the_configured_service_name_and_headers() {
    let receiver = Receiver::start().await;
    let server = Server::start(&[
        ("OTEL_EXPORTER_OTLP_ENDPOINT", &receiver.url),
        ("OTEL_EXPORTER_OTLP_HEADERS", "x-honeycomb-team=a-key"),
        ("OTEL_SERVICE_NAME", "renamed"),
    ])
    .await;
    server.get("/api/trending").await;
    let export = timeout(DEADLINE, receiver.next_export()).await.unwrap();
    assert_eq!(export.team.as_deref(), Some("a-key"));
    assert!(!receiver.span_names("renamed").is_empty());
    let exit = server.terminate().await;
    assert!(!exit.log.contains("a-key") && !exit.stdout.contains("a-key"));
}

/// All variables for proxies. The proxy does not exist.
const PROXIES: [(&str, &str); 6] = [
    ("HTTP_PROXY", UNUSED_URL),
    ("http_proxy", UNUSED_URL),
    ("HTTPS_PROXY", UNUSED_URL),
    ("https_proxy", UNUSED_URL),
    ("ALL_PROXY", UNUSED_URL),
    ("all_proxy", UNUSED_URL),
];

#[tokio::test]
async fn exports_to_this_machine_use_no_proxy() {
    for (name, path) in [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", ""),
        // The URL of the signal is used without appending a path.
        ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "/v1/traces"),
    ] {
        let receiver = Receiver::start().await;
        let endpoint = receiver.url.replace("127.0.0.1", "localhost") + path;
        let variables = [&PROXIES[..], &[(name, &endpoint)]].concat();
        let server = Server::start(&variables).await;
        server.get("/api/trending").await;
        let export = timeout(DEADLINE, receiver.next_export()).await;
        assert!(export.is_ok(), "{name}");
        let exit = server.terminate().await;
        assert!(exit.problems().is_empty(), "{name}: {exit:?}");
    }
}

#[tokio::test]
async fn export_is_retried_while_the_receiver_is_unavailable() {
    let receiver = Receiver::start().await;
    receiver.reject(5);
    let server = Server::start(&[("OTEL_EXPORTER_OTLP_ENDPOINT", &receiver.url)]).await;
    server.get("/api/trending").await;
    let export = timeout(DEADLINE, receiver.next_export()).await;
    assert!(export.is_ok());
    assert_eq!(receiver.span_names("cruddur").len(), 3);
    let exit = server.terminate().await;
    assert!(exit.problems().is_empty(), "{exit:?}");
}

#[tokio::test]
async fn missing_receiver_is_logged_once_and_requests_succeed() {
    let server = Server::start(&[
        ("OTEL_EXPORTER_OTLP_ENDPOINT", UNUSED_URL),
        ("OTEL_EXPORTER_OTLP_TIMEOUT", "1"),
        ("OTEL_BSP_SCHEDULE_DELAY", "10"),
    ])
    .await;
    for _ in 0..10 {
        assert_eq!(server.get("/api/trending").await.status(), 200);
    }
    let exit = server.terminate().await;
    let reports = exit.log.matches("cannot export spans").count();
    assert_eq!(reports, 1, "{}", exit.log);
    assert!(
        exit.log.contains("OTEL_EXPORTER_OTLP_ENDPOINT"),
        "{}",
        exit.log
    );
}

#[tokio::test]
async fn port_in_use_is_one_error_with_advice() {
    let server = Server::start(&[]).await;
    let address = server.url.trim_start_matches("http://");
    let exit = Server::spawn(&[("CRUDDUR_API_LISTEN", address)])
        .exit()
        .await;
    assert_eq!(exit.status.code(), Some(1));
    let [error] = exit.problems()[..] else {
        panic!("{}", exit.log)
    };
    assert!(
        error.contains(address) && error.contains("set CRUDDUR_API_LISTEN to a free address"),
        "{error}"
    );
}

/// More than the connections of the server.
const IDLE_CONNECTIONS: usize = 900;

#[tokio::test]
async fn idle_and_half_sent_requests_do_not_block_others() {
    let server = Server::start(&[]).await;
    let address = server.url.trim_start_matches("http://").to_owned();
    let half = "POST /api/auth/signin HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n\
                Content-Length: 99\r\n\r\n{\"email\":";
    for beginning in ["", half] {
        let mut open = Vec::new();
        for _ in 0..IDLE_CONNECTIONS {
            let mut connection = TcpStream::connect(&address).await.unwrap();
            connection.write_all(beginning.as_bytes()).await.unwrap();
            open.push(connection);
        }
        let response = timeout(DEADLINE, server.get("/api/trending")).await;
        assert_eq!(response.unwrap().status(), 200, "{beginning:?}");
    }
}

/// The size limit of a file in the next test: enough for the demo data, not for a few hundred cruds.
const MAX_FILE_BYTES: u64 = 1024 * 1024;

async fn wait_until(what: &str, mut is_true: impl AsyncFnMut() -> bool) {
    let begin = Instant::now();
    while !is_true().await {
        assert!(begin.elapsed() < DEADLINE, "{what}");
        sleep(Duration::from_millis(20)).await;
    }
}

/// The size limit stands in for a full disk: writes fail in the middle of a transaction.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn posting_recovers_after_the_disk_was_full() {
    let server = Server::start(&[]).await;
    let cookie = server.sign_in("worf").await;
    let health = async || server.get("/api/health-check").await.status();
    server.limit_file_size(&MAX_FILE_BYTES.to_string()).await;
    let mut failed = 0;
    for _ in 0..400 {
        failed += usize::from(server.post_crud(&cookie).await != 200);
    }
    assert!(failed > 100, "{failed}");
    wait_until("health check fails", async || health().await == 503).await;

    server.limit_file_size("unlimited").await;
    wait_until("posting recovers", async || {
        server.post_crud(&cookie).await == 200
    })
    .await;
    for _ in 0..100 {
        assert_eq!(server.post_crud(&cookie).await, 200);
    }
    wait_until("health check recovers", async || health().await == 200).await;
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn guesses_block_their_own_address_only() {
    let server = Server::start(&[]).await;
    let mut statuses = Vec::new();
    while !statuses.contains(&429) && statuses.len() < 20 {
        statuses.push(server.sign_in_from("127.0.0.2", "wrong").await);
    }
    assert_eq!(statuses.last(), Some(&429), "{statuses:?}");
    assert_eq!(server.sign_in_from("127.0.0.3", "cruddur-demo").await, 200);
}
