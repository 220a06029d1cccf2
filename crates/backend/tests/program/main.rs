//! The program itself: what it prints, how it stops, and what becomes of its spans.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod private;
mod receiver;
mod server;

use std::time::{Duration, Instant};

use receiver::Receiver;
use server::Server;
use tokio::{io::AsyncWriteExt, net::TcpStream};

const NOTHING_LISTENS_HERE: &str = "http://127.0.0.1:9";

#[tokio::test]
async fn it_takes_a_free_port_says_which_and_stops_when_told() {
    let server = Server::start(&[]).await;
    let health = server.get("/api/health-check").await;
    assert_eq!(health.status(), 200);
    let end = server.terminate().await;
    assert!(end.status.success(), "{end:?}");
    assert_eq!(end.stderr, "");
}

#[test]
fn an_argument_gets_help_and_never_a_server() {
    let run = |argument| {
        let mut program = std::process::Command::new(env!("CARGO_BIN_EXE_cruddur-backend"));
        program.arg(argument).output().unwrap()
    };
    let help = run("--help");
    assert!(help.status.success());
    assert!(String::from_utf8_lossy(&help.stdout).contains("DATABASE_URL"));
    let unknown = run("serve");
    assert!(!unknown.status.success());
    assert!(String::from_utf8_lossy(&unknown.stderr).contains("unknown argument `serve`"));
}

#[tokio::test]
async fn a_connection_that_asks_nothing_does_not_hold_it_up() {
    let server = Server::start(&[]).await;
    let address = server.address.trim_start_matches("http://").to_owned();
    let _silent = TcpStream::connect(address).await.unwrap();
    server.get("/api/health-check").await;
    let end = tokio::time::timeout(Duration::from_secs(30), server.terminate()).await;
    assert!(end.unwrap().status.success());
}

