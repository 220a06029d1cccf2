//! When a request of a page was on the network, and when its page was busy with something else.
//!
//! A browser's CLIENT span is longer than its request: it starts when the page's code makes the
//! request, and ends when that code runs again. A busy page keeps it open. So the network time
//! comes from the first of these sources that exists:
//!
//! 1. `browser.resource_timing.response_end_offset`, in milliseconds after the span's start;
//! 2. the event `responseEnd`, which OpenTelemetry's JavaScript SDK records;
//! 3. the durations of the request's phases, from which the end of the response is estimated. If
//!    the trace has the server's span, its start tells when the request was sent. Otherwise the
//!    request is assumed to have been sent at once, unless it may have waited for a connection;
//! 4. nothing: the whole span is network time, or waiting for something unknown.
//!
//! A request starts with its span. The time until `fetchStart` is not the page's: it is zero
//! except for redirects and for service workers that had to start.
//!
//! A response from the browser's cache was not on the network at all. How a service worker spent
//! its time is unknown, unless the trace has a server's span.

use crate::{Interval, Lane, Node, Span, SpanKind};

/// The time that a request of a page was on the network, on the trace's axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NetworkTime {
    /// From the start of the span to the end of the response. It ends after the span if the body
    /// was still arriving, and is empty for a response from the cache.
    pub interval: Interval,
    /// Whether the request has timings. Without them, `interval` is the whole span, which may
    /// include waiting for something else.
    pub is_timed: bool,
}

/// How many requests a browser sends to one host at the same time over HTTP/1.1.
const MAX_CONNECTIONS_PER_HOST: usize = 6;

/// How far two clocks of millisecond resolution may disagree about one instant.
const CLOCK_TOLERANCE_NANO: u64 = 1_000_000;

/// A longer offset is not a valid timing: no request takes eleven days.
const MAX_OFFSET_MS: f64 = 1e9;

const PREFIX: &str = "browser.resource_timing.";

/// Returns whether a browser made `span` for a request of its page.
pub(crate) fn is_request(lane: Lane, span: &Span) -> bool {
    lane == Lane::Browser && span.kind == SpanKind::Client
}

/// Returns the network time by the request's own timings, if it has any.
pub(crate) fn measured(span: &Span) -> Option<NetworkTime> {
    let end = end_by_attribute(span).or_else(|| end_by_event(span))?;
    Some(NetworkTime {
        interval: Interval::new(span.interval().start, end),
        is_timed: true,
    })
}

/// Returns the interval in which the server answered, which bounds the alignment of its clock.
pub(crate) fn answer_window(caller: &Node, server: Interval) -> Interval {
    let own = caller.interval();
    let Some(network) = caller.network.filter(|network| network.is_timed) else {
        return own;
    };
    let network = network.interval.clip(own);
    let end = network.end.saturating_add(CLOCK_TOLERANCE_NANO);
    let fits = network.start <= server.start && server.end <= end && own.contains(server);
    // An empty interval cannot contain an answer: the timings belong to another request.
    if fits || network.duration() == 0 {
        own
    } else {
        network
    }
}

/// Sets the network times of all requests, once every node has its position.
pub(crate) fn resolve(nodes: &mut [Node]) {
    let requests = nodes.iter().enumerate();
    let requests = requests.filter(|(_, node)| is_request(node.lane, &node.span));
    let requests: Vec<usize> = requests.map(|(index, _)| index).collect();
    let queued = queued(nodes, &requests);
    for (index, queued) in requests.into_iter().zip(queued) {
        let answered = answered(nodes, index);
        let network = network_time(&nodes[index], answered, queued);
        nodes[index].network = Some(network);
    }
}

