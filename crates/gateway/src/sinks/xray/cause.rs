//! Converts exceptions to X-Ray's `cause`.

use serde_json::{Value, json};
use trace_model::Span;

use super::super::{
    exception::{self, Exception},
    item_limits::ItemLimits,
    stack::Frame,
};

/// Returns the exceptions of the span. Each refers to its cause by id.
pub(super) fn block(span: &Span, limits: ItemLimits) -> Option<Value> {
    let mut exceptions = Vec::new();
    for chain in exception::chains(span) {
        add_chain(&mut exceptions, span, &chain, limits);
    }
    (!exceptions.is_empty()).then(|| json!({ "exceptions": exceptions }))
}

fn add_chain(exceptions: &mut Vec<Value>, span: &Span, chain: &[Exception], limits: ItemLimits) {
    let chain = &chain[..chain.len().min(limits.exceptions - exceptions.len())];
    for (index, exception) in chain.iter().enumerate() {
        let number = exceptions.len();
        let mut value = exception_block(exception, limits);
        value["id"] = id(span, number).into();
        if index + 1 < chain.len() {
            value["cause"] = id(span, number + 1).into();
        }
        exceptions.push(value);
    }
}

/// Returns 16 hex digits that are unique in the trace and stay the same when the document is resent.
fn id(span: &Span, number: usize) -> String {
    let bytes = u64::from_be_bytes(span.span_id.to_bytes());
    format!("{:016x}", bytes.wrapping_add(1 + number as u64))
}

/// Returns one exception. `truncated` is the number of frames left out.
fn exception_block(exception: &Exception, limits: ItemLimits) -> Value {
    let calls = exception.frames.iter().take(limits.frames);
    let stack: Vec<_> = calls.map(|call| frame(call, limits)).collect();
    json!({
        "message": limits.truncate(&exception.message),
        "type": limits.truncate(&exception.kind),
        "truncated": exception.frames.len() - stack.len(),
        "stack": stack,
    })
}

fn frame(frame: &Frame, limits: ItemLimits) -> Value {
    let mut value =
        json!({ "path": limits.truncate(&frame.file), "label": limits.truncate(&frame.function) });
    if let Some(line) = frame.line {
        value["line"] = line.into();
    }
    value
}
