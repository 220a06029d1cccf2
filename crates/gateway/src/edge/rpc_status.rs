//! `google.rpc.Status`: the body of every failed OTLP/HTTP answer, in both encodings.

use prost::Message;
use serde_json::{Value, json};

/// The `google.rpc.Code` of what will never be taken. Its status has a `BadRequest` that
/// says what is wrong with which part of the request.
pub(super) const INVALID_ARGUMENT: i32 = 3;

/// A message may quote what was sent, and that may be all of the body.
const MESSAGE_BYTES: usize = 1024;

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
    /// `field` is the part of the request that is bad, if any is. What is too long of the
    /// message is left out.
    pub(super) fn new(code: i32, message: String, field: Option<&str>) -> Self {
        let message = shortened(message);
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

/// Cuts a message that is too long for an answer.
pub(super) fn shortened(mut message: String) -> String {
    if message.len() > MESSAGE_BYTES {
        message.truncate(message.floor_char_boundary(MESSAGE_BYTES));
        message.push('…');
    }
    message
}

fn bad_request(violation: FieldViolation) -> Any {
    Any {
        type_url: BAD_REQUEST.to_owned(),
        // On the wire a message within a message is its bytes, which is what `Any` holds.
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
