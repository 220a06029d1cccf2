use std::time::{Duration, Instant};

use api_types::{Me, Profile};
use axum::http::header;
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::{
    support::{Api, Client, Response},
    traces::recorded::{Trace, traceparent},
};

const EMAIL: &str = "kira@bajor.example";
const PASSWORD: &str = "the prophets teach";

fn kira() -> Value {
    json!({
        "display_name": " Kira Nerys ",
        "email": " Kira@Bajor.example",
        "handle": "@Kira_N",
        "password": PASSWORD,
    })
}

async fn sign_up(client: &Client<'_>, changes: Value) -> Response {
    let mut body = kira();
    for (key, value) in changes.as_object().unwrap() {
        body[key] = value.clone();
    }
    client.post("/api/auth/signup", &body).await
}

async fn confirm(client: &Client<'_>, email: &str, code: &str) -> Response {
    let body = json!({ "email": email, "code": code });
    client.post("/api/auth/confirm", &body).await
}

async fn sign_in(client: &Client<'_>, email: &str, password: &str) -> Response {
    let body = json!({ "email": email, "password": password });
    client.post("/api/auth/signin", &body).await
}

fn assert_accepted(response: &Response) {
    assert_eq!(response.status.as_u16(), 204, "{}", response.text);
}

fn codes(response: &Response) -> Value {
    let (status, codes) = response.error();
    assert_eq!(status, 422, "{codes}");
    codes
}

/// Returns a code that differs from this one.
fn wrong(code: &str) -> String {
    let digit = if code.starts_with('1') { '2' } else { '1' };
    format!("{digit}{}", &code[1..])
}

#[tokio::test]
async fn account_exists_after_the_code_was_entered() {
    let api = Api::start().await;
    let visitor = api.visitor();
    assert_accepted(&sign_up(&visitor, json!({})).await);
    let mail = api.outbox().wait(EMAIL, 1).await;
    assert!(mail.text.contains("@kira_n"), "{}", mail.text);
    sign_in(&visitor, EMAIL, PASSWORD).await.assert_problem(401);
    visitor.get("/api/users/@kira_n").await.assert_problem(404);

    assert_accepted(&confirm(&visitor, "KIRA@bajor.example ", &mail.code()).await);
    let me: Me = sign_in(&visitor, EMAIL, PASSWORD).await.json();
    assert_eq!(
        (me.handle.as_str(), me.display_name.as_str()),
        ("kira_n", "Kira Nerys")
    );
    let profile: Profile = visitor.get("/api/users/@KIRA_N").await.json();
    assert_eq!(profile.handle, "kira_n");
    assert_eq!(
        codes(&confirm(&visitor, EMAIL, &mail.code()).await),
        json!(["code_invalid"])
    );
}

#[tokio::test]
async fn each_invalid_field_has_a_code() {
    let api = Api::start().await;
    let visitor = api.visitor();
    let empty = visitor
        .post("/api/auth/signup", &json!({ "email": null }))
        .await;
    assert_eq!(
        codes(&empty),
        json!([
            "display_name_blank",
            "email_blank",
            "handle_blank",
            "password_blank"
        ])
    );
    for (field, value, code) in [
        (
            "display_name",
            "a".repeat(51),
            "display_name_exceed_max_chars",
        ),
        (
            "display_name",
            "a\u{202e}b".to_owned(),
            "display_name_invalid_chars",
        ),
        ("email", "kira".to_owned(), "email_invalid"),
        ("email", "k@b.co\r\nBcc: q@b.co".to_owned(), "email_invalid"),
        ("email", format!("{}@b.co", "k".repeat(65)), "email_invalid"),
        ("handle", "ki".to_owned(), "handle_below_min_chars"),
        ("handle", "k".repeat(31), "handle_exceed_max_chars"),
        ("handle", "kir\u{430}".to_owned(), "handle_invalid_chars"),
        (
            "handle",
            "'; DROP TABLE users; --".to_owned(),
            "handle_invalid_chars",
        ),
        ("handle", "WORF".to_owned(), "handle_taken"),
        ("handle", "Adm1n".to_owned(), "handle_taken"),
        (
            "password",
            "123456789".to_owned(),
            "password_below_min_chars",
        ),
        (
            "password",
            "abcdefg".repeat(37),
            "password_exceed_max_chars",
        ),
        ("password", "kira_n is me".to_owned(), "password_guessable"),
        ("password", "Password123".to_owned(), "password_guessable"),
    ] {
        let response = sign_up(&visitor, json!({ field: value })).await;
        assert_eq!(codes(&response), json!([code]), "{field} {value:?}");
    }
    assert!(api.outbox().all().is_empty());
}

