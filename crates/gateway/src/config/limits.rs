//! What a request, a client and all of them together may take, and how much the store keeps.

use std::time::Duration;

use super::{ConfigError, lookup::Lookup};

/// Bounds that hold whoever sends.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Limits {
    /// A body when uncompressed: 20 MiB, which OTLP recommends.
    pub body_bytes: usize,
    /// All bodies in flight: 64 MiB, three of the largest.
    pub memory_bytes: usize,
    /// Requests that one client may send per second, and twice as many at once: 200, some
    /// hundred busy pages behind one address. Zero is no limit. Programs on this machine are not limited.
    pub requests_per_second: u32,
    /// Open connections: 768, three quarters of the files that a process may usually open;
    /// the rest is for the store and the sinks. For one more, the longest silent one is closed.
    pub connections: usize,
    /// Open connections of one client: 256, a third of all. Zero is no limit. Programs on
    /// this machine are not limited.
    pub connections_per_client: usize,
    /// How long headers, and then a body, may take to arrive: 30 s, a slow phone.
    pub read_within: Duration,
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
            body_bytes: 20 << 20,
            memory_bytes: 64 << 20,
            requests_per_second: 200,
            connections: 768,
            connections_per_client: 256,
            read_within: Duration::from_secs(30),
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

impl Limits {
    pub(super) fn read(
        lookup: &Lookup<impl Fn(&str) -> Option<String>>,
    ) -> Result<Self, ConfigError> {
        let default = Self::default();
        let mebibytes = |megabytes: u16| usize::from(megabytes) << 20;
        let seconds = |seconds: u16| Duration::from_secs(seconds.into());
        let bytes = |key: &str| Ok::<_, ConfigError>(lookup.number(key)?.map(mebibytes));
        let rate = lookup.number("limits.requests_per_second")?;
        let connections = lookup.number("limits.connections")?;
        let per_client = lookup.number("limits.connections_per_client")?;
        let read_within = lookup.number("limits.read_seconds")?.map(seconds);
        Ok(Self {
            body_bytes: bytes("limits.body_mb")?.unwrap_or(default.body_bytes),
            memory_bytes: bytes("limits.memory_mb")?.unwrap_or(default.memory_bytes),
            requests_per_second: rate.unwrap_or(default.requests_per_second),
            connections: connections.unwrap_or(default.connections),
            connections_per_client: per_client.unwrap_or(default.connections_per_client),
            read_within: read_within.unwrap_or(default.read_within),
        })
    }
}

impl Retention {
    pub(super) fn read(
        lookup: &Lookup<impl Fn(&str) -> Option<String>>,
    ) -> Result<Self, ConfigError> {
        let default = Self::default();
        let age = |hours: u32| Duration::from_secs(u64::from(hours) * 3600);
        let bytes = |megabytes: u32| u64::from(megabytes) << 20;
        let trace_spans = lookup.number("store.trace_spans")?;
        let trace_bytes = lookup.number("store.trace_mb")?;
        Ok(Self {
            age: lookup.number("store.keep_hours")?.map_or(default.age, age),
            bytes: lookup.number("store.keep_mb")?.map_or(default.bytes, bytes),
            trace_spans: trace_spans.unwrap_or(default.trace_spans),
            trace_bytes: trace_bytes.map_or(default.trace_bytes, bytes),
        })
    }
}
