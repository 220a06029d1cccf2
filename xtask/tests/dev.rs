//! `cargo xtask dev`: one command starts the stack, one signal or one failure ends it.
//!
//! These tests start the real stack on free ports, one at a time, because the stacks share their data folder.

mod support;

use std::net::TcpListener;

use rustix::process::Signal;
use support::{Dev, Ports, get};

#[test]
fn stack_starts_and_ends_with_one_signal() {
    let ports = Ports::free();
    let mut dev = Dev::start(ports);
    let ready = dev.wait_for_line("ready: ");
    assert_eq!(
        ready,
        format!(
            "ready: page http://127.0.0.1:{}/ · traces http://127.0.0.1:{}/",
            ports.page, ports.gateway
        )
    );
    assert!(get(ports.page, "/").contains("<html"), "the page is served");
    assert!(
        get(ports.page, "/api/health-check").starts_with("HTTP/1.1 200"),
        "the page's proxy finds the back end"
    );
    assert!(
        get(ports.gateway, "/").contains("<html"),
        "the gateway serves the viewer"
    );
    assert_eq!(refused(ports.gateway), 0, "no health check is refused");

    let programs = dev.programs();
    dev.signal(Signal::INT);
    assert_eq!(dev.wait_for_end().code(), Some(128 + 2));
    assert!(
        support::all_end(&programs),
        "all of {programs:?} have ended"
    );
}

/// Returns how many requests the gateway counts as refused.
fn refused(gateway: u16) -> u64 {
    const COUNTER: &str = "otel_web_gateway_refused_requests_total";
    let metrics = get(gateway, "/metrics");
    assert!(metrics.contains(&format!("TYPE {COUNTER}")), "{metrics}");
    metrics
        .lines()
        .filter(|line| line.starts_with(COUNTER))
        .map(|line| line.rsplit(' ').next().unwrap().parse::<u64>().unwrap())
        .sum()
}

/// One test, because starting the stack takes long: pages of other origins, a killed `xtask`, a developer's variables.
#[test]
fn other_origins_read_no_traces_and_a_killed_xtask_leaves_no_programs() {
    let ports = Ports::free();
    let mut dev = Dev::start_with(ports, &VARIABLES);
    dev.wait_for_line("ready: ");
    send_span(ports.page);
    let own = get(ports.gateway, "/api/traces?limit=1000");
    assert!(own.contains(MARK), "the span is there: {own}");
    // The page's own host name reaches one path of the gateway only, too.
    for host in ["evil.test", "127.0.0.1", "localhost"] {
        let authority = format!("{host}:{}", ports.page);
        for path in TRICKS {
            for method in ["GET", "POST", "PUT", "OPTIONS", "HEAD"] {
                assert_reads_nothing(&authority, &format!("{method} {path} HTTP/1.1"), "");
            }
            let upgrade = "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
                Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
            assert_reads_nothing(&authority, &format!("GET {path} HTTP/1.1"), upgrade);
            let claim = format!(
                "X-Forwarded-Host: 127.0.0.1:{}\r\nForwarded: host=127.0.0.1\r\n",
                ports.gateway
            );
            assert_reads_nothing(&authority, &format!("GET {path} HTTP/1.1"), &claim);
        }
    }
    let programs = dev.programs();
    dev.kill_xtask();
    assert!(
        support::all_end(&programs),
        "all of {programs:?} have ended"
    );
}

/// A developer's own settings, which must not break the stack.
const VARIABLES: [(&str, &str); 9] = [
    ("NO_COLOR", "1"),
    ("TRUNK_SERVE_PORT", "1"),
    ("TRUNK_BUILD_DIST", "/nonexistent"),
    ("TRUNK_COLOR", "always"),
    ("CARGO_BUILD_TARGET", "wasm32-unknown-unknown"),
    ("HTTP_PROXY", "http://127.0.0.1:9"),
    ("HTTPS_PROXY", "http://127.0.0.1:9"),
    ("ALL_PROXY", "http://127.0.0.1:9"),
    ("XDG_CACHE_HOME", ""),
];

const TRACE_ID: &str = "5b8efff798038103d269b633813fc60c";

/// The name of the span that other origins must not read.
const MARK: &str = "marked-by-the-test";

