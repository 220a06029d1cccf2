//! `google.rpc.Status`: the body of each OTLP/HTTP error response, in both encodings.

use prost::Message;
use serde_json::{Value, json};

/// The `google.rpc.Code` of permanently invalid requests. The status has a `BadRequest` that names
/// the invalid part.
pub(super) const INVALID_ARGUMENT: i32 = 3;

/// The length limit of a message. A message may quote the body.
const MAX_MESSAGE_BYTES: usize = 1024;

const BAD_REQUEST: &str = "type.googleapis.com/google.rpc.BadRequest";

#[derive(Clone, PartialEq, Message)]
pub(super) struct RpcStatus {
    #[prost(int32, tag = "1")]
    code: i32,
    #[prost(string, tag = "2")]
    message: String,
    #[prost(message, repeated, tag = "3")]
    details: Vec<Any>,
}

/// `google.protobuf.Any`.
#[derive(Clone, PartialEq, Message)]
struct Any {
    #[prost(string, tag = "1")]
    type_url: String,
    #[prost(message, optional, tag = "2")]
    value: Option<BadRequest>,
}

#[derive(Clone, PartialEq, Message)]
struct BadRequest {
    #[prost(message, repeated, tag = "1")]
    field_violations: Vec<FieldViolation>,
}

#[derive(Clone, PartialEq, Message)]
struct FieldViolation {
    #[prost(string, tag = "1")]
    field: String,
    #[prost(string, tag = "2")]
    description: String,
}

impl RpcStatus {
    /// Creates a status with a truncated message. `field` is the invalid part of the request.
    pub(super) fn new(code: i32, message: String, field: Option<&str>) -> Self {
        let message = truncated(message);
        let violation = field.map(|field| FieldViolation {
            field: field.to_owned(),
            description: message.clone(),
        });
        Self {
            code,
            message,
            details: violation.map(bad_request).into_iter().collect(),
        }
    }

    pub(super) fn json(&self) -> Value {
        let mut status = json!({ "code": self.code, "message": self.message });
        if !self.details.is_empty() {
            status["details"] = self.details.iter().map(Any::json).collect();
        }
        status
    }
}

/// Truncates a message to the length limit.
pub(super) fn truncated(mut message: String) -> String {
    if message.len() > MAX_MESSAGE_BYTES {
        message.truncate(message.floor_char_boundary(MAX_MESSAGE_BYTES));
        message.push('…');
    }
    message
}

fn bad_request(violation: FieldViolation) -> Any {
    Any {
        type_url: BAD_REQUEST.to_owned(),
        // A nested message is encoded like the bytes that `Any` holds.
        value: Some(BadRequest {
            field_violations: vec![violation],
        }),
    }
}

impl Any {
    /// `ProtoJSON` writes the type beside the message's own fields.
    fn json(&self) -> Value {
        let violations = self.value.iter().flat_map(|value| &value.field_violations);
        let violations = violations.map(
            |violation| json!({ "field": violation.field, "description": violation.description }),
        );
        let violations: Value = violations.collect();
        json!({ "@type": self.type_url, "fieldViolations": violations })
    }
}
