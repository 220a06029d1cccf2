//! The calls between the parts of a system that one trace shows, and their encoding.

use std::{
    borrow::Cow,
    collections::{BTreeMap, btree_map::Entry},
};

use crate::{Lane, Node, Parent, SpanKind, Trace, clock::is_remote_call};

/// Different calls of a trace. Further ones are not recorded.
const MAX_CALLS: usize = 64;

/// The size limit of a place's name, in bytes.
const MAX_NAME_BYTES: usize = 128;

/// Durations are counted in steps of this factor, from 1 µs on.
const STEP: f64 = 1.12;

/// The kind of a place in the service map.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum PlaceKind {
    Browser,
    Service,
    Database,
    /// A host without spans in the trace.
    Host,
}

impl PlaceKind {
    const ALL: [Self; 4] = [Self::Browser, Self::Service, Self::Database, Self::Host];
}

/// A part of the system: its kind and its name.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub struct Place {
    pub kind: PlaceKind,
    pub name: String,
}

/// A place whose name belongs to a span, so that finding it in a table copies nothing.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct PlaceRef<'a> {
    kind: PlaceKind,
    name: Cow<'a, str>,
}

impl PlaceRef<'_> {
    /// Shortens the name.
    fn to_place(&self) -> Place {
        let end = self.name.floor_char_boundary(MAX_NAME_BYTES);
        Place {
            kind: self.kind,
            name: self.name[..end].to_owned(),
        }
    }
}

/// The calls of a trace, and the time that it spent in each place.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Calls {
    pub calls: Vec<Call>,
    pub times: Vec<PlaceTime>,
}

/// All calls from one place to another in a trace.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    pub from: Place,
    pub to: Place,
    pub errors: CallErrors,
    pub duration_nano: u64,
    /// The steps of the durations, each with the number of calls.
    pub steps: BTreeMap<u8, u64>,
}

/// Calls that failed, by cause. A throttled call is not counted as a client error.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct CallErrors {
    /// Status 400 to 499, except for 429.
    pub client: u64,
    /// Status 500 and more.
    pub server: u64,
    /// Status 429.
    pub throttled: u64,
    /// Status ERROR without such a status code.
    pub other: u64,
}

impl CallErrors {
    /// Returns the number of failed calls.
    #[must_use]
    pub const fn total(&self) -> u64 {
        self.client + self.server + self.throttled + self.other
    }

    /// Adds the counts of others.
    pub const fn add(&mut self, other: &Self) {
        self.client += other.client;
        self.server += other.server;
        self.throttled += other.throttled;
        self.other += other.other;
    }

    fn of(status: Option<u16>, is_error: bool) -> Self {
        let mut errors = Self::default();
        match status {
            Some(429) => errors.throttled = 1,
            Some(400..500) => errors.client = 1,
            Some(500..) => errors.server = 1,
            _ => errors.other = u64::from(is_error),
        }
        errors
    }
}

/// The time that a trace spent in a place, without the time of the places that it called.
#[derive(Clone, Debug, PartialEq)]
pub struct PlaceTime {
    pub place: Place,
    pub nanos: u64,
}

impl Calls {
    pub(super) fn of(trace: &Trace) -> Self {
        let mut calls: BTreeMap<(PlaceRef<'_>, PlaceRef<'_>), Call> = BTreeMap::new();
        let mut times: BTreeMap<PlaceRef<'_>, u64> = BTreeMap::new();
        for (index, node) in trace.nodes().iter().enumerate() {
            let from = own_place(node);
            let called = called_place(trace, index);
            // The time of a database or foreign host is that of the span that calls it.
            let remote = called.clone().filter(|to| to.kind != PlaceKind::Service);
            let spent_in = remote.unwrap_or_else(|| from.clone());
            *times.entry(spent_in).or_default() += trace.self_time_nano(index);
            let Some(to) = called else { continue };
            let is_full = calls.len() >= MAX_CALLS;
            match calls.entry((from, to)) {
                Entry::Occupied(mut entry) => entry.get_mut().add(trace, index),
                Entry::Vacant(entry) if !is_full => {
                    let (from, to) = entry.key();
                    let call = Call::new(from.to_place(), to.to_place());
                    entry.insert(call).add(trace, index);
                }
                Entry::Vacant(_) => {}
            }
        }
        let times = times.into_iter().map(|(place, nanos)| PlaceTime {
            place: place.to_place(),
            nanos,
        });
        Self {
            calls: calls.into_values().collect(),
            times: times.take(MAX_CALLS).collect(),
        }
    }

    /// Encodes the calls for a store.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        put_number(&mut bytes, self.times.len() as u64);
        for time in &self.times {
            put_place(&mut bytes, &time.place);
            put_number(&mut bytes, time.nanos);
        }
        for call in &self.calls {
            put_place(&mut bytes, &call.from);
            put_place(&mut bytes, &call.to);
            let errors = &call.errors;
            for count in [errors.client, errors.server, errors.throttled, errors.other] {
                put_number(&mut bytes, count);
            }
            put_number(&mut bytes, call.duration_nano);
            put_number(&mut bytes, call.steps.len() as u64);
            for (step, count) in &call.steps {
                bytes.push(*step);
                put_number(&mut bytes, *count);
            }
        }
        bytes
    }
}

