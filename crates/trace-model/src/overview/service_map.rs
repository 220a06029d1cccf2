//! The service map: who calls whom, how often, how long, and with which errors.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::{
    CallErrors, Coverage, Place, RootRow, Window, WindowPart,
    calls::{Reader, decode_place, step_nanos},
};

/// The number of steps of durations.
const STEPS: usize = 1 << u8::BITS;

/// The service map of a window.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ServiceMap {
    #[serde(flatten)]
    pub window: Window,
    /// Most time first.
    pub nodes: Vec<MapNode>,
    /// Most calls first.
    pub edges: Vec<MapEdge>,
    pub traces: u64,
    /// Edges that were left out because of the limit.
    pub left_out: u64,
    #[serde(flatten)]
    pub coverage: Coverage,
}

/// A part of the system.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MapNode {
    pub place: Place,
    /// The number of traces with time in it.
    pub traces: u64,
    /// The time spent in it, without that of the places that it calls.
    pub time_nano: u64,
}

/// The calls from one place to another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MapEdge {
    pub from: Place,
    pub to: Place,
    pub count: u64,
    pub per_minute: f64,
    pub mean_nano: u64,
    /// Within 6 %, because durations are stored in steps of 12 %.
    pub p95_nano: u64,
    pub errors: CallErrors,
}

/// Adds the calls of traces.
#[derive(Debug)]
pub struct ServiceMapTable {
    window: Window,
    /// By encoded place.
    nodes: Entries<(u64, u64)>,
    /// By both encoded places.
    edges: Entries<Edge>,
    traces: u64,
}

#[derive(Debug)]
struct Edge {
    count: u64,
    duration_nano: u64,
    errors: CallErrors,
    /// The number of calls in each step of durations.
    steps: Box<[u64; STEPS]>,
}

/// A table whose entries are mostly visited in the same order, because most traces are alike. The entry after the last
/// one is therefore tried before the index.
#[derive(Debug)]
struct Entries<T> {
    entries: Vec<(Vec<u8>, T)>,
    index: HashMap<Vec<u8>, usize>,
    next: usize,
}

impl<T: Default> Entries<T> {
    fn new() -> Self {
        Self {
            entries: Vec::new(),
            index: HashMap::new(),
            next: 0,
        }
    }

    /// Returns the value of a key, which is created if it is missing.
    fn entry(&mut self, key: &[u8]) -> &mut T {
        let is_next = |(next, _): &(Vec<u8>, T)| next == key;
        let position = if self.entries.get(self.next).is_some_and(is_next) {
            self.next
        } else {
            self.find(key)
        };
        self.next = position + 1;
        &mut self.entries[position].1
    }

    fn find(&mut self, key: &[u8]) -> usize {
        if let Some(position) = self.index.get(key) {
            return *position;
        }
        let position = self.entries.len();
        self.index.insert(key.to_vec(), position);
        self.entries.push((key.to_vec(), T::default()));
        position
    }
}

impl ServiceMapTable {
    /// Creates an empty table.
    #[must_use]
    pub fn new(window: Window) -> Self {
        Self {
            window,
            nodes: Entries::new(),
            edges: Entries::new(),
            traces: 0,
        }
    }

    /// Adds a trace, unless it started outside of the window.
    pub fn add(&mut self, row: &RootRow<'_>) {
        if self.window.part(row.start_unix_nano) == WindowPart::Current {
            self.traces += 1;
            // Damaged calls are added up to the damage.
            let _ = self.add_calls(Reader(row.calls));
        }
    }

    fn add_calls(&mut self, mut calls: Reader<'_>) -> Option<()> {
        for _ in 0..calls.number()? {
            let (place, nanos) = (calls.place()?, calls.number()?);
            let node = self.nodes.entry(place);
            node.0 += 1;
            node.1 = node.1.saturating_add(nanos);
        }
        while !calls.0.is_empty() {
            let both = calls.0;
            let length = calls.place()?.len() + calls.place()?.len();
            self.edges.entry(&both[..length]).add(&mut calls)?;
        }
        Some(())
    }

    /// Finishes the map.
    #[must_use]
    pub fn finish(self, limit: usize) -> ServiceMap {
        let nodes = self.nodes.entries.into_iter();
        let mut nodes: Vec<_> = nodes
            .filter_map(|(place, (traces, time_nano))| {
                Some(MapNode {
                    place: decode_place(&place)?,
                    traces,
                    time_nano,
                })
            })
            .collect();
        nodes.sort_by(|a, b| {
            let most_time = b.time_nano.cmp(&a.time_nano);
            most_time.then_with(|| a.place.cmp(&b.place))
        });
        let minutes = self.window.nanos() as f64 / 60e9;
        let edges = self.edges.entries.into_iter();
        let mut edges: Vec<_> = edges
            .filter_map(|(places, edge)| edge.finish(&places, minutes))
            .collect();
        edges.sort_by(|a, b| {
            let most_calls = b.count.cmp(&a.count);
            most_calls.then_with(|| (&a.from, &a.to).cmp(&(&b.from, &b.to)))
        });
        let left_out = edges.len().saturating_sub(limit) as u64;
        edges.truncate(limit);
        // A place with an edge is shown, however little time it took.
        nodes.truncate(limit.max(1) * 2);
        ServiceMap {
            window: self.window,
            nodes,
            edges,
            traces: self.traces,
            left_out,
            coverage: Coverage::default(),
        }
    }
}

impl Default for Edge {
    fn default() -> Self {
        Self {
            count: 0,
            duration_nano: 0,
            errors: CallErrors::default(),
            steps: Box::new([0; STEPS]),
        }
    }
}