#[tokio::test]
async fn names_and_passwords_at_the_limits_are_accepted() {
    let api = Api::start().await;
    let visitor = api.visitor();
    let changes = json!({
        "display_name": "🎉".repeat(50),
        "handle": "k".repeat(30),
        "password": "é🎉abcdef".repeat(32),
    });
    assert_accepted(&sign_up(&visitor, changes.clone()).await);
    let mail = api.outbox().wait(EMAIL, 1).await;
    assert_accepted(&confirm(&visitor, EMAIL, &mail.code()).await);
    let password = changes["password"].as_str().unwrap();
    let me: Me = sign_in(&visitor, EMAIL, password).await.json();
    assert_eq!(me.display_name, "🎉".repeat(50));
}

#[tokio::test]
async fn sign_up_with_a_known_email_has_the_same_response_and_a_message_without_a_code() {
    let api = Api::start().await;
    let visitor = api.visitor();
    let known = sign_up(&visitor, json!({ "email": "worf@example.com" })).await;
    let unknown = sign_up(&visitor, json!({})).await;
    assert_accepted(&known);
    assert_eq!((known.status, &known.text), (unknown.status, &unknown.text));
    assert_eq!(known.headers_but_ids(), unknown.headers_but_ids());

    let mail = api.outbox().wait("worf@example.com", 1).await;
    assert_eq!(mail.subject, "You already have a Cruddur account");
    assert!(
        !mail.text.contains("    ") && !mail.text.contains("kira"),
        "{}",
        mail.text
    );
    // Another code is not sent either.
    let parent = traceparent(7001);
    let resend = visitor.traced(&parent);
    let body = json!({ "email": "worf@example.com" });
    assert_accepted(&resend.post("/api/auth/resend", &body).await);
    Trace::wait_for(&parent, "replace_codes").await;
    api.outbox().wait("worf@example.com", 1).await;
    let wrong_code = confirm(&visitor, "worf@example.com", "12345678").await;
    assert_eq!(codes(&wrong_code), json!(["code_invalid"]));
    sign_in(&visitor, "worf@example.com", PASSWORD)
        .await
        .assert_problem(401);
}

#[tokio::test]
async fn sign_up_executes_the_same_statements_for_known_and_unknown_emails() {
    let api = Api::start().await;
    let mut trees = Vec::new();
    for (number, email) in [(7002, "worf@example.com"), (7003, EMAIL)] {
        let parent = traceparent(number);
        let visitor = api.visitor().traced(&parent);
        assert_accepted(&sign_up(&visitor, json!({ "email": email })).await);
        Trace::wait_for(&parent, "mail send").await;
        trees.push(Trace::of(&parent).names());
    }
    assert_eq!(trees[0], trees[1]);
    assert!(
        trees[0].contains(&"hash_password".to_owned()),
        "{:?}",
        trees[0]
    );
}

