//! What a gateway says of itself: what it keeps, what it refused, where it sends.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A gateway's counters since it started, and what it keeps now.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    pub spans_kept: u64,
    pub traces_kept: u64,
    /// Spans rejected from otherwise accepted requests, by reason.
    pub rejected: BTreeMap<String, u64>,
    /// Spans that are kept, but not quite as they came, by reason.
    #[serde(default)]
    pub repaired: BTreeMap<String, u64>,
    /// Requests for spans that were answered with an error, by reason.
    #[serde(default)]
    pub refused: BTreeMap<String, u64>,
    /// The latest of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_refusal: Option<LastRefusal>,
    /// Why spans cannot be stored at present; their senders are told to come again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub store_error: Option<String>,
    pub sinks: Vec<SinkStatus>,
}

/// A request, or a connection, that was answered with an error.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastRefusal {
    /// Its key in [`Status::refused`].
    pub reason: String,
    /// What its sender was told.
    pub message: String,
    /// Its sender's address, where known.
    pub client: String,
    /// When that was, in milliseconds since 1970.
    pub unix_ms: u64,
}

/// One place the gateway forwards to. Counts are spans.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SinkStatus {
    pub name: String,
    pub state: SinkState,
    /// Where it sends to, without credentials.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// Whom the key belongs to, once the receiver has said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    pub sent: u64,
    /// Spans that the receiver has no use for.
    #[serde(default)]
    pub skipped: u64,
    pub waiting: u64,
    pub retried: u64,
    /// Spans that will not arrive, by reason.
    pub dropped: BTreeMap<String, u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_error: Option<String>,
    /// When that was, in milliseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_error_unix_ms: Option<u64>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SinkState {
    /// Not configured.
    #[default]
    Off,
    On,
    /// The last try did not succeed; what waits is tried again.
    Failing,
}
