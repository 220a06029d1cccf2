//! The Rollbar sink.

use std::time::Duration;

use otel_web_gateway::{Config, Rollbar, Secret};
use trace_model::{SinkState, Status};

use super::{done, sink};
use crate::support::{
    FakeRollbar, TOKEN, TestGateway, exception, exception_at, request, span, trace_id,
};

fn reporting_to(url: &str) -> impl FnOnce(&mut Config) + use<> {
    let mut rollbar = Rollbar::new(Secret::new(TOKEN));
    url.clone_into(&mut rollbar.endpoint);
    |config| config.rollbar = Some(rollbar)
}

#[tokio::test]
async fn exception_becomes_an_item_with_a_link_to_its_trace() {
    let fake = FakeRollbar::start([]).await;
    let gateway = TestGateway::start_with(reporting_to(&fake.url)).await;
    let spans = vec![span(1, 1, "a"), exception(span(1, 2, "PUT /like"), "7")];
    gateway.export(request("backend", spans)).await;
    let status = done(&gateway, "rollbar").await;
    assert_eq!((status.sent, status.skipped), (1, 1));
    let items = fake.items();
    assert_eq!(items.len(), 1);
    let custom = &items[0]["custom"];
    assert_eq!(
        (custom["trace_id"].as_str().unwrap(), &custom["span_id"]),
        (&*trace_id(1), &"0202020202020202".into())
    );
    let url = custom["trace_url"].as_str().unwrap();
    assert!(
        url.ends_with(&format!("/trace/{}?span=0202020202020202", trace_id(1))),
        "{url}"
    );
    assert_eq!(items[0]["body"]["trace"]["frames"][1]["filename"], "app.js");
}

#[tokio::test]
async fn error_in_several_spans_is_sent_once_also_after_retries() {
    let refusals = [(429, "1"), (500, ""), (503, "")];
    let fake = FakeRollbar::start(refusals).await;
    let gateway = TestGateway::start_with(reporting_to(&fake.url)).await;
    let error = |id, message| exception(span(1, id, "a"), message);
    let spans = vec![error(1, "7"), error(2, "7"), error(3, "8")];
    gateway.export(request("backend", spans)).await;
    let status = done(&gateway, "rollbar").await;
    assert_eq!((status.sent, status.state), (3, SinkState::On));
    let titles: Vec<_> = fake
        .items()
        .iter()
        .map(|item| item["title"].clone())
        .collect();
    assert_eq!(titles, ["KeyError: 7", "KeyError: 8"]);
}

/// `X-Rate-Limit-Remaining-Seconds` is respected as by Rollbar's own notifiers.
#[tokio::test]
async fn rate_limit_of_rollbar_is_respected() {
    let fake = FakeRollbar::start([(429, "2")]).await;
    let gateway = TestGateway::start_with(reporting_to(&fake.url)).await;
    let error = exception(span(1, 1, "a"), "7");
    gateway.export(request("backend", vec![error])).await;
    assert_eq!(done(&gateway, "rollbar").await.sent, 1);
    let [first, second] = fake.arrivals()[..] else {
        panic!("{:?}", fake.arrivals());
    };
    let between = second - first;
    assert!(between >= Duration::from_secs(2), "{between:?}");
}

#[tokio::test]
async fn deep_recursion_is_an_item_below_the_size_limit() {
    let fake = FakeRollbar::start([]).await;
    let gateway = TestGateway::start_with(reporting_to(&fake.url)).await;
    let call = "\n    at fibonacci (http://shop.example/assets/app.js:12:5)";
    let stacktrace = format!("RangeError: stack{}", call.repeat(10_000));
    let error = exception_at(span(1, 1, "a"), "stack", &stacktrace);
    gateway.export(request("browser", vec![error])).await;
    assert_eq!(done(&gateway, "rollbar").await.sent, 1);
    let frames = fake.items()[0]["body"]["trace"]["frames"].clone();
    assert_eq!(frames.as_array().unwrap().len(), 200);
}

#[tokio::test]
async fn rest_of_a_failed_batch_counts_as_retried() {
    let fake = FakeRollbar::start([(200, ""), (503, "")]).await;
    let gateway = TestGateway::start_with(reporting_to(&fake.url)).await;
    let error = |id: u8| exception(span(1, id, "a"), &id.to_string());
    let spans = vec![error(1), error(2), span(1, 3, "b"), error(4)];
    gateway.export(request("backend", spans)).await;
    let status = done(&gateway, "rollbar").await;
    assert_eq!((status.sent, status.skipped, status.retried), (3, 1, 2));
    assert_eq!(fake.items().len(), 3);
}

#[tokio::test]
async fn rejected_token_is_a_failing_sink_and_is_redacted() {
    let fake = FakeRollbar::start([(401, "")]).await;
    let gateway = TestGateway::start_with(reporting_to(&fake.url)).await;
    gateway
        .export(request("backend", vec![exception(span(1, 1, "a"), "7")]))
        .await;
    let dropped = |status: &Status| sink(status, "rollbar").dropped.contains_key("http_401");
    let status = gateway.status_when(dropped).await;
    assert_eq!(sink(&status, "rollbar").state, SinkState::Failing);
    let error = sink(&status, "rollbar").last_error.clone().unwrap();
    assert!(
        error.contains("check ROLLBAR_ACCESS_TOKEN") && !error.contains(TOKEN),
        "{error}"
    );
}