#[tokio::test]
async fn five_wrong_codes_make_the_code_invalid_even_if_sent_at_once() {
    let api = Api::start().await;
    assert_accepted(&sign_up(&api.visitor(), json!({})).await);
    let code = api.outbox().wait(EMAIL, 1).await.code();
    // From several networks, so that only the limit of the code itself applies.
    let guesses = (1..=5).map(|network| {
        let guesser = api.visitor().from(&format!("203.0.113.{network}"));
        let guess = wrong(&code);
        async move { confirm(&guesser, EMAIL, &guess).await }
    });
    for response in join_all(guesses).await {
        assert_eq!(codes(&response), json!(["code_invalid"]));
    }
    let right = confirm(&api.visitor(), EMAIL, &code).await;
    assert_eq!(codes(&right), json!(["code_invalid"]));

    let body = json!({ "email": EMAIL });
    assert_accepted(&api.visitor().post("/api/auth/resend", &body).await);
    let code = api.outbox().wait(EMAIL, 2).await.code();
    assert_accepted(&confirm(&api.visitor(), EMAIL, &code).await);
}

#[tokio::test]
async fn concurrent_confirmations_create_one_account() {
    let api = Api::start().await;
    assert_accepted(&sign_up(&api.visitor(), json!({})).await);
    let code = api.outbox().wait(EMAIL, 1).await.code();
    let attempts = (1..=4).map(|network| {
        let client = api.visitor().from(&format!("203.0.113.{network}"));
        let code = code.clone();
        async move { confirm(&client, EMAIL, &code).await.status.as_u16() }
    });
    let mut statuses = join_all(attempts).await;
    statuses.sort_unstable();
    assert_eq!(statuses, [204, 422, 422, 422]);
}

#[tokio::test]
async fn codes_and_sign_ups_expire() {
    let api = Api::start().await;
    let visitor = api.visitor();
    assert_accepted(&sign_up(&visitor, json!({})).await);
    let code = api.outbox().wait(EMAIL, 1).await.code();
    api.execute("UPDATE email_codes SET code_expires_at = 1")
        .await;
    assert_eq!(
        codes(&confirm(&visitor, EMAIL, &code).await),
        json!(["code_invalid"])
    );

    // The sign-up itself is still there, and gets another code.
    let body = json!({ "email": EMAIL });
    assert_accepted(&visitor.post("/api/auth/resend", &body).await);
    api.outbox().wait(EMAIL, 2).await;
    api.execute("UPDATE email_codes SET expires_at = 1").await;
    let parent = traceparent(7004);
    assert_accepted(
        &visitor
            .traced(&parent)
            .post("/api/auth/resend", &body)
            .await,
    );
    Trace::wait_for(&parent, "replace_codes").await;
    assert_eq!(api.outbox().all().len(), 2);
}

#[tokio::test]
async fn each_sign_up_of_an_address_has_its_own_password_and_code() {
    let api = Api::start().await;
    let visitor = api.visitor();
    assert_accepted(&sign_up(&visitor, json!({})).await);
    let code = api.outbox().wait(EMAIL, 1).await.code();
    // Somebody else signs up with the same address, before its owner enters the code.
    let other = json!({ "handle": "gul_dukat", "password": "another password" });
    assert_accepted(&sign_up(&visitor, other).await);
    let other_code = api.outbox().wait(EMAIL, 2).await.code();
    assert_accepted(&confirm(&visitor, EMAIL, &code).await);
    sign_in(&visitor, EMAIL, "another password")
        .await
        .assert_problem(401);
    assert_eq!(
        sign_in(&visitor, EMAIL, PASSWORD).await.json::<Me>().handle,
        "kira_n"
    );
    assert_eq!(
        codes(&confirm(&visitor, EMAIL, &other_code).await),
        json!(["code_invalid"])
    );
}

#[tokio::test]
async fn handle_is_not_reserved_until_the_code_was_entered() {
    let api = Api::start().await;
    let visitor = api.visitor();
    assert_accepted(&sign_up(&visitor, json!({})).await);
    assert_accepted(&sign_up(&visitor, json!({ "email": "q@continuum.example" })).await);
    let first = api.outbox().wait(EMAIL, 1).await.code();
    let second = api.outbox().wait("q@continuum.example", 1).await.code();
    assert_accepted(&confirm(&visitor, EMAIL, &first).await);
    let taken = confirm(&visitor, "q@continuum.example", &second).await;
    assert_eq!(codes(&taken), json!(["handle_taken"]));
}