#[tokio::test]
async fn what_it_still_holds_is_sent_when_it_stops() {
    let receiver = Receiver::start().await;
    let an_hour = ("OTEL_BSP_SCHEDULE_DELAY", "3600000");
    let server =
        Server::start(&[("OTEL_EXPORTER_OTLP_ENDPOINT", &receiver.address), an_hour]).await;
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
async fn spans_arrive_soon_under_the_configured_name_with_the_configured_headers() {
    let receiver = Receiver::start().await;
    let server = Server::start(&[
        ("OTEL_EXPORTER_OTLP_ENDPOINT", &receiver.address),
        ("OTEL_EXPORTER_OTLP_HEADERS", "x-honeycomb-team=a-key"),
        ("OTEL_SERVICE_NAME", "renamed"),
    ])
    .await;
    server.get("/api/trending").await;
    let arrived = tokio::time::timeout(Duration::from_secs(5), receiver.next_export()).await;
    assert_eq!(arrived.unwrap().team.as_deref(), Some("a-key"));
    assert!(!receiver.span_names("renamed").is_empty());
    let end = server.terminate().await;
    assert!(!end.stderr.contains("a-key") && !end.stdout.contains("a-key"));
}

/// Each spelling and kind of proxy, none of which knows this machine.
const PROXIES: [(&str, &str); 6] = [
    ("HTTP_PROXY", NOTHING_LISTENS_HERE),
    ("http_proxy", NOTHING_LISTENS_HERE),
    ("HTTPS_PROXY", NOTHING_LISTENS_HERE),
    ("https_proxy", NOTHING_LISTENS_HERE),
    ("ALL_PROXY", NOTHING_LISTENS_HERE),
    ("all_proxy", NOTHING_LISTENS_HERE),
];

#[tokio::test]
async fn spans_for_this_machine_do_not_go_to_a_proxy() {
    for name in [
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
    ] {
        let receiver = Receiver::start().await;
        // The signal's own address is used as it is.
        let path = if name.contains("TRACES") {
            "/v1/traces"
        } else {
            ""
        };
        let endpoint = format!(
            "{}{path}",
            receiver.address.replace("127.0.0.1", "localhost")
        );
        let variables = [&PROXIES[..], &[(name, &endpoint)]].concat();
        let server = Server::start(&variables).await;
        server.get("/api/trending").await;
        let arrived = tokio::time::timeout(Duration::from_secs(20), receiver.next_export()).await;
        assert!(arrived.is_ok(), "{name}");
        assert_eq!(server.terminate().await.stderr, "", "{name}");
    }
}

#[tokio::test]
async fn spans_outlast_a_receiver_that_is_unavailable_for_a_while() {
    let receiver = Receiver::start().await;
    receiver.refuse(5);
    let server = Server::start(&[("OTEL_EXPORTER_OTLP_ENDPOINT", &receiver.address)]).await;
    server.get("/api/trending").await;
    let arrived = tokio::time::timeout(Duration::from_secs(20), receiver.next_export()).await;
    assert!(arrived.is_ok());
    assert_eq!(receiver.span_names("cruddur").len(), 3);
    assert_eq!(server.terminate().await.stderr, "");
}

#[tokio::test]
async fn without_a_receiver_it_serves_all_the_same_and_complains_once() {
    let server = Server::start(&[
        ("OTEL_EXPORTER_OTLP_ENDPOINT", NOTHING_LISTENS_HERE),
        ("OTEL_EXPORTER_OTLP_TIMEOUT", "1"),
        ("OTEL_BSP_SCHEDULE_DELAY", "10"),
    ])
    .await;
    for _ in 0..10 {
        assert_eq!(server.get("/api/trending").await.status(), 200);
    }
    let end = server.terminate().await;
    let complaints = end.stderr.matches("spans could not be sent").count();
    assert_eq!(complaints, 1, "{}", end.stderr);
    assert!(
        end.stderr.contains("OTEL_EXPORTER_OTLP_ENDPOINT"),
        "{}",
        end.stderr
    );
}

#[tokio::test]
async fn a_port_in_use_is_one_clear_message() {
    let server = Server::start(&[]).await;
    let taken = server.address.trim_start_matches("http://");
    let end = Server::spawn(&[("CRUDDUR_API_LISTEN", taken)]).end().await;
    assert!(!end.status.success());
    assert!(end.stderr.contains(taken), "{}", end.stderr);
    assert!(
        end.stderr
            .contains("set CRUDDUR_API_LISTEN to a free address"),
        "{}",
        end.stderr
    );
}

/// More than the server has connections.
const SILENT_CONNECTIONS: usize = 900;

#[tokio::test]
async fn silent_and_half_sent_requests_do_not_keep_others_out() {
    let server = Server::start(&[]).await;
    let address = server.address.trim_start_matches("http://").to_owned();
    let half = "POST /api/auth/signin HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n\
                Content-Length: 99\r\n\r\n{\"email\":";
    for beginning in ["", half] {
        let mut open = Vec::new();
        for _ in 0..SILENT_CONNECTIONS {
            let mut connection = TcpStream::connect(&address).await.unwrap();
            connection.write_all(beginning.as_bytes()).await.unwrap();
            open.push(connection);
        }
        let answer = tokio::time::timeout(Duration::from_secs(5), server.get("/api/trending"));
        assert_eq!(answer.await.unwrap().status(), 200, "{beginning:?}");
    }
}

/// Bytes that a file may have in these tests: the demo data fits, a few hundred cruds do not.
const FILE_BYTES: u64 = 1024 * 1024;

/// The limit on file sizes stands in for a full disk: writes fail in the middle of a transaction.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn posting_recovers_within_a_second_once_there_is_room() {
    let server = Server::start(&[]).await;
    let cookie = server.sign_in("worf").await;
    server.limit_file_size(&FILE_BYTES.to_string()).await;
    let mut failed = 0;
    for _ in 0..400 {
        failed += usize::from(server.post_crud(&cookie).await != 200);
    }
    assert!(failed > 100, "{failed}");
    let begin = Instant::now();
    while server.get("/api/health-check").await.status() != 503 {
        assert!(begin.elapsed() < Duration::from_secs(5));
        tokio::time::sleep(Duration::from_millis(50)).await;
    }

    server.limit_file_size("unlimited").await;
    let begin = Instant::now();
    while server.post_crud(&cookie).await != 200 {
        assert!(begin.elapsed() < Duration::from_secs(1));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    for _ in 0..100 {
        assert_eq!(server.post_crud(&cookie).await, 200);
    }
    let begin = Instant::now();
    while server.get("/api/health-check").await.status() != 200 {
        assert!(begin.elapsed() < Duration::from_secs(2));
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn an_address_of_no_file_is_one_clear_message() {
    for url in [
        "sqlite:",
        "sqlite::memory:",
        "sqlite:x.db?mode=memory",
        "sqlite:/",
        "postgres://cruddur:secret@localhost/cruddur",
    ] {
        let end = Server::spawn(&[("DATABASE_URL", url)]).end().await;
        assert!(!end.status.success(), "{url}");
        assert!(
            end.stderr.contains("such as sqlite:cruddur.db"),
            "{}",
            end.stderr
        );
        assert!(!end.stderr.contains("no such table") && !end.stderr.contains("secret"));
    }
}

#[tokio::test]
async fn an_unreadable_setting_is_one_clear_message() {
    for name in [
        "CRUDDUR_TRUSTED_PROXIES",
        "CRUDDUR_ALLOWED_ORIGINS",
        "CRUDDUR_SECURE_COOKIES",
    ] {
        let end = Server::spawn(&[(name, "what?")]).end().await;
        assert!(!end.status.success());
        assert!(
            end.stderr.contains(&format!("{name} is `what?`: write")),
            "{}",
            end.stderr
        );
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn guesses_keep_out_the_address_they_come_from_only() {
    let server = Server::start(&[]).await;
    let mut statuses = Vec::new();
    while !statuses.contains(&429) && statuses.len() < 20 {
        statuses.push(server.sign_in_from("127.0.0.2", "wrong").await);
    }
    assert_eq!(statuses.last(), Some(&429), "{statuses:?}");
    assert_eq!(server.sign_in_from("127.0.0.3", "cruddur-demo").await, 200);
}
