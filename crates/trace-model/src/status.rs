//! The state of a gateway, as `/api/status` and the event stream report it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The state of a gateway: what it stores now, and its counters since it started.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// Spans in the store.
    pub spans_kept: u64,
    /// Traces in the store.
    pub traces_kept: u64,
    /// Spans rejected from otherwise accepted requests, by reason.
    pub rejected: BTreeMap<String, u64>,
    /// Spans that were changed before they were stored, by reason.
    #[serde(default)]
    pub repaired: BTreeMap<String, u64>,
    /// Export requests that were answered with an error, by reason.
    #[serde(default)]
    pub refused: BTreeMap<String, u64>,
    /// The most recent of these requests.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_refusal: Option<LastRefusal>,
    /// Why spans cannot be stored at present. Senders are asked to retry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub store_error: Option<String>,
    /// The sinks, with counts of spans.
    pub sinks: Vec<SinkStatus>,
    #[serde(default)]
    pub logs: LogStatus,
}

/// The log records of a gateway: those it stores now, and counters since it started.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogStatus {
    /// Log records in the store.
    pub kept: u64,
    /// Log records rejected from otherwise accepted requests, by reason.
    pub rejected: BTreeMap<String, u64>,
    /// Log records that were changed before they were stored, by reason.
    pub repaired: BTreeMap<String, u64>,
    /// The sinks that forward log records, with counts of log records.
    pub sinks: Vec<SinkStatus>,
}

/// An export request, or a connection, that was answered with an error.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastRefusal {
    /// Its key in [`Status::refused`].
    pub reason: String,
    /// The message of the response.
    pub message: String,
    /// The sender's address, if known.
    pub client: String,
    /// When the request was refused, in milliseconds since 1970.
    pub unix_ms: u64,
}

/// A receiver to which the gateway forwards spans or log records, and counts of those.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SinkStatus {
    pub name: String,
    pub state: SinkState,
    /// The receiver's address, without credentials.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// The account of the API key, once the receiver has reported it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    pub sent: u64,
    /// Records that this kind of receiver does not use.
    #[serde(default)]
    pub skipped: u64,
    /// Records that are not sent yet.
    pub waiting: u64,
    pub retried: u64,
    /// Records that will not be sent, by reason.
    pub dropped: BTreeMap<String, u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_error: Option<String>,
    /// When that error occurred, in milliseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_error_unix_ms: Option<u64>,
}

/// Whether a sink is configured and working.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SinkState {
    /// Not configured.
    #[default]
    Off,
    /// Configured, and the latest attempt to send succeeded, or there was none yet.
    On,
    /// The latest attempt to send failed. The sink retries.
    Failing,
}
