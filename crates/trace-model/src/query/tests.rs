//! Parsing, problems, and matching.

use std::sync::Arc;

use super::*;
use crate::{Attribute, Event, Resource, Span, SpanStatus, Value};

fn terms(text: &str) -> Vec<Term> {
    let parsed = parse(text);
    assert_eq!(parsed.problems, [], "{text}");
    parsed.query.terms
}

fn text(text: &str) -> Condition {
    Condition::Text(text.to_owned())
}

fn attribute(key: &str, predicate: Predicate) -> Condition {
    Condition::Attribute {
        key: key.to_owned(),
        predicate,
    }
}

fn equals(key: &str, value: &str) -> Condition {
    attribute(key, Predicate::Equals(value.to_owned()))
}

#[track_caller]
fn check(query: &str, expected: impl IntoIterator<Item = Condition>) {
    let expected: Vec<_> = expected.into_iter().map(Term::from).collect();
    assert_eq!(terms(query), expected, "{query}");
}

#[test]
fn filters_are_parsed() {
    check(
        "http.response.status_code:429",
        [Condition::KeyValue {
            key: "http.response.status_code".to_owned(),
            value: "429".to_owned(),
        }],
    );
    check(
        "http.response.status_code = 429",
        [equals("http.response.status_code", "429")],
    );
    check("user.plan==gold", [equals("user.plan", "gold")]);
    check(
        "a!=b",
        [attribute("a", Predicate::NotEquals("b".to_owned()))],
    );
    check("a~b", [attribute("a", Predicate::Contains("b".to_owned()))]);
    check(
        "a>=-1.5",
        [attribute(
            "a",
            Predicate::Compares(Comparison::GreaterOrEqual, -1.5),
        )],
    );
    check(
        "has:exception.type",
        [attribute("exception.type", Predicate::Exists)],
    );
    check(
        "duration<20ms",
        [Condition::Duration(Comparison::Less, 20_000_000)],
    );
    check(
        "duration > 1s",
        [Condition::Duration(Comparison::Greater, 1_000_000_000)],
    );
    check(
        "duration:>=2m",
        [Condition::Duration(
            Comparison::GreaterOrEqual,
            120_000_000_000,
        )],
    );
    check(
        "duration<=250µs",
        [Condition::Duration(Comparison::LessOrEqual, 250_000)],
    );
    check("kind:server", [Condition::Kind(SpanKind::Server)]);
    check("kind:SPAN_KIND_CLIENT", [Condition::Kind(SpanKind::Client)]);
    check("session:abc", [equals("session.id", "abc")]);
    check("since:15m", [Condition::Since(900_000_000_000)]);
    check(
        "status:ok AND service:shop",
        [
            Condition::Status(StatusFilter::Ok),
            Condition::Service("shop".to_owned()),
        ],
    );
}

