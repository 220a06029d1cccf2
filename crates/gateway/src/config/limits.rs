//! What a request, a client and all of them together may take, and how much the store keeps.

use std::{net::IpAddr, time::Duration};

use ipnet::IpNet;

use super::{ConfigError, lookup::Lookup};

/// Bounds that hold whoever sends.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Limits {
    /// A body when uncompressed: 64 MiB, which OTLP recommends.
    pub body_bytes: usize,
    /// All bodies in flight: 192 MiB, three of the largest.
    pub memory_bytes: usize,
    /// Requests that one client may send per second, and twice as many at once: 200, some
    /// hundred busy pages behind one address. Zero is no limit. Programs on this machine are not limited.
    pub requests_per_second: u32,
    /// Networks of proxies on other machines whose `X-Forwarded-For` names the client.
    pub trusted_proxies: Vec<IpNet>,
    /// Open connections: 768, three quarters of the files that a process may usually open;
    /// the rest is for the store and the sinks. For one more, the longest silent one is closed.
    pub connections: usize,
    /// Open connections of one client: 256, a third of all. Zero is no limit. Programs on
    /// this machine are not limited.
    pub connections_per_client: usize,
    /// How long headers, and then a body, may take to arrive: 30 s, a slow phone.
    pub read_within: Duration,
    /// How long a client may read nothing of an answer: 30 s. Then its connection is closed.
    pub write_within: Duration,
}

/// How much the store keeps; the traces that were quiet for longest go first.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Retention {
    /// Since a trace's last span arrived: 7 days.
    pub age: Duration,
    /// The database's pages in use: 1 GiB.
    pub bytes: u64,
    /// Spans of one trace, which is summed up and read as a whole: 50,000.
    pub trace_spans: u64,
    /// Bytes of one trace's encoded spans: 32 MiB.
    pub trace_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: 64 << 20,
            memory_bytes: 192 << 20,
            requests_per_second: 200,
            trusted_proxies: Vec::new(),
            connections: 768,
            connections_per_client: 256,
            read_within: Duration::from_secs(30),
            write_within: Duration::from_secs(30),
        }
    }
}

impl Default for Retention {
    fn default() -> Self {
        Self {
            age: Duration::from_secs(7 * 24 * 60 * 60),
            bytes: 1 << 30,
            trace_spans: 50_000,
            trace_bytes: 32 << 20,
        }
    }
}

/// More than any machine of today has, so that a slip of the finger is noticed.
const MOST: u64 = 1_000_000;
const MOST_MB: u64 = 1 << 24;

impl Limits {
    pub(super) fn read(
        lookup: &Lookup<impl Fn(&str) -> Option<String>>,
    ) -> Result<Self, ConfigError> {
        let default = Self::default();
        let rate = lookup.number("limits.requests_per_second", 0..=MOST)?;
        let connections = lookup.number("limits.connections", 1..=MOST)?;
        let per_client = lookup.number("limits.connections_per_client", 0..=MOST)?;
        let read_within = lookup.number("limits.read_seconds", 1..=3600)?;
        let write_within = lookup.number("limits.write_seconds", 1..=3600)?;
        let (body_bytes, memory_bytes) = sizes(lookup, &default)?;
        Ok(Self {
            body_bytes,
            memory_bytes,
            requests_per_second: rate.unwrap_or(default.requests_per_second),
            trusted_proxies: networks(lookup)?,
            connections: connections.unwrap_or(default.connections),
            connections_per_client: per_client.unwrap_or(default.connections_per_client),
            read_within: read_within.map_or(default.read_within, Duration::from_secs),
            write_within: write_within.map_or(default.write_within, Duration::from_secs),
        })
    }
}

fn networks(lookup: &Lookup<impl Fn(&str) -> Option<String>>) -> Result<Vec<IpNet>, ConfigError> {
    const KEY: &str = "limits.trusted_proxies";
    let parse = |text: String| {
        let network = text.parse::<IpNet>().ok();
        let address = || text.parse::<IpAddr>().ok().map(IpNet::from);
        let expected = "addresses or networks, such as 10.0.0.0/8";
        network
            .or_else(address)
            .ok_or_else(|| lookup.refused(KEY, &text, expected))
    };
    let listed = lookup.list(KEY).unwrap_or_default();
    listed.into_iter().map(parse).collect()
}

/// A body of the largest size has to fit into the memory that there is for all.
fn sizes(
    lookup: &Lookup<impl Fn(&str) -> Option<String>>,
    default: &Limits,
) -> Result<(usize, usize), ConfigError> {
    const BODY: &str = "limits.body_mb";
    let mebibytes = |megabytes: usize| megabytes << 20;
    let body = lookup.number(BODY, 1..=MOST_MB)?;
    let memory = lookup.number("limits.memory_mb", 1..=MOST_MB)?;
    let body_bytes = body.map_or(default.body_bytes, mebibytes);
    let memory_bytes = memory.map_or(default.memory_bytes, mebibytes);
    if body_bytes <= memory_bytes {
        return Ok((body_bytes, memory_bytes));
    }
    let (body, memory) = (body_bytes >> 20, memory_bytes >> 20);
    let expected = format!("{memory} at most, which is limits.memory_mb, or raise that");
    Err(lookup.refused(BODY, &body.to_string(), expected))
}

impl Retention {
    pub(super) fn read(
        lookup: &Lookup<impl Fn(&str) -> Option<String>>,
    ) -> Result<Self, ConfigError> {
        let default = Self::default();
        let age = |hours: u64| Duration::from_secs(hours * 3600);
        let mebibytes = |megabytes: u64| megabytes << 20;
        let hours = lookup.number("store.keep_hours", 1..=MOST)?;
        let bytes = lookup.number("store.keep_mb", 1..=MOST_MB)?;
        let trace_spans = lookup.number("store.trace_spans", 1..=MOST)?;
        let trace_bytes = lookup.number("store.trace_mb", 1..=MOST_MB)?;
        Ok(Self {
            age: hours.map_or(default.age, age),
            bytes: bytes.map_or(default.bytes, mebibytes),
            trace_spans: trace_spans.unwrap_or(default.trace_spans),
            trace_bytes: trace_bytes.map_or(default.trace_bytes, mebibytes),
        })
    }
}
