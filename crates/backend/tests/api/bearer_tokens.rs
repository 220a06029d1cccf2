//! Bearer tokens of an issuer.

use std::time::{Duration, Instant};

use api_types::Me;
use axum::{
    body::Body,
    http::{Method, header},
};
use cruddur_backend::oidc::{OidcLimits, OidcSettings};
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::{
    issuer::{AUDIENCE, Issuer, SigningKey, encode},
    support::{Api, Client, Response},
    traces::recorded::{Trace, traceparent},
};

/// A test fails if keys are used for longer than this after their maximum age.
const DEADLINE: Duration = Duration::from_secs(30);
const ME: &str = "/api/auth/me";
/// Each unknown key is looked up at the issuer.
const NO_INTERVAL: OidcLimits = OidcLimits {
    refresh_after: Duration::from_secs(600),
    max_age: Duration::from_secs(3600),
    min_interval: Duration::ZERO,
    timeout: Duration::from_secs(3),
};

fn settings(issuer: &Issuer) -> OidcSettings {
    OidcSettings {
        oidc_issuer: issuer.url.clone(),
        oidc_audience: format!("another-app, {AUDIENCE}"),
        ..OidcSettings::default()
    }
}

/// Starts an API that accepts tokens of this issuer.
async fn accepting(issuer: &Issuer) -> Api {
    Api::with_oidc(&settings(issuer), NO_INTERVAL).await
}

fn with_token<'a>(api: &'a Api, token: &str) -> Client<'a> {
    api.visitor()
        .with("authorization", format!("Bearer {token}"))
}

async fn handle(api: &Api, token: &str) -> String {
    let me: Me = with_token(api, token).get(ME).await.json();
    me.handle
}

fn assert_rejected(response: &Response, case: &str) {
    assert_eq!(response.status, 401, "{case}: {}", response.text);
    let challenge = response.header(header::WWW_AUTHENTICATE);
    assert!(
        challenge.starts_with("Bearer ") && challenge.contains("error=\"invalid_token\""),
        "{case}: {challenge}"
    );
}

#[tokio::test]
async fn first_token_creates_an_account_and_later_ones_use_it() {
    let (rsa, ec) = (SigningKey::rsa(0), SigningKey::ec());
    let issuer = Issuer::start(&[rsa.public("r"), ec.public("e")]).await;
    let api = accepting(&issuer).await;
    let mut claims = issuer.claims("Katja.K");
    claims["name"] = json!("Katja K");
    let me: Me = with_token(&api, &rsa.token("r", &claims))
        .get(ME)
        .await
        .json();
    assert_eq!(
        (me.handle.as_str(), me.display_name.as_str()),
        ("katja_k", "Katja K")
    );
    claims["cognito:username"] = json!("renamed");
    let token = ec.token("e", &claims);
    assert_eq!(handle(&api, &token).await, "katja_k");

    let crud = with_token(&api, &token).crud("by a token").await;
    assert_eq!(crud.handle, "katja_k");
    assert_eq!(issuer.requests(), 1);
}

#[tokio::test]
async fn concurrent_first_tokens_create_one_account() {
    let key = SigningKey::rsa(0);
    let issuer = Issuer::start(&[key.public("r")]).await;
    let api = accepting(&issuer).await;
    let token = key.token("r", &issuer.claims("katja"));
    let handles = join_all((0..8).map(|_| handle(&api, &token))).await;
    assert!(
        handles.iter().all(|handle| handle == "katja"),
        "{handles:?}"
    );
    assert_eq!(api.number("SELECT count(*) FROM identities").await, 1);
    assert_eq!(issuer.requests(), 1, "one request for the keys");
}

#[tokio::test]
async fn existing_account_is_not_taken_over_by_its_handle_or_email() {
    let key = SigningKey::rsa(0);
    let issuer = Issuer::start(&[key.public("r")]).await;
    let api = accepting(&issuer).await;
    let mut claims = issuer.claims("worf");
    claims["email"] = json!("worf@example.com");
    claims["email_verified"] = json!(true);
    let new = handle(&api, &key.token("r", &claims)).await;
    assert!(new.starts_with("worf_"), "{new}");
    // The owner of the address still signs in to the older account.
    let me: Me = api.signed_in("worf").await.get(ME).await.json();
    assert_eq!(me.handle, "worf");
}

#[tokio::test]
async fn access_token_of_cognito_names_its_client() {
    let key = SigningKey::rsa(0);
    let issuer = Issuer::start(&[key.public("r")]).await;
    let api = accepting(&issuer).await;
    let mut claims = issuer.claims("katja");
    claims.as_object_mut().unwrap().remove("aud");
    claims["token_use"] = json!("access");
    claims["client_id"] = json!(AUDIENCE);
    assert_eq!(handle(&api, &key.token("r", &claims)).await, "katja");
    claims["client_id"] = json!("stranger");
    let rejected = with_token(&api, &key.token("r", &claims)).get(ME).await;
    assert_rejected(&rejected, "another client");
}