#[tokio::test]
async fn wrong_codes_are_limited_per_account_and_network() {
    let api = Api::start().await;
    let guesser = api.visitor().from("203.0.113.7");
    for _ in 0..5 {
        let response = confirm(&guesser, EMAIL, "00000000").await;
        assert_eq!(codes(&response), json!(["code_invalid"]));
    }
    let rejected = confirm(&guesser, EMAIL, "00000000").await;
    rejected.assert_problem(429);
    assert_eq!(rejected.header(header::RETRY_AFTER), "1");
    let elsewhere = confirm(&api.visitor().from("203.0.113.8"), EMAIL, "00000000").await;
    assert_eq!(codes(&elsewhere), json!(["code_invalid"]));
}

#[tokio::test]
async fn mail_to_an_address_is_limited_whether_or_not_it_has_an_account() {
    let api = Api::start().await;
    for email in ["worf@example.com", "nobody@example.com"] {
        let body = json!({ "email": email });
        for path in ["/api/auth/recover", "/api/auth/resend", "/api/auth/recover"] {
            assert_accepted(&api.visitor().post(path, &body).await);
        }
        for path in ["/api/auth/recover", "/api/auth/resend"] {
            let rejected = api.visitor().from("203.0.113.9").post(path, &body).await;
            rejected.assert_problem(429);
            assert_eq!(rejected.header(header::RETRY_AFTER), "60");
        }
        let rejected = sign_up(&api.visitor(), body).await;
        rejected.assert_problem(429);
    }
}

#[tokio::test]
async fn pages_of_other_sites_cannot_change_accounts() {
    let api = Api::start().await;
    let worf = api.signed_in("worf").await;
    let other_site = worf.with("sec-fetch-site", "cross-site");
    for path in ["signup", "confirm", "resend", "recover", "reset"] {
        let response = other_site.post(&format!("/api/auth/{path}"), &kira()).await;
        response.assert_problem(403);
    }
    other_site
        .put_json("/api/profile", &kira())
        .await
        .assert_problem(403);
    other_site
        .delete("/api/auth/sessions/x")
        .await
        .assert_problem(403);
    assert!(api.outbox().all().is_empty());
}

#[tokio::test]
async fn code_address_and_password_are_in_no_span_and_not_in_the_database() {
    let api = Api::on_file().await;
    let parent = traceparent(7005);
    let visitor = api.visitor().traced(&parent);
    assert_accepted(&sign_up(&visitor, json!({})).await);
    let mail = api.outbox().wait(EMAIL, 1).await;
    assert_accepted(&confirm(&visitor, EMAIL, &mail.code()).await);
    Trace::wait_for(&parent, "mail send").await;
    let trace = Trace::of(&parent);
    assert_eq!(trace.attribute("confirm", "app.user_handle"), "kira_n");
    assert_eq!(
        trace.attribute("mail send", "app.mail.template"),
        "confirm_sign_up"
    );
    let digits: String = mail.code().split(' ').collect();
    let (spans, file) = (trace.debug_output(), api.bytes());
    for secret in [EMAIL, PASSWORD, &digits, &mail.code()] {
        assert!(!spans.contains(secret), "{secret} in a span");
    }
    for secret in [PASSWORD, &digits] {
        let found = file
            .windows(secret.len())
            .any(|bytes| bytes == secret.as_bytes());
        assert!(!found, "{secret} in the database");
    }
}

#[tokio::test]
async fn response_does_not_wait_for_the_mail_server() {
    // A mail server that accepts connections and never says anything.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("smtp://{}", listener.local_addr().unwrap());
    let api = Api::with_mail_server(&url).await;
    let begin = Instant::now();
    assert_accepted(&sign_up(&api.visitor(), json!({})).await);
    let _connection = listener.accept().await.unwrap();
    // The time limit of a command is ten seconds.
    assert!(
        begin.elapsed() < Duration::from_secs(8),
        "{:?}",
        begin.elapsed()
    );
}
