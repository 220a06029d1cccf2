use api_types::Me;
use axum::http::header;
use serde_json::{Value, json};

use crate::{
    support::{Api, Client, Response},
    traces::recorded::{Trace, traceparent},
};

const WORF: &str = "worf@example.com";
const NEW_PASSWORD: &str = "today is a good day";

async fn recover(client: &Client<'_>, email: &str) -> Response {
    let body = json!({ "email": email });
    let response = client.post("/api/auth/recover", &body).await;
    assert_eq!(response.status.as_u16(), 204, "{}", response.text);
    response
}

async fn reset(client: &Client<'_>, email: &str, code: &str) -> Response {
    let body = json!({ "email": email, "code": code, "password": NEW_PASSWORD });
    client.post("/api/auth/reset", &body).await
}

#[tokio::test]
async fn code_sets_a_new_password_once_and_ends_all_sessions() {
    let api = Api::start().await;
    let (here, there) = (api.signed_in("worf").await, api.signed_in("worf").await);
    let londo = api.signed_in("londo").await;
    recover(&api.visitor(), " WORF@example.com").await;
    let mail = api.outbox().wait(WORF, 1).await;
    assert_eq!(mail.subject, "Your code for a new Cruddur password");

    let response = reset(&api.visitor(), WORF, &mail.code()).await;
    assert_eq!(response.status.as_u16(), 204, "{}", response.text);
    for client in [&here, &there] {
        assert_eq!(
            client.get("/api/auth/me").await.json::<Value>(),
            Value::Null
        );
    }
    assert_eq!(londo.get("/api/auth/me").await.json::<Me>().handle, "londo");
    api.visitor()
        .sign_in("worf", "cruddur-demo")
        .await
        .assert_problem(401);
    let me: Me = api.visitor().sign_in("worf", NEW_PASSWORD).await.json();
    assert_eq!(me.handle, "worf");

    let notice = api.outbox().wait(WORF, 2).await;
    assert_eq!(notice.subject, "Your Cruddur password was changed");
    let again = reset(&api.visitor(), WORF, &mail.code()).await;
    assert_eq!(again.error(), (422, json!(["code_invalid"])));
}

#[tokio::test]
async fn unknown_email_has_the_same_response_and_no_message() {
    let api = Api::start().await;
    let parents = [traceparent(7101), traceparent(7102)];
    let unknown = recover(&api.visitor().traced(&parents[0]), "q@example.com").await;
    let known = recover(&api.visitor().traced(&parents[1]), WORF).await;
    assert_eq!(known.text, unknown.text);
    assert_eq!(known.headers_but_ids(), unknown.headers_but_ids());
    for parent in &parents {
        Trace::wait_for(parent, "send_reset_code").await;
    }
    let sent: Vec<_> = api.outbox().all().into_iter().map(|mail| mail.to).collect();
    assert_eq!(sent, [WORF]);
    // Nothing that depends on the account happens before the response.
    for parent in &parents {
        let trace = Trace::of(parent);
        let recover = trace.span("recover").span_context.span_id();
        assert_eq!(trace.span("send_reset_code").parent_span_id, recover);
        let server = trace.names();
        assert_eq!(
            server[..3],
            ["POST /api/auth/recover", "recover", "send_reset_code"]
        );
    }
    let wrong = reset(&api.visitor(), "q@example.com", "12345678").await;
    assert_eq!(wrong.error(), (422, json!(["code_invalid"])));
}

#[tokio::test]
async fn each_invalid_field_of_a_reset_has_a_code() {
    let api = Api::start().await;
    let post = async |body: Value| api.visitor().post("/api/auth/reset", &body).await.error();
    assert_eq!(
        post(json!({})).await,
        (422, json!(["email_blank", "code_blank", "password_blank"]))
    );
    let body = json!({ "email": WORF, "code": "1", "password": "worf worf worf" });
    assert_eq!(post(body).await, (422, json!(["password_guessable"])));
}

#[tokio::test]
async fn codes_of_a_sign_up_do_not_reset_a_password_and_wrong_ones_are_limited() {
    let api = Api::start().await;
    recover(&api.visitor(), WORF).await;
    let code = api.outbox().wait(WORF, 1).await.code();
    let body = json!({ "email": WORF, "code": code });
    let confirmed = api.visitor().post("/api/auth/confirm", &body).await;
    assert_eq!(confirmed.error(), (422, json!(["code_invalid"])));
    let elsewhere = api.visitor().from("203.0.113.1");
    for _ in 0..5 {
        let wrong = reset(&elsewhere, WORF, "x").await;
        assert_eq!(wrong.error(), (422, json!(["code_invalid"])));
    }
    let rejected = reset(&elsewhere, WORF, "x").await;
    rejected.assert_problem(429);
    assert_eq!(rejected.header(header::RETRY_AFTER), "1");
    // The right code has no attempts left either, on any network.
    let right = reset(&api.visitor(), WORF, &code).await;
    assert_eq!(right.error(), (422, json!(["code_invalid"])));
    api.signed_in("worf").await;
}
