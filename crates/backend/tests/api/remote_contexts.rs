//! The continuation of callers' traces, and the limits of recorded attributes.

use cruddur_backend::security::SecuritySettings;
use opentelemetry_sdk::trace::SpanData;

use crate::{
    support::{Api, Client},
    traces::recorded::{self, Trace, traceparent},
};

const HOME: &str = "/api/activities/home";

/// Returns the SERVER span of a request, found by its query.
async fn server_span(client: &Client<'_>, mark: &str) -> SpanData {
    client.get(&format!("{HOME}?{mark}")).await;
    let spans = recorded::with_attribute("url.query", mark);
    assert_eq!(spans.len(), 1, "{mark}: {spans:?}");
    spans.into_iter().next().unwrap()
}

#[tokio::test]
async fn untrusted_trace_is_linked_and_its_sampling_flag_ignored() {
    let api = Api::start().await;
    for (number, sampled) in [(601, true), (602, false)] {
        let mut parent = traceparent(number);
        if !sampled {
            parent = parent.replace("-01", "-00");
        }
        for (name, untrusted) in [
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
            let client = untrusted
                .with("traceparent", &parent)
                .with("tracestate", "a=b");
            let span = server_span(&client, &format!("untrusted={name}{number}")).await;
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
async fn traces_of_own_pages_and_trusted_callers_are_continued() {
    let api = Api::with(SecuritySettings {
        trusted_callers: "10.1.0.0/16".parse().unwrap(),
        trusted_proxies: "127.0.0.1/32".parse().unwrap(),
        allowed_origins: "https://app.example".parse().unwrap(),
        ..SecuritySettings::default()
    })
    .await;
    let visitor = api.visitor();
    let proxied = visitor.from("127.0.0.1");
    for (number, client) in [
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
        client.with("traceparent", &parent).get(HOME).await;
        assert_eq!(Trace::of(&parent).len(), 4, "{number}");
        let unsampled = traceparent(number + 10).replace("-01", "-00");
        let mark = format!("unsampled={number}");
        let path = format!("{HOME}?{mark}");
        client.with("traceparent", &unsampled).get(&path).await;
        assert!(recorded::with_attribute("url.query", &mark).is_empty());
    }
    for (number, untrusted) in [
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
        untrusted.with("traceparent", &parent).get(HOME).await;
        assert!(Trace::of(&parent).is_empty(), "{number}");
    }
}

#[tokio::test]
async fn health_check_in_an_untrusted_trace_is_not_traced() {
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
async fn recorded_attributes_are_truncated() {
    let api = Api::start().await;
    let parent = traceparent(642);
    let long = |bytes| "x".repeat(bytes);
    let path = format!("/api/users/@{}?q={}", long(6_000), long(6_000));
    let method = axum::http::Method::from_bytes(long(3_000).as_bytes()).unwrap();
    let client = api
        .visitor()
        .traced(&parent)
        .with("user-agent", long(6_000))
        .with("host", format!("{}:1", long(6_000)))
        .with("tracestate", format!("a={}", long(250)))
        .with("x-forwarded-host", long(6_000));
    client.send(method, &path, "".into()).await;
    let span = Trace::of(&parent).span("HTTP /api/users/@{handle}").clone();
    for attribute in &span.attributes {
        let length = attribute.value.to_string().len();
        assert!(length <= 1024, "{}: {length}", attribute.key);
    }
    let truncated = span
        .attributes
        .iter()
        .filter(|it| it.value.to_string().ends_with('…'));
    assert_eq!(truncated.count(), 5, "{:?}", span.attributes);
    assert!(span.span_context.trace_state().header().len() <= 512);
}

#[tokio::test]
async fn tracestate_over_512_bytes_is_dropped_and_the_trace_continued() {
    let api = Api::start().await;
    let members = |count: usize| {
        let members: Vec<String> = (0..count)
            .map(|n| format!("k{n}={}", "v".repeat(100)))
            .collect();
        members.join(",")
    };
    for (number, count, is_propagated) in [(643, 4, true), (644, 12, false)] {
        let parent = traceparent(number);
        let client = api
            .visitor()
            .traced(&parent)
            .with("tracestate", members(count));
        client.get(HOME).await;
        let trace = Trace::of(&parent);
        let span = trace.span("GET /api/activities/home");
        assert_eq!(
            !span.span_context.trace_state().header().is_empty(),
            is_propagated
        );
    }
}
