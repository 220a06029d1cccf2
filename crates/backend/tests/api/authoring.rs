use api_types::{Activity, Ttl};
use serde_json::{Value, json};

use crate::support::{Api, messages};

#[tokio::test]
async fn new_crud_is_first_in_the_feed_with_its_lifetime() {
    let api = Api::start().await;
    let worf = api.signed_in("worf").await;
    for ttl in Ttl::ALL {
        let body = json!({ "message": "I have arrived", "ttl": ttl.as_str() });
        let crud: Activity = worf.post("/api/activities", &body).await.json();
        let lifetime = crud.expires_at.unwrap().as_millis() - crud.created_at.unwrap().as_millis();
        assert_eq!(lifetime, ttl.as_millis());
        assert_eq!((crud.name(), crud.likes_count), ("Worf", 0));
    }
    let feed: Vec<Activity> = api.visitor().get("/api/activities/home").await.json();
    assert_eq!(feed[0].message, "I have arrived");
}

#[tokio::test]
async fn invalid_crud_has_a_code_for_each_reason() {
    let api = Api::start().await;
    let worf = api.signed_in("worf").await;
    let long = "é".repeat(281);
    for (body, codes) in [
        (json!({}), json!(["ttl_blank", "message_blank"])),
        (
            json!({ "message": "hi", "ttl": "2-days" }),
            json!(["ttl_blank"]),
        ),
        (
            json!({ "message": " \n", "ttl": "1-day" }),
            json!(["message_blank"]),
        ),
        (
            json!({ "message": long, "ttl": "1-day" }),
            json!(["message_exceed_max_chars"]),
        ),
    ] {
        assert_eq!(
            worf.post("/api/activities", &body).await.error(),
            (422, codes),
            "{body}"
        );
    }
    let longest = json!({ "message": "é".repeat(280), "ttl": "1-day", "color": "red" });
    assert_eq!(
        worf.post("/api/activities", &longest).await.status.as_u16(),
        200
    );
}

#[tokio::test]
async fn new_reply_is_below_its_crud_and_counted() {
    let api = Api::start().await;
    let (worf, londo) = (api.signed_in("worf").await, api.signed_in("londo").await);
    let crud = worf.crud("Today I deploy.").await;
    let path = format!("/api/activities/{}", crud.uuid);
    let body = json!({ "message": "Bold." });
    let reply: Activity = londo.post(&format!("{path}/reply"), &body).await.json();
    assert_eq!(reply.reply_to_activity_uuid.as_ref(), Some(&crud.uuid));
    assert_eq!(reply.handle, "londo");

    let [shown]: [Activity; 1] = worf.get(&path).await.json();
    assert_eq!(shown.replies_count, 1);
    assert_eq!(shown.replies, [reply]);
}

#[tokio::test]
async fn invalid_reply_has_a_code_for_each_reason() {
    let api = Api::start().await;
    let worf = api.signed_in("worf").await;
    let crud = worf.crud("Response me.").await;
    let path = format!("/api/activities/{}/reply", crud.uuid);
    let reply = async |path: &str, message: &str| {
        worf.post(path, &json!({ "message": message }))
            .await
            .error()
    };
    let blank = json!(["activity_uuid_blank", "message_blank"]);
    assert_eq!(reply("/api/activities/%20/reply", "").await, (422, blank));
    assert_eq!(reply(&path, " ").await, (422, json!(["message_blank"])));
    let long = "x".repeat(1025);
    assert_eq!(
        reply(&path, &long).await,
        (422, json!(["message_exceed_max_chars"]))
    );
}

#[tokio::test]
async fn feed_has_the_first_two_replies_and_the_crud_has_all() {
    let api = Api::start().await;
    let worf = api.signed_in("worf").await;
    let crud = worf.crud("Count with me.").await;
    let path = format!("/api/activities/{}", crud.uuid);
    for message in ["one", "two", "three"] {
        worf.post(&format!("{path}/reply"), &json!({ "message": message }))
            .await;
    }
    let feed: Vec<Activity> = worf.get("/api/activities/home").await.json();
    assert_eq!(
        (messages(&feed[0].replies), feed[0].replies_count),
        (vec!["one", "two"], 3)
    );
    let [shown]: [Activity; 1] = worf.get(&path).await.json();
    assert_eq!(messages(&shown.replies), ["one", "two", "three"]);
}

#[tokio::test]
async fn only_the_author_can_delete_a_crud_with_its_replies() {
    let api = Api::start().await;
    let (worf, londo) = (api.signed_in("worf").await, api.signed_in("londo").await);
    let crud = worf.crud("#Regrets").await;
    let path = format!("/api/activities/{}", crud.uuid);
    let reply: Activity = londo
        .post(&format!("{path}/reply"), &json!({ "message": "Too late." }))
        .await
        .json();

    londo.delete(&path).await.assert_problem(403);
    assert_eq!(worf.delete(&path).await.status.as_u16(), 204);
    worf.get(&path).await.assert_problem(404);
    worf.get(&format!("/api/activities/{}", reply.uuid))
        .await
        .assert_problem(404);
    let trending: Value = worf.get("/api/trending").await.json();
    assert!(!trending.to_string().contains("Regrets"), "{trending}");
}