impl Edge {
    fn add(&mut self, calls: &mut Reader<'_>) -> Option<()> {
        let errors = CallErrors {
            client: calls.number()?,
            server: calls.number()?,
            throttled: calls.number()?,
            other: calls.number()?,
        };
        let duration_nano = calls.number()?;
        for _ in 0..calls.number()? {
            let (step, count) = (calls.byte()?, calls.number()?);
            self.steps[usize::from(step)] += count;
            self.count += count;
        }
        self.errors.add(&errors);
        self.duration_nano = self.duration_nano.saturating_add(duration_nano);
        Some(())
    }

    fn finish(self, places: &[u8], minutes: f64) -> Option<MapEdge> {
        let mut reader = Reader(places);
        let (from, to) = (reader.place()?, reader.place()?);
        Some(MapEdge {
            from: decode_place(from)?,
            to: decode_place(to)?,
            count: self.count,
            per_minute: self.count as f64 / minutes.max(f64::MIN_POSITIVE),
            mean_nano: self.duration_nano / self.count.max(1),
            p95_nano: self.p95(),
            errors: self.errors,
        })
    }

    fn p95(&self) -> u64 {
        let rank = (self.count as f64 * 0.95).ceil() as u64;
        let mut seen = 0;
        for (step, count) in (0..=u8::MAX).zip(self.steps.iter()) {
            seen += count;
            if *count > 0 && seen >= rank {
                return step_nanos(step);
            }
        }
        0
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{
        Attribute, Resource, Span, SpanKind, SpanStatus, Trace,
        overview::{PlaceKind, TraceFacts},
    };

    fn span(number: u64, parent: u64, service: &str, kind: SpanKind, times: (u64, u64)) -> Span {
        let id = |number: u64| format!("{number:016x}").parse().unwrap();
        let trace_id = "6a2b7c1e98038103d269b633813fc60c".parse().unwrap();
        let mut span = Span::new(trace_id, id(number), "call");
        span.parent_span_id = (parent > 0).then(|| id(parent));
        span.kind = kind;
        (span.start_unix_nano, span.end_unix_nano) = times;
        let mut attributes = vec![Attribute::new("service.name", service)];
        if service == "page" {
            attributes.push(Attribute::new("telemetry.sdk.language", "webjs"));
        }
        span.resource = Arc::new(Resource {
            attributes: attributes.into_iter().collect(),
        });
        span
    }

    fn with(mut span: Span, attributes: &[(&str, &str)]) -> Span {
        let attributes = attributes.iter();
        span.attributes = attributes
            .map(|(key, value)| Attribute::new(*key, *value))
            .collect();
        span
    }

    /// A click, its request, a statement, and a call of a host that fails.
    fn trace() -> Trace {
        const MS: u64 = 1_000_000;
        let base = 1_790_000_000_000 * MS;
        let at = |start: u64, end: u64| (base + start * MS, base + end * MS);
        let page = |number, parent, kind, times| span(number, parent, "page", kind, times);
        let shop = |number, parent, kind, times| span(number, parent, "shop", kind, times);
        let mut mail = with(
            shop(5, 3, SpanKind::Client, at(60, 70)),
            &[("server.address", "mail.example")],
        );
        mail.status = SpanStatus::Error("refused".to_owned());
        let spans = vec![
            page(1, 0, SpanKind::Internal, at(0, 100)),
            page(2, 1, SpanKind::Client, at(10, 90)),
            with(
                shop(3, 2, SpanKind::Server, at(20, 80)),
                &[("http.response.status_code", "503")],
            ),
            with(
                shop(4, 3, SpanKind::Client, at(30, 50)),
                &[("db.system.name", "postgresql"), ("db.namespace", "shop")],
            ),
            mail,
        ];
        Trace::from_spans(spans[0].trace_id, spans)
    }

    #[test]
    fn map_has_the_edges_of_a_trace_with_times_and_errors() {
        let calls = TraceFacts::of(&trace()).calls.encode();
        let mut table = ServiceMapTable::new(Window {
            since: 0,
            until: 60_000_000_000,
        });
        for _ in 0..3 {
            table.add(&RootRow {
                calls: &calls,
                ..RootRow::default()
            });
        }
        let map = table.finish(10);
        let edge = |kind, name: &str| {
            let mut edges = map.edges.iter();
            edges
                .find(|edge| edge.to.kind == kind && edge.to.name == name)
                .unwrap()
        };
        let request = edge(PlaceKind::Service, "shop");
        assert_eq!((request.count, request.errors.server), (3, 3));
        assert_eq!(
            (request.from.kind, request.mean_nano),
            (PlaceKind::Browser, 80_000_000)
        );
        assert!((75_000_000..86_000_000).contains(&request.p95_nano));
        assert_eq!(
            edge(PlaceKind::Database, "postgresql shop").mean_nano,
            20_000_000
        );
        assert_eq!(edge(PlaceKind::Host, "mail.example").errors.other, 3);
        let time = |kind| {
            let node = map.nodes.iter().find(|node| node.place.kind == kind);
            node.unwrap().time_nano / 3_000_000
        };
        assert_eq!(time(PlaceKind::Browser), 40);
        assert_eq!(time(PlaceKind::Service), 30);
        assert_eq!(time(PlaceKind::Database), 20);
        assert_eq!(time(PlaceKind::Host), 10);
    }

    #[test]
    fn damaged_calls_are_read_up_to_the_damage() {
        let calls = TraceFacts::of(&trace()).calls.encode();
        for length in 0..calls.len() {
            let mut table = ServiceMapTable::new(Window { since: 0, until: 1 });
            table.add(&RootRow {
                calls: &calls[..length],
                ..RootRow::default()
            });
            assert_eq!(table.finish(10).traces, 1);
        }
    }
}
