//! What one request, one client, and all of them together may take.

use std::time::Duration;

use super::{ConfigError, number};

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
    /// Open connections; further ones wait: 1024, the files that a process may usually open.
    pub connections: usize,
    /// How long headers, and then a body, may take to arrive: 30 s, a slow phone.
    pub read_within: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: 20 << 20,
            memory_bytes: 64 << 20,
            requests_per_second: 200,
            connections: 1024,
            read_within: Duration::from_secs(30),
        }
    }
}

impl Limits {
    pub(super) fn read(text: &impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let default = Self::default();
        let bytes =
            |name| Ok(number::<u16>(text, name)?.map(|megabytes| usize::from(megabytes) << 20));
        let rate = number(text, "OTEL_WEB_GATEWAY_MAX_REQUESTS_PER_SECOND")?;
        let connections = number(text, "OTEL_WEB_GATEWAY_MAX_CONNECTIONS")?;
        let seconds = number::<u16>(text, "OTEL_WEB_GATEWAY_READ_SECONDS")?;
        Ok(Self {
            body_bytes: bytes("OTEL_WEB_GATEWAY_MAX_BODY_MB")?.unwrap_or(default.body_bytes),
            memory_bytes: bytes("OTEL_WEB_GATEWAY_MAX_MEMORY_MB")?.unwrap_or(default.memory_bytes),
            requests_per_second: rate.unwrap_or(default.requests_per_second),
            connections: connections.unwrap_or(default.connections),
            read_within: seconds.map_or(default.read_within, |seconds| {
                Duration::from_secs(seconds.into())
            }),
        })
    }
}
