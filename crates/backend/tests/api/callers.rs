//! Whose trace is continued, and how much of what callers send is recorded.

use cruddur_backend::security::SecuritySettings;
use opentelemetry_sdk::trace::SpanData;

use crate::{
    support::{Api, Caller},
    traces::recorded::{self, Trace, traceparent},
};

const HOME: &str = "/api/activities/home";

/// The SERVER span of a request, found by what only this test asks for.
async fn server_span(caller: &Caller<'_>, mark: &str) -> SpanData {
    caller.get(&format!("{HOME}?{mark}")).await;
    let spans = recorded::with_attribute("url.query", mark);
    assert_eq!(spans.len(), 1, "{mark}: {spans:?}");
    spans.into_iter().next().unwrap()
}

#[tokio::test]
async fn a_strangers_flags_decide_nothing_and_the_trace_is_linked() {
    let api = Api::start().await;
    for (number, sampled) in [(601, true), (602, false)] {
        let mut parent = traceparent(number);
        if !sampled {
            parent = parent.replace("-01", "-00");
        }
        for (name, stranger) in [
            ("program", api.visitor()),
            (
                "cross-site",
                api.visitor().with("sec-fetch-site", "cross-site"),
            ),
            (
                "same-site",
                api.visitor().with("sec-fetch-site", "same-site"),
            ),
            ("typed", api.visitor().with("sec-fetch-site", "none")),
        ] {
            let caller = stranger
                .with("traceparent", &parent)
                .with("tracestate", "a=b");
            let span = server_span(&caller, &format!("stranger={name}{number}")).await;
            assert!(Trace::of(&parent).is_empty());
            let [link] = span.links.links.as_slice() else {
                panic!("one link: {:?}", span.links)
            };
            assert_eq!(link.span_context.trace_id().to_string(), parent[3..35]);
            assert_eq!(link.span_context.trace_state().header(), "");
            assert_eq!(span.span_context.trace_state().header(), "");
        }
    }
}

#[tokio::test]
async fn own_pages_and_configured_callers_are_continued() {
    let api = Api::with(SecuritySettings {
        trusted_callers: vec!["10.1.0.0/16".parse().unwrap()],
        trusted_proxies: vec!["127.0.0.1/32".parse().unwrap()],
        allowed_origins: vec!["https://app.example".to_owned()],
        ..SecuritySettings::default()
    })
    .await;
    let visitor = api.visitor();
    let proxied = visitor.from("127.0.0.1");
    for (number, caller) in [
        (611, visitor.with("sec-fetch-site", "same-origin")),
        (
            612,
            visitor
                .with("sec-fetch-site", "cross-site")
                .with("origin", "https://app.example"),
        ),
        (
            613,
            visitor
                .with("host", "a.example")
                .with("origin", "http://a.example"),
        ),
        (614, visitor.from("10.1.2.3")),
        (615, proxied.with("x-forwarded-for", "10.1.2.3")),
    ] {
        let parent = traceparent(number);
        caller.with("traceparent", &parent).get(HOME).await;
        assert_eq!(Trace::of(&parent).len(), 4, "{number}");
        let unsampled = traceparent(number + 10).replace("-01", "-00");
        let mark = format!("unsampled={number}");
        let path = format!("{HOME}?{mark}");
        caller.with("traceparent", &unsampled).get(&path).await;
        assert!(recorded::with_attribute("url.query", &mark).is_empty());
    }
    for (number, stranger) in [
        (631, visitor.from("10.2.0.1")),
        (
            632,
            visitor
                .from("198.51.100.7")
                .with("x-forwarded-for", "10.1.2.3"),
        ),
        (
            633,
            proxied.with("x-forwarded-for", "10.1.2.3, 198.51.100.7"),
        ),
    ] {
        let parent = traceparent(number);
        stranger.with("traceparent", &parent).get(HOME).await;
        assert!(Trace::of(&parent).is_empty(), "{number}");
    }
}

#[tokio::test]
async fn a_health_check_in_a_strangers_trace_is_still_a_probe() {
    let api = Api::start().await;
    let parent = traceparent(641);
    let agent = "probe-641";
    api.visitor()
        .with("traceparent", &parent)
        .with("user-agent", agent)
        .get("/api/health-check")
        .await;
    assert!(recorded::with_attribute("user_agent.original", agent).is_empty());
}

#[tokio::test]
async fn what_a_caller_sends_is_recorded_up_to_a_length() {
    let api = Api::start().await;
    let parent = traceparent(642);
    let long = |bytes| "x".repeat(bytes);
    let path = format!("/api/users/@{}?q={}", long(6_000), long(6_000));
    let method = axum::http::Method::from_bytes(long(3_000).as_bytes()).unwrap();
    let caller = api
        .visitor()
        .traced(&parent)
        .with("user-agent", long(6_000))
        .with("host", format!("{}:1", long(6_000)))
        .with("tracestate", format!("a={}", long(250)))
        .with("x-forwarded-host", long(6_000));
    caller.send(method, &path, "".into()).await;
    let span = Trace::of(&parent).span("HTTP /api/users/@{handle}").clone();
    for attribute in &span.attributes {
        let length = attribute.value.to_string().len();
        assert!(length <= 1024, "{}: {length}", attribute.key);
    }
    let cut = span
        .attributes
        .iter()
        .filter(|it| it.value.to_string().ends_with('…'));
    assert_eq!(cut.count(), 5, "{:?}", span.attributes);
    assert!(span.span_context.trace_state().header().len() <= 512);
}

#[tokio::test]
async fn a_tracestate_over_512_bytes_is_left_out_and_the_trace_continued() {
    let api = Api::start().await;
    let members = |count: usize| {
        let members: Vec<String> = (0..count)
            .map(|n| format!("k{n}={}", "v".repeat(100)))
            .collect();
        members.join(",")
    };
    for (number, count, kept) in [(643, 4, true), (644, 12, false)] {
        let parent = traceparent(number);
        let caller = api
            .visitor()
            .traced(&parent)
            .with("tracestate", members(count));
        caller.get(HOME).await;
        let trace = Trace::of(&parent);
        let span = trace.span("GET /api/activities/home");
        assert_eq!(!span.span_context.trace_state().header().is_empty(), kept);
    }
}
