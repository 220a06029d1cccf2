//! When a page's request was on the network, and when its page was busy with something else.
//!
//! A CLIENT span of a page is longer than its request: it begins when the page's code asks,
//! and ends when that code runs again. A page that is busy meanwhile keeps the span open. So
//! the request's own timings count, in this order:
//!
//! 1. `browser.resource_timing.response_end_offset`, in milliseconds after the span's start;
//! 2. the event `responseEnd`, which OpenTelemetry's JavaScript SDK records;
//! 3. the durations of the phases, from which the end of the response is estimated. Where the
//!    server's span is in the trace, it tells when the request was sent; else the request is
//!    taken to have been sent at once, unless it may have waited for a free connection;
//! 4. nothing: the whole span is the network's, or waiting for something unknown.
//!
//! A request begins with its span. The time until `fetchStart` is not the page's: it is zero,
//! except for redirects and for service workers that had to be started.
//!
//! An answer from the browser's cache was not on the network at all. What a service worker
//! did for its answer is not known, unless a server's span is in the trace.

use std::ops::Range;

use crate::{Interval, Lane, Node, Span, SpanKind};

/// The time that a request took on the network, on the trace's axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NetworkTime {
    /// From the start of the span to the end of the response. It ends after its span when a
    /// body was still arriving, and is empty for an answer from a cache.
    pub interval: Interval,
    /// False where the request has no timings: then this is the span, waiting included.
    pub is_timed: bool,
}

/// How many requests to one host a browser sends at the same time over HTTP/1.1.
const MAX_CONNECTIONS_PER_HOST: usize = 6;

/// Two clocks, each of a millisecond, may disagree about one moment by this much.
const CLOCK_TOLERANCE_NANO: u64 = 1_000_000;

/// Longer than any request; a timing beyond it is an error of its sender.
const MAX_OFFSET_MS: f64 = 1e9;

const PREFIX: &str = "browser.resource_timing.";

/// Whether a browser made `span` about a request of its page.
pub(crate) fn is_request(lane: Lane, span: &Span) -> bool {
    lane == Lane::Browser && span.kind == SpanKind::Client
}

/// What the timings say of a request, before its server's span is looked at.
pub(crate) fn measured(span: &Span) -> Option<NetworkTime> {
    let end = end_by_attribute(span).or_else(|| end_by_event(span))?;
    Some(NetworkTime {
        interval: Interval::new(span.interval().start, end),
        is_timed: true,
    })
}

/// The time within which the server answered: the limits for aligning its clock.
pub(crate) fn answer_window(caller: &Node, server: Interval) -> Interval {
    let own = caller.interval();
    let Some(network) = caller.network.filter(|network| network.is_timed) else {
        return own;
    };
    let network = network.interval.clip(own);
    let end = network.end.saturating_add(CLOCK_TOLERANCE_NANO);
    let fits = network.start <= server.start && server.end <= end && own.contains(server);
    // An empty window cannot hold an answer: the timings are another request's.
    if fits || network.duration() == 0 {
        own
    } else {
        network
    }
}

/// Completes the network times once all spans have their place.
pub(crate) fn resolve(nodes: &mut [Node]) {
    let requests = nodes.iter().enumerate();
    let requests = requests.filter(|(_, node)| is_request(node.lane, &node.span));
    let requests: Vec<usize> = requests.map(|(index, _)| index).collect();
    let queued = queued(nodes, &requests);
    for (index, queued) in requests.into_iter().zip(queued) {
        let answered = answered(nodes, index);
        let node = &nodes[index];
        let network = final_time(node, answered, queued);
        nodes[index].network = Some(network);
    }
}

/// The time during which servers answered the call at `index`.
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

fn final_time(node: &Node, answered: Option<Interval>, queued: bool) -> NetworkTime {
    let own = node.interval();
    let delivery = node.span.attributes.text(&key("delivery_type"));
    let timed = |interval| NetworkTime {
        interval,
        is_timed: true,
    };
    match (delivery.unwrap_or_default(), answered) {
        ("cache", None) => return timed(Interval::new(own.start, own.start)),
        (other, None) if other.contains("worker") => {
            let interval = node.network.map_or(own, |network| network.interval);
            return NetworkTime {
                interval,
                is_timed: false,
            };
        }
        _ => {}
    }
    if let Some(measured) = node.network {
        return measured;
    }
    match estimated(node, answered, queued) {
        Some(interval) => timed(interval),
        None => NetworkTime {
            interval: own,
            is_timed: false,
        },
    }
}

