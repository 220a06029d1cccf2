//! Exceptions as X-Ray's `cause`.

use serde_json::{Value, json};
use trace_model::Span;

use super::super::exception::{self, Exception};

/// Calls of one exception that are shown; the rest is said to be missing.
const FRAMES: usize = 50;

/// All exceptions of the span. Each names its cause by id.
pub(super) fn block(span: &Span) -> Option<Value> {
    let mut exceptions = Vec::new();
    for chain in exception::chains(span) {
        add_chain(&mut exceptions, span, &chain);
    }
    (!exceptions.is_empty()).then(|| json!({ "exceptions": exceptions }))
}

fn add_chain(exceptions: &mut Vec<Value>, span: &Span, chain: &[Exception]) {
    for (index, exception) in chain.iter().enumerate() {
        let number = exceptions.len();
        let mut value = one(exception);
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

fn one(exception: &Exception) -> Value {
    let stack: Vec<_> = exception
        .frames
        .iter()
        .take(FRAMES)
        .map(|frame| json!({ "path": frame.file, "line": frame.line, "label": frame.function }))
        .collect();
    json!({
        "message": exception.message,
        "type": exception.kind,
        "truncated": exception.frames.len().saturating_sub(FRAMES),
        "stack": stack,
    })
}
