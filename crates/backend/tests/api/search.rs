use api_types::{Activity, page::next_from_link};
use axum::http::header;
use serde_json::json;

use crate::support::{Api, messages};

async fn found(api: &Api, term: &str) -> Vec<Activity> {
    api.visitor()
        .get(&format!("/api/activities/search?term={term}"))
        .await
        .json()
}

#[tokio::test]
async fn all_words_must_match_and_the_last_matches_as_a_prefix() {
    let api = Api::start().await;
    assert_eq!(
        messages(&found(&api, "PRUNE%20jui").await),
        ["I am out of prune juice"]
    );
    assert_eq!(found(&api, "prune%20bloodwine").await, []);
}

#[tokio::test]
async fn hashtag_does_not_match_a_word() {
    let api = Api::start().await;
    let worf = api.signed_in("worf").await;
    worf.crud("honor without sign").await;
    let tagged = worf.crud("#Honor with sign").await;
    assert_eq!(
        messages(&found(&api, "%23honor").await),
        [tagged.message.as_str()]
    );
    assert_eq!(found(&api, "honor%20sign").await.len(), 2);
    assert_eq!(found(&api, "%23honor%20without").await.len(), 0);
}

#[tokio::test]
async fn replies_are_found() {
    let api = Api::start().await;
    let found = found(&api, "no%20honor").await;
    assert_eq!(messages(&found), ["This post has no honor!"]);
    assert!(found[0].reply_to_activity_uuid.is_some());
}

#[tokio::test]
async fn operators_and_quotes_have_no_special_meaning() {
    let api = Api::start().await;
    for term in [
        "%22",
        "*",
        "cloud%20OR%20zzz",
        "NOT%20zzz",
        "message:cloud",
        "%22)%20OR%20(",
    ] {
        assert_eq!(found(&api, term).await, [], "{term}");
    }
    assert_eq!(found(&api, "%22cloud%22%20(fun").await.len(), 1);
}

#[tokio::test]
async fn blank_term_is_422() {
    let api = Api::start().await;
    for query in ["", "?term=", "?term=%20%20"] {
        let response = api
            .visitor()
            .get(&format!("/api/activities/search{query}"))
            .await;
        assert_eq!(
            response.error(),
            (422, json!(["search_term_blank"])),
            "{query}"
        );
    }
}

#[tokio::test]
async fn term_with_too_many_words_or_characters_is_422() {
    let api = Api::start().await;
    let cases = [
        (
            "%20".to_owned() + &"a+".repeat(17),
            json!(["search_term_exceed_max_words"]),
        ),
        ("%23a,".repeat(17), json!(["search_term_exceed_max_words"])),
        ("a".repeat(257), json!(["search_term_exceed_max_chars"])),
        (
            "cloud+".repeat(10_000),
            json!(["search_term_exceed_max_chars"]),
        ),
    ];
    for (term, codes) in cases {
        let path = format!("/api/activities/search?term={term}");
        let response = api.visitor().get(&path).await;
        assert_eq!(response.error(), (422, codes), "{}", &term[..20]);
    }
    assert_eq!(found(&api, &"prune+".repeat(16)).await.len(), 1);
}

#[tokio::test]
async fn special_characters_do_not_fail() {
    let api = Api::start().await;
    for term in [
        "a%00b",
        "cloud%00",
        "%00cloud",
        "%23a%00b",
        "a%01b",
        "%C2%B2",
        "%E2%82%81",
        "%F0%9F%8E%89",
        "%22%22%22",
        "%5E",
        "%2B",
        "a%2Bb",
        "NEAR(a+b)",
        "-cloud",
        "a:b",
        "%7Bmessage%7D:a",
        "'",
        "a%C2%ADb",
        "%E0%A4%85%E0%A5%8D",
        "%CC%81",
    ] {
        found(&api, term).await;
    }
    assert_eq!(found(&api, "cloud%00fun").await.len(), 1);
}

#[tokio::test]
async fn next_page_works_after_the_cursors_crud_was_deleted() {
    let api = Api::start().await;
    let worf = api.signed_in("worf").await;
    for number in 0..45 {
        worf.crud(&format!("blood wine {number}")).await;
    }
    let first = worf.get("/api/activities/search?term=blood").await;
    let next = next_from_link(first.header(header::LINK))
        .unwrap()
        .to_owned();
    let first: Vec<Activity> = first.json();
    worf.delete(&format!("/api/activities/{}", first[19].uuid))
        .await;
    let second: Vec<Activity> = worf.get(&next).await.json();
    assert_eq!(first[18].message, "blood wine 26");
    assert_eq!(second[0].message, "blood wine 24");
    assert_eq!(second[19].message, "blood wine 5");
}

#[tokio::test]
async fn link_to_the_next_page_has_the_term() {
    let api = Api::start().await;
    let first = api
        .visitor()
        .get("/api/activities/search?term=%23CloudProject")
        .await;
    let next = next_from_link(first.header(header::LINK)).unwrap();
    let second: Vec<Activity> = api.visitor().get(next).await.json();
    assert_eq!(first.json::<Vec<Activity>>().len(), 20);
    assert!(!second.is_empty());
    assert!(
        second
            .iter()
            .all(|crud| crud.message.contains("#CloudProject"))
    );
}

#[tokio::test]
async fn deleted_crud_is_not_found() {
    let api = Api::start().await;
    let worf = api.signed_in("worf").await;
    let crud = worf.crud("gagh").await;
    assert_eq!(found(&api, "gagh").await.len(), 1);
    worf.delete(&format!("/api/activities/{}", crud.uuid)).await;
    assert_eq!(found(&api, "gagh").await, []);
}