fn key(name: &str) -> String {
    format!("{PREFIX}{name}")
}

/// Nanoseconds; none for what is no time, or was not recorded.
fn nanos(span: &Span, name: &str) -> Option<u64> {
    let ms = span.attributes.get(&key(name))?.as_double()?;
    let is_time = (0.0..MAX_OFFSET_MS).contains(&ms);
    is_time.then(|| (ms * 1e6).round() as u64)
}

fn end_by_attribute(span: &Span) -> Option<u64> {
    let offset = nanos(span, "response_end_offset")?;
    // A response does not end before its fetch begins: such timings are not this request's.
    let begun = nanos(span, "fetch_start_offset").unwrap_or(0);
    (begun <= offset).then(|| span.interval().start.saturating_add(offset))
}

fn end_by_event(span: &Span) -> Option<u64> {
    let mut events = span.events.iter();
    let end = events.find(|event| event.name == "responseEnd")?;
    let time = end.time_unix_nano;
    (time >= span.interval().start).then_some(time)
}

/// From the durations of the phases alone: they do not say when the first one began.
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
            let on_the_way = waiting.saturating_sub(server.duration());
            server.start.saturating_sub(on_the_way / 2).max(earliest)
        }
        None if queued => return None,
        None => earliest,
    };
    let end = sent.saturating_add(waiting + download);
    Some(Interval::new(own.start, end))
}

/// For each request, whether so many others were open when it began that it may have had to
/// wait for a connection.
fn queued(nodes: &[Node], requests: &[usize]) -> Vec<bool> {
    let mut starts: Vec<u64> = requests
        .iter()
        .map(|&i| nodes[i].interval().start)
        .collect();
    let mut ends: Vec<u64> = requests.iter().map(|&i| nodes[i].interval().end).collect();
    starts.sort_unstable();
    ends.sort_unstable();
    let open_at = |moment: u64| {
        let begun = starts.partition_point(|&start| start <= moment);
        begun - ends.partition_point(|&end| end < moment)
    };
    let starts = requests.iter().map(|&index| nodes[index].interval().start);
    starts
        .map(|start| open_at(start) > MAX_CONNECTIONS_PER_HOST)
        .collect()
}

/// What a CLIENT span's time was spent on. The ranges follow each other, and are nanoseconds
/// after the span's start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestPhases {
    /// On the way to the server.
    pub network_before: Range<u64>,
    /// The server at work. Empty where its span is not in the trace.
    pub server: Range<u64>,
    /// On the way back.
    pub network_after: Range<u64>,
    /// The page was busy after the response had arrived.
    pub page_after: Range<u64>,
    /// Whether the network's time follows from timings of the request.
    pub is_timed: bool,
}

impl RequestPhases {
    pub(crate) fn of(nodes: &[Node], index: usize) -> Option<Self> {
        let node = &nodes[index];
        if node.span.kind != SpanKind::Client {
            return None;
        }
        let answered = answered(nodes, index);
        let own = node.interval();
        let (network, is_timed) = match (node.network, answered) {
            (Some(network), _) => (network.interval.clip(own), network.is_timed),
            (None, Some(_)) => (own, false),
            (None, None) => return None,
        };
        // Without a server's span, all of it is the way there.
        let server = answered.map_or(Interval::new(network.end, network.end), |server| {
            server.clip(network)
        });
        let offset = |moment: u64| moment - own.start;
        let between = |from: u64, to: u64| offset(from)..offset(to);
        Some(Self {
            network_before: between(network.start, server.start),
            server: between(server.start, server.end),
            network_after: between(server.end, network.end),
            page_after: between(network.end, own.end),
            is_timed,
        })
    }

    /// Nanoseconds on the network, the server's own time left out.
    #[must_use]
    pub const fn network_nano(&self) -> u64 {
        length(&self.network_before) + length(&self.network_after)
    }

    /// Nanoseconds that the span was kept open by its own page.
    #[must_use]
    pub const fn page_nano(&self) -> u64 {
        length(&self.page_after)
    }
}

const fn length(range: &Range<u64>) -> u64 {
    range.end - range.start
}