#[tokio::test]
async fn invalid_tokens_are_401() {
    let (key, other) = (SigningKey::rsa(0), SigningKey::rsa(1));
    let ec = SigningKey::ec();
    let public = key.public("r");
    let issuer = Issuer::start(&[public.clone(), ec.public("e")]).await;
    let api = accepting(&issuer).await;
    let valid = issuer.claims("katja");
    let now = valid["iat"].as_i64().unwrap();
    let with = |name: &str, value: Value| {
        let mut claims = valid.clone();
        claims[name] = value;
        key.token("r", &claims)
    };
    let without = |name: &str| {
        let mut claims = valid.clone();
        claims.as_object_mut().unwrap().remove(name);
        key.token("r", &claims)
    };
    let modulus = public["n"].as_str().unwrap().as_bytes().to_vec();
    let hmac = SigningKey::Hmac(modulus);
    let signed = key.token("r", &valid);
    let (message, signature) = signed.rsplit_once('.').unwrap();
    let header = json!({ "alg": "RS256", "kid": "r", "crit": ["x"], "x": 1 });
    let own_key =
        json!({ "alg": "RS256", "kid": "o", "jwk": other.public("o"), "jku": issuer.url });
    for (case, token) in [
        ("no token", String::new()),
        ("not a token", "abc".to_owned()),
        ("not Base64", "a.b!.c".to_owned()),
        ("alg none", SigningKey::None.token("r", &valid)),
        ("HS256 with the public key", hmac.token("r", &valid)),
        ("no signature", format!("{message}.")),
        (
            "another payload",
            format!(
                "{}.{}.{signature}",
                encode(br#"{"alg":"RS256","kid":"r"}"#),
                encode(valid.to_string().as_bytes())
            ),
        ),
        ("key of another issuer", other.token("r", &valid)),
        ("key with another algorithm", ec.token("r", &valid)),
        ("key within the token", other.token_with(&own_key, &valid)),
        ("critical extension", key.token_with(&header, &valid)),
        (
            "RS512",
            key.token_with(&json!({ "alg": "RS512", "kid": "r" }), &valid),
        ),
        ("other issuer", with("iss", json!("https://other.example"))),
        (
            "issuer with a slash",
            with("iss", json!(format!("{}/", issuer.url))),
        ),
        ("no issuer", without("iss")),
        ("other audience", with("aud", json!("other"))),
        ("other audiences", with("aud", json!(["other", "cruddur"]))),
        ("no audience", without("aud")),
        ("audience of another type", with("aud", json!(1))),
        ("other use", with("token_use", json!("refresh"))),
        ("expired", with("exp", json!(now - 60))),
        ("exp of another type", with("exp", json!("never"))),
        ("no expiry", without("exp")),
        ("not yet valid", with("nbf", json!(now + 120))),
        ("no subject", without("sub")),
        ("empty subject", with("sub", json!(""))),
        ("long subject", with("sub", json!("s".repeat(256)))),
        ("huge", format!("{signed}{}", "a".repeat(9_000))),
    ] {
        assert_rejected(&with_token(&api, &token).get(ME).await, case);
    }
    assert_eq!(api.number("SELECT count(*) FROM identities").await, 0);
    // The clocks may differ a little.
    let late = with("exp", json!(now - 10));
    assert_eq!(handle(&api, &late).await, "katja");
}

#[tokio::test]
async fn two_authorization_headers_are_401() {
    let key = SigningKey::rsa(0);
    let issuer = Issuer::start(&[key.public("r")]).await;
    let api = accepting(&issuer).await;
    let token = key.token("r", &issuer.claims("katja"));
    let client = with_token(&api, &token).with("authorization", format!("Bearer {token}"));
    assert_rejected(&client.get(ME).await, "two headers");
}

#[tokio::test]
async fn keys_of_unknown_forms_do_not_disturb_the_others() {
    let (key, ec) = (SigningKey::rsa(0), SigningKey::ec());
    let mut anonymous = ec.public("e");
    anonymous.as_object_mut().unwrap().remove("kid");
    let mut plain = key.public("r");
    plain.as_object_mut().unwrap().remove("alg");
    plain.as_object_mut().unwrap().remove("use");
    let mut encryption = SigningKey::rsa(1).public("r");
    encryption["use"] = json!("enc");
    let issuer = Issuer::start(&[
        json!("a key"),
        json!({ "kty": "LATTICE", "kid": "r", "q": "AAAA" }),
        json!({ "kty": "oct", "kid": "r", "k": "AAAA" }),
        json!({ "kty": "RSA", "kid": "r", "n": "!", "e": "AQAB" }),
        json!({ "kty": "EC", "kid": "r", "crv": "P-521", "x": "AAAA", "y": "AAAA" }),
        encryption,
        plain,
        anonymous,
    ])
    .await;
    let api = accepting(&issuer).await;
    let claims = issuer.claims("katja");
    assert_eq!(handle(&api, &key.token("r", &claims)).await, "katja");
    let without_id = ec.token_with(&json!({ "alg": "ES256" }), &claims);
    assert_eq!(handle(&api, &without_id).await, "katja");
}

#[tokio::test]
async fn rotated_keys_are_fetched_and_removed_ones_are_not_accepted() {
    let (old, new) = (SigningKey::rsa(0), SigningKey::rsa(1));
    let issuer = Issuer::start(&[old.public("old")]).await;
    let api = accepting(&issuer).await;
    let claims = issuer.claims("katja");
    assert_eq!(handle(&api, &old.token("old", &claims)).await, "katja");
    issuer.set_keys(&[new.public("new")]);
    assert_eq!(handle(&api, &new.token("new", &claims)).await, "katja");
    let rejected = with_token(&api, &old.token("old", &claims)).get(ME).await;
    assert_rejected(&rejected, "removed key");
}

#[tokio::test]
async fn flood_of_unknown_keys_is_one_request_per_interval() {
    let key = SigningKey::rsa(0);
    let issuer = Issuer::start(&[key.public("r")]).await;
    let limits = OidcLimits {
        min_interval: Duration::from_secs(600),
        ..NO_INTERVAL
    };
    let api = Api::with_oidc(&settings(&issuer), limits).await;
    let claims = issuer.claims("katja");
    let tokens = (0..50).map(|index| key.token(&format!("forged-{index}"), &claims));
    let responses = join_all(tokens.map(async |token| with_token(&api, &token).get(ME).await));
    for response in responses.await {
        assert_rejected(&response, "unknown key");
    }
    assert_eq!(issuer.requests(), 1);
    assert_eq!(handle(&api, &key.token("r", &claims)).await, "katja");
}

#[tokio::test]
async fn unavailable_issuer_is_503_until_it_is_back_and_known_keys_are_kept() {
    let (key, new) = (SigningKey::rsa(0), SigningKey::rsa(1));
    let issuer = Issuer::start(&[key.public("r")]).await;
    let api = accepting(&issuer).await;
    let claims = issuer.claims("katja");
    let token = key.token("r", &claims);
    issuer.set_down(true);
    let rejected = with_token(&api, &token).get(ME).await;
    rejected.assert_problem(503);
    assert_eq!(rejected.header(header::RETRY_AFTER), "1");
    issuer.set_down(false);
    assert_eq!(handle(&api, &token).await, "katja");
    issuer.set_down(true);
    assert_eq!(handle(&api, &token).await, "katja");
    let unknown = with_token(&api, &new.token("new", &claims)).get(ME).await;
    unknown.assert_problem(503);
}

#[tokio::test]
async fn keys_are_not_used_beyond_their_maximum_age() {
    let key = SigningKey::rsa(0);
    let issuer = Issuer::start(&[key.public("r")]).await;
    let limits = OidcLimits {
        max_age: Duration::from_secs(1),
        ..NO_INTERVAL
    };
    let api = Api::with_oidc(&settings(&issuer), limits).await;
    let token = key.token("r", &issuer.claims("katja"));
    assert_eq!(handle(&api, &token).await, "katja");
    issuer.set_down(true);
    let begin = Instant::now();
    while with_token(&api, &token).get(ME).await.status != 503 {
        assert!(begin.elapsed() < DEADLINE, "the keys are still used");
    }
}

#[tokio::test]
async fn slow_issuer_is_503_after_the_timeout() {
    let key = SigningKey::rsa(0);
    let issuer = Issuer::start(&[key.public("r")]).await;
    issuer.set_slow();
    let limits = OidcLimits {
        timeout: Duration::from_millis(50),
        ..NO_INTERVAL
    };
    let api = Api::with_oidc(&settings(&issuer), limits).await;
    let token = key.token("r", &issuer.claims("katja"));
    with_token(&api, &token).get(ME).await.assert_problem(503);
}

#[tokio::test]
async fn discovery_document_of_another_issuer_is_not_trusted() {
    let key = SigningKey::rsa(0);
    let issuer = Issuer::start(&[key.public("r")]).await;
    let api = accepting(&issuer).await;
    issuer.claim_to_be("https://other.example");
    let token = key.token("r", &issuer.claims("katja"));
    with_token(&api, &token).get(ME).await.assert_problem(503);
    assert_eq!(issuer.requests(), 0);
}

#[tokio::test]
async fn server_without_an_issuer_rejects_every_token_and_says_so() {
    let api = Api::start().await;
    let worf = api.signed_in("worf").await;
    let rejected = worf.with("authorization", "Bearer a.b.c").get(ME).await;
    assert_rejected(&rejected, "no issuer");
    let challenge = rejected.header(header::WWW_AUTHENTICATE);
    assert!(
        challenge.contains("accepts no bearer tokens"),
        "{challenge}"
    );
}

#[tokio::test]
async fn cookies_beside_a_token_are_ignored() {
    let key = SigningKey::rsa(0);
    let issuer = Issuer::start(&[key.public("r")]).await;
    let api = accepting(&issuer).await;
    let worf = api.signed_in("worf").await;
    let token = key.token("r", &issuer.claims("katja"));
    let both = worf.with("authorization", format!("Bearer {token}"));
    let me: Me = both.get(ME).await.json();
    assert_eq!(me.handle, "katja");
    both.post("/api/auth/signout", &json!({})).await;
    let me: Me = worf.get(ME).await.json();
    assert_eq!(me.handle, "worf", "the session still exists");
    let invalid = worf.with("authorization", "Bearer a.b.c");
    assert_rejected(&invalid.get(ME).await, "invalid token beside a session");
    both.get("/api/events").await.assert_problem(401);
}

#[tokio::test]
async fn token_needs_no_origin_but_a_cookie_does() {
    let key = SigningKey::rsa(0);
    let issuer = Issuer::start(&[key.public("r")]).await;
    let api = accepting(&issuer).await;
    let token = key.token("r", &issuer.claims("katja"));
    let crud = json!({ "message": "from afar", "ttl": "1-day" });
    let client = with_token(&api, &token).with("sec-fetch-site", "cross-site");
    assert_eq!(client.post("/api/activities", &crud).await.status, 200);
    let worf = api
        .signed_in("worf")
        .await
        .with("sec-fetch-site", "cross-site");
    worf.post("/api/activities", &crud)
        .await
        .assert_problem(403);
}

#[tokio::test]
async fn preflight_is_answered_for_configured_origins_only() {
    let key = SigningKey::rsa(0);
    let issuer = Issuer::start(&[key.public("r")]).await;
    let settings = OidcSettings {
        oidc_cors_origins: "https://app.example".parse().unwrap(),
        ..settings(&issuer)
    };
    let configured = Api::with_oidc(&settings, NO_INTERVAL).await;
    let default = accepting(&issuer).await;
    let allow_origin = async |api: &Api, origin: &str| {
        let client = api.visitor().with("origin", origin);
        let client = client.with("access-control-request-method", "POST");
        let client = client.with("access-control-request-headers", "authorization");
        let preflight = client.send(Method::OPTIONS, "/api/activities", Body::empty());
        let preflight = preflight.await;
        let credentials = header::ACCESS_CONTROL_ALLOW_CREDENTIALS;
        assert_eq!(preflight.header(credentials), "");
        let headers = preflight.header(header::ACCESS_CONTROL_ALLOW_HEADERS);
        assert!(!headers.contains("forwarded"), "{headers}");
        preflight
            .header(header::ACCESS_CONTROL_ALLOW_ORIGIN)
            .to_owned()
    };
    let app = "https://app.example";
    assert_eq!(allow_origin(&configured, app).await, app);
    assert_eq!(allow_origin(&configured, "https://evil.example").await, "");
    assert_eq!(allow_origin(&default, app).await, "");
}

#[tokio::test]
async fn span_has_the_account_and_no_token() {
    let key = SigningKey::rsa(0);
    let issuer = Issuer::start(&[key.public("r")]).await;
    let api = accepting(&issuer).await;
    let token = key.token("r", &issuer.claims("katja"));
    let parent = traceparent(51);
    with_token(&api, &token).traced(&parent).get(ME).await;
    let trace = Trace::of(&parent);
    let handle = trace.attribute("authenticate_bearer", "app.user_handle");
    assert_eq!(handle, "katja");
    let rejected = traceparent(52);
    with_token(&api, &format!("{token}x"))
        .traced(&rejected)
        .get(ME)
        .await;
    let payload = token.split('.').nth(1).unwrap();
    for trace in [trace, Trace::of(&rejected)] {
        let output = trace.debug_output();
        assert!(
            !output.contains(payload) && !output.contains(AUDIENCE),
            "{output}"
        );
    }
}
