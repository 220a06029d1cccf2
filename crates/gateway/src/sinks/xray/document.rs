//! Converts a span to a segment document:
//! <https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html>.

use serde_json::{Map, Value};
use trace_model::Span;

use super::{super::item_limits::ItemLimits, attributes, cause, http, names};

const HEADER: &[u8] = b"{\"format\": \"json\", \"version\": 1}\n";

/// The payload limit of a UDP datagram over IPv4, a little less than X-Ray's 64 kB.
const MAX_DATAGRAM_BYTES: usize = 65_507;

/// Applied in turn until the document fits.
const LIMITS: [ItemLimits; 3] = [
    ItemLimits::new(usize::MAX, 50, 50),
    ItemLimits::new(1000, 20, 50),
    ItemLimits::new(100, 5, 10),
];

/// Fits for every span if its metadata is left out.
const MIN_LIMITS: ItemLimits = ItemLimits::new(100, 2, 5);

/// Writes documents. The listed attributes become annotations.
#[derive(Debug)]
pub(super) struct Writer {
    annotations: Vec<String>,
}

impl Writer {
    pub(super) fn new(annotations: &[String]) -> Self {
        Self {
            annotations: annotations.to_vec(),
        }
    }

    /// Returns the header line and the document, or `None` if it is too large under all limits.
    pub(super) fn datagram(&self, span: &Span) -> Option<Vec<u8>> {
        let mut limits = LIMITS.into_iter();
        let whole = limits.find_map(|limits| self.try_datagram(span, limits, attributes::metadata));
        whole.or_else(|| self.try_datagram(span, MIN_LIMITS, attributes::note))
    }

    fn try_datagram(
        &self,
        span: &Span,
        limits: ItemLimits,
        metadata: fn(&Span, ItemLimits) -> Value,
    ) -> Option<Vec<u8>> {
        let mut document = self.document(span, limits);
        document.insert("metadata".to_owned(), metadata(span, limits));
        let mut datagram = HEADER.to_vec();
        // A map of JSON values always serializes.
        serde_json::to_writer(&mut datagram, &document).ok()?;
        (datagram.len() <= MAX_DATAGRAM_BYTES).then_some(datagram)
    }

    fn document(&self, span: &Span, limits: ItemLimits) -> Map<String, Value> {
        let mut document = Map::new();
        let mut put = |key: &str, value: Value| document.insert(key.to_owned(), value);
        put("name", names::of(span).into());
        put("id", span.span_id.to_string().into());
        put("trace_id", names::trace_id(span.trace_id).into());
        put("start_time", seconds(span.start_unix_nano));
        put(
            "end_time",
            seconds(span.end_unix_nano.max(span.start_unix_nano)),
        );
        if let Some(parent) = span.parent_span_id {
            put("parent_id", parent.to_string().into());
        }
        if !names::is_segment(span) {
            put("type", "subsegment".into());
            if names::is_call(span.kind) {
                put("namespace", "remote".into());
            }
        }
        for (flag, value) in http::outcome(span) {
            put(flag, value);
        }
        let blocks = [
            ("http", http::block(span, limits)),
            ("sql", http::sql(span, limits)),
            ("cause", cause::block(span, limits)),
        ];
        for (key, block) in blocks {
            block.map(|block| put(key, block));
        }
        let annotations = attributes::annotations(span, &self.annotations, limits);
        if !annotations.is_empty() {
            put("annotations", annotations.into());
        }
        document
    }
}

/// Returns seconds since 1970. The precision of a double is a quarter of a microsecond.
fn seconds(nanos: u64) -> Value {
    (nanos as f64 / 1e9).into()
}

#[cfg(test)]
mod tests;
