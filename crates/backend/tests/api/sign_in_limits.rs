use api_types::Me;
use axum::http::{StatusCode, header};
use cruddur_backend::security::SecuritySettings;
use futures_util::future::join_all;

use crate::support::{Answer, Api, Caller};

const STRANGER: &str = "203.0.113.9";
const ELSEWHERE: &str = "198.51.100.7";

async fn guess(caller: &Caller<'_>, handle: &str, times: usize) -> Vec<u16> {
    let mut statuses = Vec::new();
    for _ in 0..times {
        statuses.push(caller.sign_in(handle, "wrong").await.status.as_u16());
    }
    statuses
}

fn retry_after(answer: &Answer) -> u64 {
    answer.assert_problem(429);
    answer.header(header::RETRY_AFTER).parse().unwrap()
}

fn count(statuses: &[u16], status: u16) -> usize {
    statuses.iter().filter(|it| **it == status).count()
}

#[tokio::test]
async fn guesses_are_held_back_and_told_for_how_long() {
    let api = Api::start().await;
    let stranger = api.visitor().from(STRANGER);
    let statuses = guess(&stranger, "worf", 40).await;
    assert!(count(&statuses, 429) >= 25, "{statuses:?}");
    assert_eq!(count(&statuses, 401) + count(&statuses, 429), 40);
    let refused = loop {
        let answer = stranger.sign_in("worf", "wrong").await;
        if answer.status != StatusCode::UNAUTHORIZED {
            break answer;
        }
    };
    let wait = retry_after(&refused);
    assert!((1..=60).contains(&wait), "{wait}");
    assert!(refused.text.contains("Try again in"), "{}", refused.text);
}

#[tokio::test]
async fn an_account_that_does_not_exist_is_held_back_alike() {
    let api = Api::start().await;
    let known = guess(&api.visitor().from(STRANGER), "worf", 8).await;
    let unknown = guess(&api.visitor().from(ELSEWHERE), "q", 8).await;
    assert_eq!(known[..5], unknown[..5]);
    assert!(count(&known, 429) > 0 && count(&unknown, 429) > 0);
}

#[tokio::test]
async fn a_stranger_keeps_nobody_else_out() {
    let api = Api::start().await;
    let device = api
        .visitor()
        .from(STRANGER)
        .sign_in("worf", "cruddur-demo")
        .await;
    let stranger = api.visitor().from(STRANGER);
    assert!(count(&guess(&stranger, "worf", 40).await, 429) > 0);

    let elsewhere = api.visitor().from(ELSEWHERE);
    elsewhere.sign_in("worf", "cruddur-demo").await.json::<Me>();
    stranger.sign_in("londo", "cruddur-demo").await.json::<Me>();
    let same_device = stranger.clone().holding(device.cookies().remove(1));
    same_device
        .sign_in("worf", "cruddur-demo")
        .await
        .json::<Me>();
}

#[tokio::test]
async fn anothers_device_is_no_way_around() {
    let api = Api::start().await;
    let londo = api.visitor().sign_in("londo", "cruddur-demo").await;
    let as_londo = api
        .visitor()
        .from(STRANGER)
        .holding(londo.cookies().remove(1));
    assert!(count(&guess(&as_londo, "worf", 20).await, 429) > 0);
    let unknown = api
        .visitor()
        .from(ELSEWHERE)
        .holding(format!("cruddur_device={}", "b".repeat(64)));
    assert!(count(&guess(&unknown, "worf", 20).await, 429) > 0);
}

#[tokio::test]
async fn writing_the_email_otherwise_is_no_way_around() {
    let api = Api::start().await;
    let stranger = api.visitor().from(STRANGER);
    let mut statuses = Vec::new();
    for handle in [
        "worf", " worf", "WORF", "Worf", "wOrf", "woRf", "worF", "WorF",
    ] {
        statuses.push(stranger.sign_in(handle, "wrong").await.status.as_u16());
    }
    assert!(count(&statuses, 429) > 0, "{statuses:?}");
}

#[tokio::test]
async fn a_header_is_no_way_around_unless_its_proxy_is_trusted() {
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
        trusted_proxies: vec!["127.0.0.1/32".parse().unwrap()],
        ..SecuritySettings::default()
    })
    .await;
    let proxy = api.visitor().from("127.0.0.1");
    let stranger = proxy.with("x-forwarded-for", format!("1.1.1.1, {STRANGER}"));
    assert!(count(&guess(&stranger, "worf", 20).await, 429) > 0);
    let another = proxy.with("x-forwarded-for", ELSEWHERE);
    another.sign_in("worf", "cruddur-demo").await.json::<Me>();
}

#[tokio::test]
async fn one_password_on_many_accounts_is_held_back_too() {
    let api = Api::start().await;
    let device = api.visitor().sign_in("worf", "cruddur-demo").await;
    let stranger = api.visitor().from(STRANGER);
    let mut statuses = Vec::new();
    for number in 0..60 {
        let answer = stranger.sign_in(&format!("q{number}"), "wrong").await;
        statuses.push(answer.status.as_u16());
    }
    assert!(count(&statuses, 429) > 0, "{statuses:?}");
    let same_device = stranger.holding(device.cookies().remove(1));
    same_device
        .sign_in("worf", "cruddur-demo")
        .await
        .json::<Me>();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_hundred_guesses_at_once_leave_room_for_an_honest_sign_in() {
    let api = Api::start().await;
    let guesses = join_all((0..300).map(async |_| {
        let answer = api.visitor().from(STRANGER).sign_in("worf", "wrong").await;
        answer.status.as_u16()
    }));
    let honest = async {
        let caller = api.visitor().from(ELSEWHERE);
        caller.sign_in("worf", "cruddur-demo").await
    };
    let (statuses, honest) = futures_util::future::join(guesses, honest).await;
    assert_eq!(honest.json::<Me>().handle, "worf");
    assert!(
        count(&statuses, 401) <= 8 && count(&statuses, 429) >= 292,
        "{statuses:?}"
    );
}
