//! A segment document, as AWS's developer guide describes it.

use serde::{Deserialize, Deserializer, de::Error};
use serde_json::{Map, Value};

/// A segment, or a subsegment: within its segment, or sent on its own.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Document {
    /// Of the datagram that it came in.
    #[serde(skip)]
    pub(super) bytes: usize,
    pub(super) id: String,
    pub(super) name: String,
    pub(super) start_time: f64,
    pub(super) end_time: Option<f64>,
    #[serde(default)]
    pub(super) in_progress: bool,
    pub(super) trace_id: Option<String>,
    pub(super) parent_id: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    pub(super) namespace: Option<String>,
    pub(super) http: Option<Http>,
    pub(super) sql: Option<Sql>,
    pub(super) user: Option<String>,
    pub(super) origin: Option<String>,
    #[serde(default)]
    pub(super) aws: Map<String, Value>,
    #[serde(default)]
    pub(super) annotations: Map<String, Value>,
    #[serde(default)]
    pub(super) metadata: Map<String, Value>,
    #[serde(default)]
    pub(super) error: bool,
    #[serde(default)]
    pub(super) throttle: bool,
    #[serde(default)]
    pub(super) fault: bool,
    #[serde(default, rename = "cause", deserialize_with = "own_exceptions")]
    pub(super) exceptions: Vec<Exception>,
    #[serde(default)]
    pub(super) subsegments: Vec<Document>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Http {
    pub(super) request: HttpRequest,
    pub(super) response: HttpResponse,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct HttpRequest {
    pub(super) method: Option<String>,
    pub(super) url: Option<String>,
    pub(super) user_agent: Option<String>,
    pub(super) client_ip: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct HttpResponse {
    pub(super) status: Option<i64>,
    /// Some SDKs copy the header, a string.
    pub(super) content_length: Option<Value>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Sql {
    pub(super) sanitized_query: Option<String>,
    pub(super) database_type: Option<String>,
    pub(super) url: Option<String>,
    pub(super) user: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Exception {
    pub(super) message: Option<String>,
    #[serde(rename = "type")]
    pub(super) kind: Option<String>,
    pub(super) stack: Vec<Frame>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Frame {
    pub(super) path: Option<String>,
    pub(super) line: Option<i64>,
    pub(super) label: Option<String>,
}

impl Document {
    /// A header line `{"format": "json", "version": 1}`, and the document.
    pub(super) fn of_datagram(datagram: &[u8]) -> Option<Self> {
        let end = datagram.iter().position(|byte| *byte == b'\n')?;
        let header: Value = serde_json::from_slice(&datagram[..end]).ok()?;
        let is_known = header["format"] == "json" && header["version"] == 1;
        let document = is_known.then(|| serde_json::from_slice(&datagram[end + 1..]).ok())?;
        document.map(|document: Self| Self {
            bytes: datagram.len(),
            ..document
        })
    }

    pub(super) fn is_segment(&self) -> bool {
        self.kind.as_deref() != Some("subsegment")
    }

    pub(super) fn is_complete(&self) -> bool {
        !self.in_progress && self.end_time.is_some()
    }
}

/// A cause has exceptions, or is the id of one that another subsegment has.
fn own_exceptions<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Exception>, D::Error> {
    let mut cause = Value::deserialize(deserializer)?;
    match cause.get_mut("exceptions").map(Value::take) {
        Some(exceptions) => serde_json::from_value(exceptions).map_err(D::Error::custom),
        None => Ok(Vec::new()),
    }
}