/// Returns the interval in which servers worked on the call at `index`.
pub(crate) fn answered(nodes: &[Node], index: usize) -> Option<Interval> {
    let caller = &nodes[index];
    let mut child = index + 1;
    let end = index + caller.descendants;
    let mut all: Option<Interval> = None;
    while child <= end {
        let server = &nodes[child];
        if crate::clock::is_remote_call(&caller.span, &server.span) {
            let own = server.interval();
            all = Some(all.map_or(own, |other| other.hull(own)));
        }
        child += server.descendants + 1;
    }
    all
}

fn network_time(node: &Node, answered: Option<Interval>, queued: bool) -> NetworkTime {
    let own = node.interval();
    let timed = |interval| NetworkTime {
        interval,
        is_timed: true,
    };
    let untimed = |interval| NetworkTime {
        interval,
        is_timed: false,
    };
    let delivery = node.span.attributes.text(&key("delivery_type"));
    match (delivery.unwrap_or_default(), answered, node.network) {
        ("cache", None, _) => timed(Interval::new(own.start, own.start)),
        (other, None, measured) if other.contains("worker") => {
            untimed(measured.map_or(own, |network| network.interval))
        }
        (_, _, Some(measured)) => measured,
        (_, answered, None) => {
            estimated(node, answered, queued).map_or_else(|| untimed(own), timed)
        }
    }
}

fn key(name: &str) -> String {
    format!("{PREFIX}{name}")
}

/// Returns a timing in nanoseconds, if it was recorded and is valid.
fn nanos(span: &Span, name: &str) -> Option<u64> {
    let ms = span.attributes.get(&key(name))?.as_double()?;
    let is_time = (0.0..MAX_OFFSET_MS).contains(&ms);
    is_time.then(|| (ms * 1e6).round() as u64)
}

fn end_by_attribute(span: &Span) -> Option<u64> {
    let offset = nanos(span, "response_end_offset")?;
    // A response does not end before its fetch starts: such timings are of another request.
    let fetch_start = nanos(span, "fetch_start_offset").unwrap_or(0);
    (fetch_start <= offset).then(|| span.interval().start.saturating_add(offset))
}

fn end_by_event(span: &Span) -> Option<u64> {
    let mut events = span.events.iter();
    let end = events.find(|event| event.name == "responseEnd")?;
    let time = end.time_unix_nano;
    (time >= span.interval().start).then_some(time)
}

/// Estimates the network time from the durations of the phases, which do not tell when the first
/// phase started.
fn estimated(node: &Node, answered: Option<Interval>, queued: bool) -> Option<Interval> {
    let span = &node.span;
    let phase = |name: &str| nanos(span, name).unwrap_or(0);
    let (waiting, download) = (phase("waiting_duration"), phase("download_duration"));
    if waiting + download == 0 {
        return None;
    }
    // The connection's time includes TLS.
    let connecting = phase("dns_duration") + phase("connect_duration").max(phase("tls_duration"));
    let own = node.interval();
    let earliest = own.start.saturating_add(connecting);
    let sent = match answered {
        Some(server) => {
            let in_transit = waiting.saturating_sub(server.duration());
            server.start.saturating_sub(in_transit / 2).max(earliest)
        }
        None if queued => return None,
        None => earliest,
    };
    let end = sent.saturating_add(waiting + download);
    Some(Interval::new(own.start, end))
}

/// Returns, for each request, whether enough others were open at its start that it may have had to
/// wait for a connection.
fn queued(nodes: &[Node], requests: &[usize]) -> Vec<bool> {
    let interval = |&index: &usize| nodes[index].interval();
    let mut starts: Vec<u64> = requests.iter().map(|index| interval(index).start).collect();
    let mut ends: Vec<u64> = requests.iter().map(|index| interval(index).end).collect();
    starts.sort_unstable();
    ends.sort_unstable();
    let open_at = |instant: u64| {
        let started = starts.partition_point(|&start| start <= instant);
        started - ends.partition_point(|&end| end < instant)
    };
    let starts = requests.iter().map(|index| interval(index).start);
    starts
        .map(|start| open_at(start) > MAX_CONNECTIONS_PER_HOST)
        .collect()
}
