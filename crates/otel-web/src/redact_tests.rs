//! No secret survives, whatever the URL looks like.

use proptest::prelude::*;

use super::url;

#[test]
fn secrets_are_replaced_and_the_rest_stays() {
    let cases = [
        (
            "https://a.example/b?c=d&token=x&e",
            "https://a.example/b?c=d&token=REDACTED&e",
        ),
        (
            "https://a.example/x@y?X-Amz-Signature=1",
            "https://a.example/x@y?X-Amz-Signature=REDACTED",
        ),
        (
            "https://a.example?AWSAccessKeyId=A&sig=B",
            "https://a.example?AWSAccessKeyId=REDACTED&sig=REDACTED",
        ),
        ("/relative?sig=1#top", "/relative?sig=REDACTED#top"),
        (
            "/back#access_token=1&state=2",
            "/back#access_token=REDACTED&state=2",
        ),
        ("/in?next=/out?token=1", "/in?next=/out?token=REDACTED"),
        ("/f?user%5Bpassword%5D=1", "/f?user%5Bpassword%5D=REDACTED"),
        ("/f?token=a=b;c", "/f?token=REDACTED"),
        (
            "/f?keyboard=1&tokens=2&zipcode=3",
            "/f?keyboard=1&tokens=2&zipcode=3",
        ),
        ("https://a.example", "https://a.example"),
    ];
    for (given, expected) in cases {
        assert_eq!(url(given), expected);
    }
}

#[test]
fn urls_without_a_server_keep_scheme_and_media_type() {
    let cases = [
        ("data:image/png;base64,c2VjcmV0", "data:image/png"),
        ("DATA:text/html,<b>secret", "DATA:"),
        ("data:,secret", "data:"),
        ("data:;charset=utf-8,secret", "data:"),
        ("data://text/plain,secret", "data://text/plain"),
        (
            "data:application/vnd.api+json,{}",
            "data:application/vnd.api+json",
        ),
        ("blob:https://a.example/0b6b7c9e", "blob:"),
        ("blob://a.example/0b6b7c9e", "blob:"),
        ("javascript:steal('secret')", "javascript:"),
        ("mailto:jane@a.example", "mailto:"),
        ("about:srcdoc", "about:"),
        ("blob:", "blob:"),
        ("wss://a.example/x", "wss://a.example/x"),
        ("chrome-extension://abc/x.js", "chrome-extension://abc/x.js"),
        ("/a:b", "/a:b"),
        ("app.js", "app.js"),
    ];
    for (given, expected) in cases {
        assert_eq!(url(given), expected);
    }
}

#[test]
fn user_name_and_password_are_replaced_wherever_the_authority_ends() {
    for rest in ["", "/b", "/b@c", "?d=e@f", "#g@h"] {
        let given = ["https://me:p@w@a.example", rest].concat();
        let expected = ["https://REDACTED:REDACTED@a.example", rest].concat();
        assert_eq!(url(&given), expected);
    }
}

const SECRETS: [&str; 10] = [
    "sig",
    "Signature",
    "AWSAccessKeyId",
    "X-Goog-Signature",
    "X-Amz-Credential",
    "refresh_token",
    "API_KEY",
    "client_secret",
    "user[password]",
    "%74oken",
];

fn harmless() -> impl Strategy<Value = String> {
    "[a-d]{1,4}=[a-d0-9%+/;=]{0,8}"
}

proptest! {
    #[test]
    fn no_text_breaks_it_and_twice_is_once(text in "\\PC*") {
        let once = url(&text);
        prop_assert_eq!(url(&once), once);
    }

    #[test]
    fn nor_does_a_text_of_separators(text in "[a:/?#&=;@%é]{0,24}(token=)?[a:/?#&=;@%é]{0,8}") {
        let once = url(&text);
        prop_assert_eq!(url(&once), once);
    }

    #[test]
    fn no_secret_survives_and_nothing_else_changes(
        before in prop::collection::vec(harmless(), 0..4),
        name in prop::sample::select(&SECRETS[..]),
        after in prop::collection::vec(harmless(), 0..4),
        start in "(https://me:SECRET@a[.]example:81|https://a[.]example)(/[a-z@:]{0,5}){0,3}[?#]",
    ) {
        let with = |value: &str| {
            let secret = [name, "=", value].concat();
            let all = [&before[..], &[secret], &after[..]].concat();
            [&start[..], &all.join("&")].concat()
        };
        let redacted = url(&with("SECRET-;1=2"));
        prop_assert!(!redacted.contains("SECRET"));
        let expected = with("REDACTED").replace("me:SECRET@", "REDACTED:REDACTED@");
        prop_assert_eq!(redacted, expected);
    }
}
