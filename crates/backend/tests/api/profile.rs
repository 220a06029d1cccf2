use api_types::Profile;
use serde_json::json;

use crate::{
    support::Api,
    traces::recorded::{Trace, traceparent},
};

#[tokio::test]
async fn profile_update_is_returned_and_served() {
    let api = Api::start().await;
    let worf = api.signed_in("worf").await;
    let crud = worf.crud("Qapla'").await;
    let parent = traceparent(7201);
    let update = json!({ "display_name": " Worf, son of Mogh ", "bio": "Today is\na good day\n" });
    let updated: Profile = worf
        .traced(&parent)
        .put_json("/api/profile", &update)
        .await
        .json();
    assert_eq!(updated.display_name, "Worf, son of Mogh");
    assert_eq!(updated.bio, "Today is\na good day");
    let served: Profile = api.visitor().get("/api/users/@worf").await.json();
    assert_eq!(served, updated);
    let shown = api
        .visitor()
        .get(&format!("/api/activities/{}", crud.uuid))
        .await;
    assert!(shown.text.contains("Worf, son of Mogh"));
    let trace = Trace::of(&parent);
    assert_eq!(trace.attribute("update_profile", "app.user_handle"), "worf");
}

#[tokio::test]
async fn invalid_profile_has_codes_and_changes_nothing() {
    let api = Api::start().await;
    let worf = api.signed_in("worf").await;
    let before: Profile = worf.get("/api/users/@worf").await.json();
    for (update, codes) in [
        (json!({}), json!(["display_name_blank"])),
        (
            json!({ "display_name": "\u{200b}", "bio": null }),
            json!(["display_name_blank"]),
        ),
        (
            json!({ "display_name": "a".repeat(51), "bio": "a".repeat(161) }),
            json!(["display_name_exceed_max_chars", "bio_exceed_max_chars"]),
        ),
        (
            json!({ "display_name": "a\nb", "bio": "\n\n\n\n" }),
            json!(["display_name_invalid_chars", "bio_exceed_max_lines"]),
        ),
    ] {
        let response = worf.put_json("/api/profile", &update).await;
        assert_eq!(response.error(), (422, codes), "{update}");
    }
    let after: Profile = worf.get("/api/users/@worf").await.json();
    assert_eq!(after, before);
    let update = json!({ "display_name": "Q" });
    api.visitor()
        .put_json("/api/profile", &update)
        .await
        .assert_problem(401);
}
