use opentelemetry::trace::Status;
use serde_json::json;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    sync::oneshot,
};

use crate::{
    support::Api,
    traces::recorded::{Trace, traceparent},
};

const WORF: &str = "worf@example.com";

/// Serves one connection, and answers RCPT with this line. Returns the URL, and what the client sent.
async fn serve_once(rcpt: &'static str) -> (String, oneshot::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("smtp://{}", listener.local_addr().unwrap());
    let (sender, received) = oneshot::channel();
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        sender.send(converse(stream, rcpt).await).unwrap();
    });
    (url, received)
}

async fn converse(stream: TcpStream, rcpt: &str) -> String {
    let (reader, mut writer) = stream.into_split();
    let mut lines = BufReader::new(reader).lines();
    let (mut received, mut is_data) = (String::new(), false);
    writer.write_all(b"220 test\r\n").await.unwrap();
    while let Some(line) = lines.next_line().await.unwrap_or_default() {
        received.push_str(&line);
        received.push('\n');
        let reply = match line.split([' ', ':']).next().unwrap_or_default() {
            "." => {
                is_data = false;
                "250 queued"
            }
            _ if is_data => continue,
            "RCPT" => rcpt,
            "DATA" => {
                is_data = true;
                "354 go on"
            }
            "QUIT" => break,
            _ => "250 ok",
        };
        writer
            .write_all(format!("{reply}\r\n").as_bytes())
            .await
            .unwrap();
    }
    received
}

#[tokio::test]
async fn message_is_delivered_to_its_address_only() {
    let (url, received) = serve_once("250 ok").await;
    let api = Api::with_mail_server(&url).await;
    let body = json!({ "email": WORF });
    let response = api.visitor().post("/api/auth/recover", &body).await;
    assert_eq!(response.status.as_u16(), 204);
    let received = received.await.unwrap();
    assert!(
        received.contains("MAIL FROM:<no-reply@cruddur.example>"),
        "{received}"
    );
    assert_eq!(received.matches("RCPT TO:").count(), 1);
    assert!(
        received.contains("RCPT TO:<worf@example.com>"),
        "{received}"
    );
    assert!(received.contains("\nSubject: Your code for a new Cruddur password\n"));
    assert!(api.outbox().all().is_empty());
}

#[tokio::test]
async fn rejected_message_is_an_error_of_its_span_without_the_address() {
    let (url, received) = serve_once("550 no mailbox worf@example.com here").await;
    let api = Api::with_mail_server(&url).await;
    let parent = traceparent(7301);
    let body = json!({ "email": WORF });
    let visitor = api.visitor().traced(&parent);
    let response = visitor.post("/api/auth/recover", &body).await;
    assert_eq!(response.status.as_u16(), 204);
    received.await.unwrap();
    Trace::wait_for(&parent, "mail send").await;
    let trace = Trace::of(&parent);
    let status = &trace.span("mail send").status;
    assert_eq!(
        *status,
        Status::error("the mail server rejected the message")
    );
    assert!(!trace.debug_output().contains(WORF));
}
