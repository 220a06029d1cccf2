//! Which spans can be kept.

use bytes::Bytes;
use prost::Message;
use trace_model::{SpanId, TraceId};

use super::{
    ReceivedSpan, limits,
    reason::{Reason, Unfit},
    schema, shape,
    warnings::Warnings,
};

/// What of a `Span` is judged. The rest is not read.
#[derive(Clone, PartialEq, Message)]
struct Judged {
    #[prost(bytes = "bytes", tag = "1")]
    trace_id: Bytes,
    #[prost(bytes = "bytes", tag = "2")]
    span_id: Bytes,
    #[prost(bytes = "bytes", tag = "4")]
    parent_span_id: Bytes,
    #[prost(fixed64, tag = "7")]
    start_time_unix_nano: u64,
    #[prost(fixed64, tag = "8")]
    end_time_unix_nano: u64,
    #[prost(message, repeated, tag = "13")]
    links: Vec<JudgedLink>,
}

#[derive(Clone, PartialEq, Message)]
struct JudgedLink {
    #[prost(bytes = "bytes", tag = "1")]
    trace_id: Bytes,
    #[prost(bytes = "bytes", tag = "2")]
    span_id: Bytes,
}

impl JudgedLink {
    fn is_good(&self) -> bool {
        matches!(self.trace_id.len(), 0 | 16) && matches!(self.span_id.len(), 0 | 8)
    }
}

/// Takes a span that was made here and can be part of a trace, within the limits. `body` is
/// its encoded message, and its texts are UTF-8.
pub(crate) fn accept(mut body: Bytes, warnings: &mut Warnings) -> Result<ReceivedSpan, Unfit> {
    if shape::check(&schema::SPAN, &body)?.is_over_limits {
        let (cut, cuts) = limits::cut(&schema::SPAN, &body)?;
        shape::check_cut(&schema::SPAN, &cut)?;
        cuts.repairs().for_each(|cut| warnings.repaired(cut));
        body = cut;
    }
    judge(body)
}

/// Takes a span that can be part of a trace. Its shape was checked.
pub(super) fn judge(body: Bytes) -> Result<ReceivedSpan, Unfit> {
    // It is a message, so it can be decoded; what is none would have no ids either.
    let span = Judged::decode(body.clone()).unwrap_or_default();
    let trace_id = TraceId::try_from(&*span.trace_id).map_err(|_| Reason::TraceId)?;
    let span_id = SpanId::try_from(&*span.span_id).map_err(|_| Reason::SpanId)?;
    if !matches!(span.parent_span_id.len(), 0 | 8) {
        return Err(Reason::ParentSpanId.into());
    }
    if !span.links.iter().all(JudgedLink::is_good) {
        return Err(Reason::Link.into());
    }
    let latest = span.start_time_unix_nano.max(span.end_time_unix_nano);
    i64::try_from(latest).map_err(|_| Reason::Time)?;
    Ok(ReceivedSpan {
        trace_id,
        span_id: span_id.to_bytes(),
        body,
        revises: false,
        stays: false,
    })
}
