use api_types::Me;
use axum::http::{StatusCode, header};
use cruddur_backend::security::SecuritySettings;
use futures_util::future::join_all;

use crate::support::{Api, Client, Response};

const ATTACKER: &str = "203.0.113.9";
const ELSEWHERE: &str = "198.51.100.7";

async fn guess(client: &Client<'_>, handle: &str, times: usize) -> Vec<u16> {
    let mut statuses = Vec::new();
    for _ in 0..times {
        statuses.push(client.sign_in(handle, "wrong").await.status.as_u16());
    }
    statuses
}

fn retry_after(response: &Response) -> u64 {
    response.assert_problem(429);
    response.header(header::RETRY_AFTER).parse().unwrap()
}

fn count(statuses: &[u16], status: u16) -> usize {
    statuses.iter().filter(|it| **it == status).count()
}

#[tokio::test]
async fn repeated_guesses_are_429_with_retry_after() {
    let api = Api::start().await;
    let attacker = api.visitor().from(ATTACKER);
    let statuses = guess(&attacker, "worf", 40).await;
    assert!(count(&statuses, 429) >= 25, "{statuses:?}");
    assert_eq!(count(&statuses, 401) + count(&statuses, 429), 40);
    let rejected = loop {
        let response = attacker.sign_in("worf", "wrong").await;
        if response.status != StatusCode::UNAUTHORIZED {
            break response;
        }
    };
    let wait = retry_after(&rejected);
    assert!((1..=60).contains(&wait), "{wait}");
    assert!(rejected.text.contains("Try again in"), "{}", rejected.text);
}

#[tokio::test]
async fn unknown_account_is_limited_like_an_existing_one() {
    let api = Api::start().await;
    let known = guess(&api.visitor().from(ATTACKER), "worf", 8).await;
    let unknown = guess(&api.visitor().from(ELSEWHERE), "q", 8).await;
    assert_eq!(known[..5], unknown[..5]);
    assert!(count(&known, 429) > 0 && count(&unknown, 429) > 0);
}

#[tokio::test]
async fn attacker_does_not_block_other_clients() {
    let api = Api::start().await;
    let device = api
        .visitor()
        .from(ATTACKER)
        .sign_in("worf", "cruddur-demo")
        .await;
    let attacker = api.visitor().from(ATTACKER);
    assert!(count(&guess(&attacker, "worf", 40).await, 429) > 0);

    let elsewhere = api.visitor().from(ELSEWHERE);
    elsewhere.sign_in("worf", "cruddur-demo").await.json::<Me>();
    attacker.sign_in("londo", "cruddur-demo").await.json::<Me>();
    let same_device = attacker.clone().with_cookie(device.cookies().remove(1));
    same_device
        .sign_in("worf", "cruddur-demo")
        .await
        .json::<Me>();
}

#[tokio::test]
async fn device_of_another_account_does_not_lift_the_limit() {
    let api = Api::start().await;
    let londo = api.visitor().sign_in("londo", "cruddur-demo").await;
    let as_londo = api
        .visitor()
        .from(ATTACKER)
        .with_cookie(londo.cookies().remove(1));
    assert!(count(&guess(&as_londo, "worf", 20).await, 429) > 0);
    let unknown = api
        .visitor()
        .from(ELSEWHERE)
        .with_cookie(format!("cruddur_device={}", "b".repeat(64)));
    assert!(count(&guess(&unknown, "worf", 20).await, 429) > 0);
}

#[tokio::test]
async fn other_spelling_of_the_email_does_not_lift_the_limit() {
    let api = Api::start().await;
    let attacker = api.visitor().from(ATTACKER);
    let mut statuses = Vec::new();
    for handle in [
        "worf", " worf", "WORF", "Worf", "wOrf", "woRf", "worF", "WorF",
    ] {
        statuses.push(attacker.sign_in(handle, "wrong").await.status.as_u16());
    }
    assert!(count(&statuses, 429) > 0, "{statuses:?}");
}

#[tokio::test]
async fn x_forwarded_for_counts_from_a_trusted_proxy_only() {
    let api = Api::start().await;
    let mut statuses = Vec::new();
    for host in 0..20 {
        let forged = api
            .visitor()
            .from("127.0.0.1")
            .with("x-forwarded-for", format!("192.0.2.{host}"));
        statuses.push(forged.sign_in("worf", "wrong").await.status.as_u16());
    }
    assert!(count(&statuses, 429) > 0, "{statuses:?}");

    let api = Api::with(SecuritySettings {
        trusted_proxies: "127.0.0.1/32".parse().unwrap(),
        ..SecuritySettings::default()
    })
    .await;
    let proxy = api.visitor().from("127.0.0.1");
    let attacker = proxy.with("x-forwarded-for", format!("1.1.1.1, {ATTACKER}"));
    assert!(count(&guess(&attacker, "worf", 20).await, 429) > 0);
    let another = proxy.with("x-forwarded-for", ELSEWHERE);
    another.sign_in("worf", "cruddur-demo").await.json::<Me>();
}

#[tokio::test]
async fn guesses_on_many_accounts_are_limited() {
    let api = Api::start().await;
    let device = api.visitor().sign_in("worf", "cruddur-demo").await;
    let attacker = api.visitor().from(ATTACKER);
    let mut statuses = Vec::new();
    for number in 0..60 {
        let response = attacker.sign_in(&format!("q{number}"), "wrong").await;
        statuses.push(response.status.as_u16());
    }
    assert!(count(&statuses, 429) > 0, "{statuses:?}");
    let same_device = attacker.with_cookie(device.cookies().remove(1));
    same_device
        .sign_in("worf", "cruddur-demo")
        .await
        .json::<Me>();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn concurrent_guesses_do_not_block_a_valid_sign_in() {
    let api = Api::start().await;
    let guesses = join_all((0..300).map(async |_| {
        let response = api.visitor().from(ATTACKER).sign_in("worf", "wrong").await;
        response.status.as_u16()
    }));
    let valid = async {
        let client = api.visitor().from(ELSEWHERE);
        client.sign_in("worf", "cruddur-demo").await
    };
    let (statuses, valid) = futures_util::future::join(guesses, valid).await;
    assert_eq!(valid.json::<Me>().handle, "worf");
    assert!(
        count(&statuses, 401) <= 8 && count(&statuses, 429) >= 292,
        "{statuses:?}"
    );
}
