//! Limits of requests, connections and the store.

use std::time::Duration;

use ipnet::IpNet;

use super::{ConfigError, settings::Settings};

/// Limits of requests and connections.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Limits {
    /// The size of a decompressed body. 64 MiB by default, as OTLP recommends.
    pub body_bytes: usize,
    /// The size of all bodies in memory. 192 MiB by default, three of the largest.
    pub memory_bytes: usize,
    /// Requests per second of one client, with bursts of twice as many. 200 by default, enough for
    /// some hundred active pages behind one address. Zero is no limit. Programs on this machine are
    /// not limited.
    pub requests_per_second: u32,
    /// Networks of proxies on other machines whose `X-Forwarded-For` names the client.
    pub trusted_proxies: Vec<IpNet>,
    /// Open connections. 768 by default, three quarters of the usual limit of open files; the store
    /// and the sinks need the others. A connection above the limit replaces the longest idle one.
    pub connections: usize,
    /// Open connections of one client. 256 by default, a third of all. Zero is no limit. Programs on
    /// this machine are not limited.
    pub connections_per_client: usize,
    /// The time for headers, and then a body, to arrive. 30 s by default, for slow phones.
    pub read_within: Duration,
    /// The time that a client may stop reading a response. 30 s by default.
    pub write_within: Duration,
}

/// Limits of the store. The least recently updated traces are deleted first.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Retention {
    /// The time since the last span of a trace arrived. 7 days by default.
    pub age: Duration,
    /// The size of database pages in use. 1 GiB by default.
    pub bytes: u64,
    /// Spans of one trace, which is summarized and read as a whole. 50,000 by default.
    pub trace_spans: u64,
    /// The size of one trace's encoded spans. 32 MiB by default.
    pub trace_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self::new(&Settings::default()).expect("the defaults are valid")
    }
}

impl Default for Retention {
    fn default() -> Self {
        Self::new(&Settings::default())
    }
}

impl Limits {
    pub(super) fn new(settings: &Settings) -> Result<Self, ConfigError> {
        let (body_mib, memory_mib) = (settings.body_mib, settings.memory_mib);
        if body_mib > memory_mib {
            return Err(ConfigError::BodyAboveMemory {
                body_mib,
                memory_mib,
            });
        }
        Ok(Self {
            body_bytes: body_mib << 20,
            memory_bytes: memory_mib << 20,
            requests_per_second: settings.requests_per_second,
            trusted_proxies: settings.trusted_proxies.clone(),
            connections: settings.connections,
            connections_per_client: settings.connections_per_client,
            read_within: Duration::from_secs(settings.read_seconds),
            write_within: Duration::from_secs(settings.write_seconds),
        })
    }
}

impl Retention {
    pub(super) const fn new(settings: &Settings) -> Self {
        Self {
            age: Duration::from_secs(settings.keep_hours * 3600),
            bytes: settings.keep_mib << 20,
            trace_spans: settings.trace_spans,
            trace_bytes: settings.trace_mib << 20,
        }
    }
}
