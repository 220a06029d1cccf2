//! Exceptions as X-Ray's `cause`.

use serde_json::{Value, json};
use trace_model::Span;

use super::super::{
    exception::{self, Exception},
    room::Room,
    stack::Frame,
};

/// The exceptions of the span. Each names its cause by id.
pub(super) fn block(span: &Span, room: &Room) -> Option<Value> {
    let mut exceptions = Vec::new();
    for chain in exception::chains(span) {
        add_chain(&mut exceptions, span, &chain, room);
    }
    (!exceptions.is_empty()).then(|| json!({ "exceptions": exceptions }))
}

fn add_chain(exceptions: &mut Vec<Value>, span: &Span, chain: &[Exception], room: &Room) {
    let chain = &chain[..chain.len().min(room.exceptions - exceptions.len())];
    for (index, exception) in chain.iter().enumerate() {
        let number = exceptions.len();
        let mut value = one(exception, room);
        value["id"] = id(span, number).into();
        if index + 1 < chain.len() {
            value["cause"] = id(span, number + 1).into();
        }
        exceptions.push(value);
    }
}

/// 16 hex digits that are unique in the trace and the same when the document is sent again.
fn id(span: &Span, number: usize) -> String {
    let bytes = u64::from_be_bytes(span.span_id.to_bytes());
    format!("{:016x}", bytes.wrapping_add(1 + number as u64))
}

/// How many calls are missing is said.
fn one(exception: &Exception, room: &Room) -> Value {
    let calls = exception.frames.iter().take(room.frames);
    let stack: Vec<_> = calls.map(|call| frame(call, room)).collect();
    json!({
        "message": room.cut(&exception.message),
        "type": room.cut(&exception.kind),
        "truncated": exception.frames.len() - stack.len(),
        "stack": stack,
    })
}

fn frame(frame: &Frame, room: &Room) -> Value {
    let mut value = json!({ "path": room.cut(&frame.file), "label": room.cut(&frame.function) });
    if let Some(line) = frame.line {
        value["line"] = line.into();
    }
    value
}
