use api_types::Activity;
use serde_json::json;

use crate::support::Api;

#[tokio::test]
async fn invisible_message_is_422() {
    let api = Api::start().await;
    let worf = api.signed_in("worf").await;
    let reply = format!("/api/activities/{}/reply", worf.crud("hi").await.uuid);
    for message in [
        "\u{200b}",
        "\u{2800}\u{3164}",
        "\u{202e}\n\u{feff}",
        "\u{e0061}",
        "\0",
    ] {
        for path in ["/api/activities", &reply] {
            let body = json!({ "message": message, "ttl": "1-day" });
            let response = worf.post(path, &body).await;
            assert_eq!(
                response.error(),
                (422, json!(["message_blank"])),
                "{message:?}"
            );
        }
    }
    for term in ["%E2%80%8B", "%00", "%EF%BF%BE", "%E2%A0%80"] {
        let path = format!("/api/activities/search?term={term}");
        let search = worf.get(&path).await;
        assert_eq!(
            search.error(),
            (422, json!(["search_term_blank"])),
            "{term}"
        );
    }
}

#[tokio::test]
async fn message_with_too_many_lines_is_422() {
    let api = Api::start().await;
    let worf = api.signed_in("worf").await;
    let reply = format!("/api/activities/{}/reply", worf.crud("hi").await.uuid);
    for line_end in ["\n", "\r\n", "\r", "\u{2028}", "\u{85}", "\u{b}"] {
        for path in ["/api/activities", &reply] {
            let message = format!("x{}y", line_end.repeat(100));
            let body = json!({ "message": message, "ttl": "1-day" });
            let response = worf.post(path, &body).await;
            assert_eq!(
                response.error(),
                (422, json!(["message_exceed_max_lines"])),
                "{line_end:?}"
            );
        }
    }
}

#[tokio::test]
async fn other_text_is_returned_unchanged() {
    let api = Api::start().await;
    let worf = api.signed_in("worf").await;
    let tower = format!("Z{}algo", "\u{301}".repeat(100));
    for message in [
        "\u{202e}abc",
        &tower,
        "a\0b",
        "👨‍👩‍👧 ❤️",
        "مرحبا #وسم",
        "\u{2067}\u{2069}x",
    ] {
        let crud = worf.crud(message).await;
        assert_eq!(crud.message, message);
        let path = format!("/api/activities/{}", crud.uuid);
        let [shown]: [Activity; 1] = worf.get(&path).await.json();
        assert_eq!(shown.message, message);
        let feed = worf.get("/api/activities/home").await;
        assert_eq!(feed.json::<Vec<Activity>>()[0].message, message);
    }
}

#[tokio::test]
async fn path_that_cannot_be_decoded_is_400() {
    let api = Api::start().await;
    let worf = api.signed_in("worf").await;
    for path in [
        "/api/activities/@%ff",
        "/api/activities/%ff",
        "/api/users/@%C3%28",
        "/api/users/@%ed%a0%80",
    ] {
        worf.get(path).await.assert_problem(400);
    }
    worf.put("/api/activities/%ff/like")
        .await
        .assert_problem(400);
    worf.delete("/api/activities/%c0%af/repost")
        .await
        .assert_problem(400);
    worf.delete("/api/activities/%fe").await.assert_problem(400);
    let body = json!({ "message": "hi" });
    let reply = worf.post("/api/activities/%ff/reply", &body).await;
    reply.assert_problem(400);
    for path in [
        "/api/users/@%zz",
        "/api/users/@%",
        "/api/users/@%00",
        "/api/%ff",
    ] {
        worf.get(path).await.assert_problem(404);
    }
}

#[tokio::test]
async fn error_message_truncates_input() {
    let api = Api::start().await;
    let long = "a".repeat(8_000);
    for path in [format!("/api/users/@{long}"), format!("/api/{long}")] {
        let response = api.visitor().get(&path).await;
        response.assert_problem(404);
        assert!(response.text.len() < 300, "{}", response.text.len());
    }
}
