//! `GET /1/auth` at startup: the account of the key, and links to traces.

use otel_web_gateway::{Config, Honeycomb, Secret};
use trace_model::{SinkState, Status};

use super::sink;
use crate::support::{FakeHoneycomb, KEY, TestGateway, request, span, trace_id};

fn forwarding_to(url: &str, key: &str) -> impl FnOnce(&mut Config) + use<> {
    let mut honeycomb = Honeycomb::new(Secret::new(key));
    url.clone_into(&mut honeycomb.endpoint);
    |config| config.honeycomb = Some(honeycomb)
}

#[tokio::test]
async fn forwarded_trace_has_a_link_with_team_environment_dataset_and_time() {
    let fake = FakeHoneycomb::start([]).await;
    let gateway = TestGateway::start_with(forwarding_to(&fake.url, KEY)).await;
    gateway
        .export(request("My Shop", vec![span(1, 1, "a")]))
        .await;
    let known = |status: &Status| sink(status, "honeycomb").account.is_some();
    let status = gateway.status_when(known).await;
    let account = sink(&status, "honeycomb").account.clone();
    assert_eq!(account.unwrap(), "team cruddur, environment test");

    let id = trace_id(1);
    let response = gateway.get(&format!("/open/{id}/honeycomb")).await;
    assert_eq!(response.status, 307);
    let expected = format!(
        "https://ui.honeycomb.io/cruddur/environments/test/datasets/my-shop/trace\
         ?trace_id={id}&trace_start_ts=1789999941&trace_end_ts=1790000061"
    );
    assert_eq!(response.header("location"), expected);
}

#[tokio::test]
async fn unknown_key_is_reported_at_startup() {
    let fake = FakeHoneycomb::start([]).await;
    let wrong = "hcaik_01wrongwrongwrong";
    let gateway = TestGateway::start_with(forwarding_to(&fake.url, wrong)).await;
    let failing = |status: &Status| sink(status, "honeycomb").state == SinkState::Failing;
    let status = gateway.status_when(failing).await;
    let error = sink(&status, "honeycomb").last_error.clone().unwrap();
    assert!(error.contains("check HONEYCOMB_API_KEY"), "{error}");
    let link = gateway
        .get(&format!("/open/{}/honeycomb", trace_id(1)))
        .await;
    assert_eq!(link.status, 404);
}
