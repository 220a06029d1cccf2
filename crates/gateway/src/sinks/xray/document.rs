//! A span as a segment document:
//! <https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html>.

use serde_json::{Map, Value};
use trace_model::Span;

use super::{
    super::room::{Room, room},
    attributes, cause, http, names,
};

const HEADER: &[u8] = b"{\"format\": \"json\", \"version\": 1}\n";

/// A UDP datagram over IPv4 holds 65,507 bytes, which is a little less than X-Ray's 64 kB.
const MAX_DATAGRAM: usize = 65_507;

/// Tried in turn until the document fits.
const ROOMS: [Room; 3] = [
    room(usize::MAX, 50, 50),
    room(1000, 20, 50),
    room(100, 5, 10),
];

/// Fits whatever the span holds, if its metadata is left out.
const LEAST: Room = room(100, 2, 5);

/// Writes documents, with the listed attributes as annotations.
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

    /// The header line and the document; none when it is too large however little it holds.
    pub(super) fn datagram(&self, span: &Span) -> Option<Vec<u8>> {
        let mut rooms = ROOMS.iter();
        let whole = rooms.find_map(|room| self.written(span, room, attributes::metadata));
        whole.or_else(|| self.written(span, &LEAST, attributes::note))
    }

    fn written(
        &self,
        span: &Span,
        room: &Room,
        metadata: fn(&Span, &Room) -> Value,
    ) -> Option<Vec<u8>> {
        let mut document = self.document(span, room);
        document.insert("metadata".to_owned(), metadata(span, room));
        let mut datagram = HEADER.to_vec();
        // A map of JSON values always serializes.
        serde_json::to_writer(&mut datagram, &document).ok()?;
        (datagram.len() <= MAX_DATAGRAM).then_some(datagram)
    }

    fn document(&self, span: &Span, room: &Room) -> Map<String, Value> {
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
            ("http", http::block(span, room)),
            ("sql", http::sql(span, room)),
            ("cause", cause::block(span, room)),
        ];
        for (key, block) in blocks {
            block.map(|block| put(key, block));
        }
        let annotations = attributes::annotations(span, &self.annotations, room);
        if !annotations.is_empty() {
            put("annotations", annotations.into());
        }
        document
    }
}

/// Seconds since 1970. A double keeps them to a quarter of a microsecond.
fn seconds(nanos: u64) -> Value {
    (nanos as f64 / 1e9).into()
}

#[cfg(test)]
#[path = "document_tests.rs"]
mod tests;