#[test]
fn quoted_values_keep_spaces_colons_and_quotes() {
    let service = |name: &str| Condition::Service(name.to_owned());
    check(r#"service:"Jane \"J\" Roe""#, [service("Jane \"J\" Roe")]);
    check("service:\"a b\"", [service("a b")]);
    check("service:shop:eu", [service("shop:eu")]);
    check("service:it's", [service("it's")]);
    check(r#"service:C:\x"#, [service(r"C:\x")]);
    check(
        r#""two words" "a:b" "\"" "\\d""#,
        [text("two words"), text("a:b"), text("\""), text(r"\d")],
    );
    check(
        r#""my key"=1 url.path="/a b" k="""#,
        [
            equals("my key", "1"),
            equals("url.path", "/a b"),
            equals("k", ""),
        ],
    );
    check("\"\"", []);
}

#[test]
fn texts_that_resemble_filters_are_free_text() {
    for word in [
        "http://127.0.0.1/",
        "std::io::Error",
        "12:30:01",
        "::1",
        "-1",
        "--flag",
        "->",
        "=",
        ">",
        "{\"a\":1}",
        "é",
    ] {
        check(word, [text(word)]);
    }
    check("like  it ", [text("like"), text("it")]);
}

#[test]
fn minus_negates_a_term() {
    let parsed = terms("-status:error -foo -\"a b\" -service:shop");
    assert!(parsed.iter().all(|term| term.negated));
    assert_eq!(parsed[1].condition, text("foo"));
    assert_eq!(parsed[2].condition, text("a b"));
}

#[test]
fn invalid_terms_are_reported_with_their_range_and_the_others_are_used() {
    let cases = [
        ("duration>soon like", "duration>20ms", 0..13),
        ("like status:bad", "status:error", 5..15),
        ("status:500 like", "http.response.status_code:500", 0..10),
        ("like kind:browser", "kind:server", 5..17),
        ("like a>b", "needs a number", 5..8),
        ("like service:", "needs a value", 5..13),
        ("like \"open", "not closed", 5..10),
        ("like OR", "must match all terms", 5..7),
        ("duration:20ms like", "duration>20ms", 0..13),
        ("trace:12 like", "32 hex digits", 0..8),
        ("service>a like", "takes a colon", 0..9),
        ("duration>-5ms like", "duration>20ms", 0..13),
    ];
    for (query, reason, range) in cases {
        let parsed = parse(query);
        let [problem] = &parsed.problems[..] else {
            panic!("{query}: {:?}", parsed.problems);
        };
        assert!(
            problem.message.contains(reason),
            "{query}: {}",
            problem.message
        );
        assert_eq!(problem.start..problem.end, range, "{query}");
        assert_eq!(parsed.query.terms, [text("like").into()], "{query}");
    }
}

#[test]
fn long_queries_are_cut_off() {
    let parsed = parse(&"word ".repeat(100));
    assert_eq!(parsed.query.terms.len(), 32);
    assert!(parsed.problems[0].message.contains("32 terms"));
    let parsed = parse(&"é".repeat(5_000));
    assert!(parsed.problems[0].message.contains("4096 bytes"));
}

#[test]
fn a_displayed_query_parses_to_the_same_query() {
    let queries = [
        "",
        "like it",
        "-status:error service:\"a \\\"b\\\" c\" name:\"PUT /api\"",
        "duration>=1500ms duration<2h since:15m kind:consumer",
        "has:a.b \"my key\"!=\"\" a~\"x y\" n<-0.25 a=b:c a=\">1\"",
        "\"a:b\" \"-x\" http://a/ \"OR\" \"AND\" \"\\\\\" trace:6a2b7c1e98038103d269b633813fc60c",
        "\"has\"=1 \"service\"=x",
    ];
    for query in queries {
        let read = parse(query);
        assert_eq!(read.problems, [], "{query}");
        let written = read.query.to_string();
        let again = parse(&written);
        assert_eq!(again, read, "{query} became {written}");
        assert_eq!(again.query.to_string(), written);
    }
}

#[test]
fn half_typed_queries_do_not_panic() {
    for query in [
        "\"",
        "name:\"PUT",
        ":",
        ">",
        "service:",
        "a :",
        "é:é",
        "duration>µ",
        "-",
        "-\"",
        "a!=",
        "\\",
        "\"\\",
    ] {
        for end in (0..=query.len()).filter(|end| query.is_char_boundary(*end)) {
            let _ = parse(&query[..end]).query.to_string();
        }
    }
}

fn span() -> Span {
    let trace_id = "6a2b7c1e98038103d269b633813fc60c".parse().unwrap();
    let mut span = Span::new(trace_id, "00f067aa0ba902b7".parse().unwrap(), "PUT /like");
    span.kind = SpanKind::Server;
    span.status = SpanStatus::Error("database is LOCKED".to_owned());
    span.attributes = [
        Attribute::new("http.response.status_code", 429),
        Attribute::new("url.path", "/Ärger/7"),
        Attribute {
            key: "cache.hit".to_owned(),
            value: Value::Bool(true),
        },
        Attribute {
            key: "ratio".to_owned(),
            value: Value::Double(0.5),
        },
        Attribute {
            key: "tags".to_owned(),
            value: Value::Array(vec!["red".into(), 7.into()]),
        },
        Attribute {
            key: "cart".to_owned(),
            value: Value::Map([Attribute::new("item", "Lamp")].into_iter().collect()),
        },
        Attribute::new("retries", "3"),
    ]
    .into_iter()
    .collect();
    span.events = vec![Event {
        time_unix_nano: 0,
        name: "exception".to_owned(),
        attributes: [Attribute::new("exception.type", "KeyError")]
            .into_iter()
            .collect(),
    }];
    let attributes = [
        Attribute::new("service.name", "my \"shop\": eu"),
        Attribute::new("host.name", "web-7"),
    ];
    span.resource = Arc::new(Resource {
        attributes: attributes.into_iter().collect(),
    });
    span
}

fn is_match(query: &str) -> bool {
    let parsed = parse(query);
    assert_eq!(parsed.problems, [], "{query}");
    let mut matcher = Matcher::new(&parsed.query);
    matcher.check(&span());
    matcher.matches()
}

#[test]
fn all_parts_of_a_span_are_searched() {
    let matching = [
        "put",
        "locked",
        "\"database is\"",
        "429",
        "status_code",
        "/ärger",
        "cache.hit",
        "true",
        "0.5",
        "red",
        "7",
        "lamp",
        "item",
        "exception",
        "keyerror",
        "exception.type",
        "web-7",
        "host.name",
        "shop",
        "00f067aa0ba902b7",
        "http.response.status_code:429",
        "http.response.status_code=429.0",
        "http.response.status_code>=400",
        "cache.hit:true",
        "cache.hit:TRUE",
        "ratio:0.5",
        "ratio<1",
        "tags:red",
        "tags:7",
        "retries>2",
        "url.path~ÄRGER",
        "exception.type:KeyError",
        "host.name:web-7",
        "has:cart",
        "kind:server",
        "http.response.status_code!=200",
        r#"service:"my \"shop\": eu""#,
        "-nothing -kind:client -service:shop -has:nothing",
        "put locked 429",
    ];
    for query in matching {
        assert!(is_match(query), "{query}");
    }
    let other = [
        "nothing",
        "put nothing",
        "http.response.status_code:42",
        "cache.hit:false",
        "host.name:web",
        "has:item.x",
        "kind:client",
        "-put",
        "-kind:server",
        "http.response.status_code!=429",
        "ratio>0.5",
        "exception.type:keyerror",
        "retries>3",
        "url.path>1",
        "service:shop",
    ];
    for query in other {
        assert!(!is_match(query), "{query}");
    }
}