/// Paths by which a page of another origin could try to read traces through the proxies.
const TRICKS: [&str; 21] = [
    "/otlp/api/traces",
    "/otlp/api/traces?limit=1000",
    "/otlp//api/traces",
    "//otlp/api/traces",
    "/otlp/./api/traces",
    "/otlp/v1/../api/traces",
    "/otlp/v1/traces/../../api/traces",
    "/otlp/v1/traces/%2e%2e/%2e%2e/api/traces",
    "/otlp/v1/traces/%2E%2E/.%2e/api/traces?limit=1000",
    "/otlp/v1/traces/..;/..;/api/traces",
    "/otlp/v1/traces/..%2f..%2fapi%2ftraces",
    "/otlp/v1/traces/..%5c..%5capi%5ctraces",
    "/otlp/v1/traces//api/traces",
    "/otlp/v1/traces?/../../api/traces",
    "/otlp/v1/traces%2f..%2f..%2fapi/traces",
    "/otlp/open/5b8efff798038103d269b633813fc60c",
    "/otlp/open/../api/traces",
    "/otlp/open/%2e%2e/api/traces?limit=1000",
    "/otlp/open/../../api/events",
    "/api/../otlp/api/traces",
    "/api/%2e%2e/v1/traces",
];

fn assert_reads_nothing(authority: &str, start: &str, headers: &str) {
    let head = format!(
        "{start}\r\nHost: {authority}\r\nOrigin: http://{authority}\r\nContent-Length: 0\r\n\
         {headers}Connection: close\r\n\r\n"
    );
    let (_, port) = authority.rsplit_once(':').unwrap();
    let answer = support::send(port.parse().unwrap(), &head);
    for secret in [MARK, TRACE_ID, "trace_id", "event: "] {
        assert!(!answer.contains(secret), "{head}\n{answer}");
    }
}

/// Sends a span as the page does.
fn send_span(page: u16) {
    let now = std::time::SystemTime::now();
    let now = now
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap()
        .as_nanos();
    let body = format!(
        r#"{{"resourceSpans":[{{"scopeSpans":[{{"spans":[{{"traceId":"{TRACE_ID}","spanId":"051581bf3cb55c13",
        "name":"{MARK}","kind":1,"startTimeUnixNano":"{now}","endTimeUnixNano":"{now}"}}]}}]}}]}}"#
    );
    let answer = support::send(
        page,
        &format!(
            "POST /otlp/v1/traces HTTP/1.1\r\nHost: 127.0.0.1:{page}\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        ),
    );
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

#[test]
fn duplicate_port_is_an_error_before_anything_starts() {
    let ports = Ports::free();
    let mut dev = Dev::start(Ports {
        gateway: ports.page,
        ..ports
    });
    assert_eq!(dev.wait_for_end().code(), Some(1));
    let errors = dev.errors();
    let expected = format!(
        "port {} is configured for the page and for the gateway",
        ports.page
    );
    assert!(errors.contains(&expected), "{errors}");
    assert_eq!(dev.lines(), "", "nothing was started");
}

#[test]
fn killed_program_is_named_and_the_others_are_stopped() {
    let mut dev = Dev::start(Ports::free());
    dev.wait_for_line("ready: ");
    let programs = dev.programs();
    dev.kill("cruddur-backend");
    assert_eq!(dev.wait_for_end().code(), Some(1));
    assert!(
        support::all_end(&programs),
        "all of {programs:?} have ended"
    );
    let errors = dev.errors();
    assert!(
        errors.contains("the back end ended (signal: 9 (SIGKILL))"),
        "{errors}"
    );
    assert!(errors.contains("Its last output:\n  "), "{errors}");
}

#[test]
fn used_port_is_an_error_before_anything_starts() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let api = listener.local_addr().unwrap().port();
    let mut dev = Dev::start(Ports {
        api,
        ..Ports::free()
    });
    assert_eq!(dev.wait_for_end().code(), Some(1));
    let errors = dev.errors();
    assert!(
        errors.contains(&format!("port {api} for the back end")),
        "{errors}"
    );
    assert!(errors.contains("CRUDDUR_API_PORT=<port>"), "{errors}");
    assert_eq!(dev.lines(), "", "nothing was started");
}