impl Call {
    const fn new(from: Place, to: Place) -> Self {
        Self {
            from,
            to,
            errors: CallErrors {
                client: 0,
                server: 0,
                throttled: 0,
                other: 0,
            },
            duration_nano: 0,
            steps: BTreeMap::new(),
        }
    }

    fn add(&mut self, trace: &Trace, index: usize) {
        let node = &trace.nodes()[index];
        let nanos = node.interval().duration();
        // A server span may know a status that a client span does not.
        let answered = remote_child(trace, index).and_then(|server| server.span.http_status());
        let status = node.span.http_status().or(answered);
        let errors = CallErrors::of(status, node.span.is_error());
        self.errors.add(&errors);
        self.duration_nano += nanos;
        *self.steps.entry(step(nanos)).or_default() += 1;
    }
}

/// Returns the step of a duration.
fn step(nanos: u64) -> u8 {
    let micros = (nanos as f64 / 1e3).max(1.0);
    (micros.ln() / STEP.ln()).floor().min(255.0) as u8
}

/// Returns the duration in the middle of a step, in nanoseconds.
pub(super) fn step_nanos(step: u8) -> u64 {
    (STEP.powf(f64::from(step) + 0.5) * 1e3) as u64
}

fn own_place(node: &Node) -> PlaceRef<'_> {
    let kind = match node.lane {
        Lane::Browser => PlaceKind::Browser,
        Lane::Backend | Lane::Database => PlaceKind::Service,
    };
    place(kind, node.span.service())
}

fn place<'a>(kind: PlaceKind, name: impl Into<Cow<'a, str>>) -> PlaceRef<'a> {
    let name = name.into();
    PlaceRef { kind, name }
}

fn remote_child(trace: &Trace, index: usize) -> Option<&Node> {
    let caller = &trace.nodes()[index];
    let mut children = trace.children(index).map(|child| &trace.nodes()[child]);
    children.find(|child| is_remote_call(&caller.span, &child.span))
}

/// Returns the place that a span calls: the service of its server span, or else the database or
/// host that its attributes name.
fn called_place(trace: &Trace, index: usize) -> Option<PlaceRef<'_>> {
    let node = &trace.nodes()[index];
    if let Some(server) = remote_child(trace, index) {
        return Some(place(PlaceKind::Service, server.span.service()));
    }
    let text = |keys: &[&str]| {
        let attributes = &node.span.attributes;
        keys.iter().find_map(|key| attributes.text(key))
    };
    if node.lane == Lane::Database {
        let is_inner = match node.parent {
            // An inner span of a statement is the same call.
            Parent::Node(parent) => trace.nodes()[parent].lane == Lane::Database,
            Parent::None | Parent::Missing => false,
        };
        let system = text(&["db.system.name", "db.system"]).unwrap_or("database");
        let database = text(&["db.namespace", "db.name", "server.address"]);
        let name = database.map_or(Cow::Borrowed(system), |database| {
            format!("{system} {database}").into()
        });
        return (!is_inner).then(|| place(PlaceKind::Database, name));
    }
    if !matches!(node.span.kind, SpanKind::Client | SpanKind::Producer) {
        return None;
    }
    let host = text(&["peer.service", "server.address", "net.peer.name"])?;
    Some(place(PlaceKind::Host, host))
}

fn put_number(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

fn put_place(bytes: &mut Vec<u8>, place: &Place) {
    bytes.push(place.kind as u8);
    bytes.push(place.name.len() as u8);
    bytes.extend_from_slice(place.name.as_bytes());
}

/// Reads encoded calls without copying. Reading damaged bytes ends early.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reader<'a>(pub(super) &'a [u8]);

impl<'a> Reader<'a> {
    pub(super) fn number(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let (byte, rest) = self.0.split_first()?;
            self.0 = rest;
            number |= u64::from(byte & 0x7f) << shift;
            if *byte < 0x80 {
                return Some(number);
            }
        }
        None
    }

    pub(super) fn byte(&mut self) -> Option<u8> {
        let (byte, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*byte)
    }

    /// Returns the encoded place, which is a key of tables.
    pub(super) fn place(&mut self) -> Option<&'a [u8]> {
        let length = 2 + usize::from(*self.0.get(1)?);
        let (place, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(place)
    }
}

/// Decodes a place.
pub(super) fn decode_place(bytes: &[u8]) -> Option<Place> {
    let kind = PlaceKind::ALL
        .into_iter()
        .nth(usize::from(*bytes.first()?))?;
    Some(Place {
        kind,
        name: String::from_utf8_lossy(bytes.get(2..)?).into_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_survive_encoding() {
        for number in [0, 1, 127, 128, 300, u64::from(u32::MAX), u64::MAX] {
            let mut bytes = Vec::new();
            put_number(&mut bytes, number);
            assert_eq!(Reader(&bytes).number(), Some(number));
        }
    }

    #[test]
    fn steps_are_within_six_percent() {
        for nanos in [1_000, 50_000, 7_654_321, 3_000_000_000] {
            let middle = step_nanos(step(nanos)) as f64;
            assert!((middle / nanos as f64 - 1.0).abs() < 0.062, "{nanos}");
        }
        assert_eq!((step(0), step(u64::MAX)), (0, 255));
    }
}
