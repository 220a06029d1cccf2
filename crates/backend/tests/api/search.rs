use api_types::{Activity, page::next_from_link};
use axum::http::header;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::json;

use crate::support::{Api, messages};

async fn found(api: &Api, term: &str) -> Vec<Activity> {
    api.visitor()
        .get(&format!("/api/activities/search?term={term}"))
        .await
        .json()
}

#[tokio::test]
async fn all_words_must_match() {
    let api = Api::start().await;
    assert_eq!(
        messages(&found(&api, "PRUNE%20jui").await),
        ["I am out of prune juice"]
    );
    assert_eq!(found(&api, "prune%20bloodwine").await, []);
}

/// A message, terms that find it, and terms that do not.
type Case<'a> = (&'a str, &'a [&'a str], &'a [&'a str]);

const CASES: [Case<'_>; 16] = [
    (
        "Raktajino before bloodwine",
        &[
            "jino",
            "OODWIN",
            "Raktajino before",
            "r",
            "kt",
            "ｂｌｏｏｄ",
            "fore blood",
        ],
        &["bloodwines", "before Raktajino!x", "rk"],
    ),
    (
        "東京タワーに行った",
        &["東京", "タワー", "京タ", "行", "ﾀﾜｰ", "東京 行った"],
        &["京東", "大阪"],
    ),
    ("我们在上海吃饭", &["上海", "吃", "在上海吃"], &["海上"]),
    ("วันนี้อากาศดี", &["อากาศ", "วันนี้", "ดี"], &["อากาด"]),
    ("오늘은 날씨가 좋다", &["날씨", "오늘"], &["씨날"]),
    ("مَرْحَبًا بالعالم", &["مرحبا", "عالم", "بال"], &["سلام"]),
    ("שָׁלוֹם עולם", &["שלום", "עול"], &["להיתר"]),
    ("नमस्ते दुनिया", &["नमस्ते", "दुनि"], &["नमक"]),
    (
        "Crème Brûlée à la carte",
        &["creme", "BRULEE", "ûlé", "CRÈME brulee"],
        &["cremes"],
    ),
    (
        "Maßstab in der Straße",
        &["massstab", "STRASSE", "straße"],
        &["strase"],
    ),
    (
        "Party 🎉 with 👨‍👩‍👧 and ❤️",
        &["🎉", "👩", "👨‍👩‍👧", "❤", "party 🎉"],
        &["🎊", "🎉🎉"],
    ),
    (
        "node.js and C++ cost 5€",
        &["node.js", "Node JS", "c++", "5€", "de.j"],
        &["c+++", "nodexjs"],
    ),
    (
        "ＦＵＬＬ－ｗｉｄｔｈ ﾊﾝｶｸ",
        &["full width", "FULL-WIDTH", "ハンカク", "ｌｌ"],
        &["half"],
    ),
    (
        "Z\u{351}\u{36b}a\u{343}\u{36a}l\u{342}\u{36b}g\u{35b}\u{36c}o",
        &["zalgo", "alg"],
        &["zlago"],
    ),
    (
        "میخواهم آن را می\u{200c}بینم",
        &["می‌بینم", "میبینم", "می\u{200c}خواهم"],
        &["بینا"],
    ),
    (
        "snake_case %wild\\card",
        &["snake_case", "e_c", "wild\\card"],
        &["snakexcase", "case%card"],
    ),
];

#[tokio::test]
async fn parts_of_texts_are_found_in_any_language() {
    let api = Api::start().await;
    let worf = api.signed_in("worf").await;
    for (message, _, _) in CASES {
        worf.crud(message).await;
    }
    assert_found(&api).await;
}

/// The newest 1,000 activities are read without the index.
#[tokio::test]
async fn parts_of_older_texts_are_found_in_any_language() {
    let api = Api::start().await;
    let worf = api.signed_in("worf").await;
    for (message, _, _) in CASES {
        worf.crud(message).await;
    }
    api.execute(
        "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 1500) \
         INSERT INTO activities (uuid, user_id, message, created_at, expires_at) \
         SELECT '00000000-0000-4000-8000-' || substr(CAST(1000000000000 + n AS TEXT), 2), 1, '-', \
                a.created_at + n, a.expires_at \
         FROM numbers, (SELECT max(created_at) AS created_at, max(expires_at) AS expires_at \
                        FROM activities) AS a; \
         INSERT INTO activity_search (activity_id, words) \
         SELECT id, '' FROM activities WHERE message = '-'",
    )
    .await;
    assert_found(&api).await;
}

async fn assert_found(api: &Api) {
    for (message, terms, others) in CASES {
        for (term, is_found) in terms
            .iter()
            .map(|term| (term, true))
            .chain(others.iter().map(|term| (term, false)))
        {
            let encoded = utf8_percent_encode(term, NON_ALPHANUMERIC).to_string();
            let found = found(api, &encoded).await;
            let contains = messages(&found).contains(&message);
            assert_eq!(contains, is_found, "{term:?} in {message:?}");
        }
    }
}

/// Activities without entries in the index, as older versions wrote them.
#[tokio::test]
async fn activities_of_older_versions_are_found_after_the_backlog() {
    let api = Api::start().await;
    let worf = api.signed_in("worf").await;
    for number in 0..120 {
        worf.crud(&format!("Raktajino {number} #Ｔａｇ")).await;
    }
    api.execute(
        "DELETE FROM activity_search; UPDATE activity_hashtags SET tag = 'old' WHERE tag = 'tag'; \
         INSERT INTO search_backlog SELECT max(id) + 1 FROM activities",
    )
    .await;
    assert_eq!(found(&api, "ktaj").await, []);
    let newest = worf.crud("Raktajino, newest").await;
    api.state.index_backlog().await;
    assert_eq!(found(&api, "ktaj").await.len(), 20);
    assert_eq!(found(&api, "tajino%200").await.len(), 20);
    assert_eq!(found(&api, "raktajino%200%20%23tag").await.len(), 20);
    assert_eq!(
        messages(&found(&api, "newest").await),
        [newest.message.as_str()]
    );
    for (rows, expected) in [
        ("SELECT count(*) FROM search_backlog", 0),
        (
            "SELECT count(*) FROM activity_hashtags WHERE tag = 'tag'",
            120,
        ),
        (
            "SELECT (SELECT count(*) FROM activities) - (SELECT count(*) FROM activity_search)",
            0,
        ),
    ] {
        assert_eq!(api.number(rows).await, expected, "{rows}");
    }
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
        "cloud%22)%20OR%20(zzz",
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
