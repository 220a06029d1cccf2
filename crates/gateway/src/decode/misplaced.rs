//! Looks for spans where OTLP JSON has none: in another format, or under other names.
//!
//! Unknown names are ignored, as the specification demands. A sender of Jaeger's JSON, or of
//! `snake_case` names, would then learn nothing of the spans that nobody kept.

use super::{Decoded, Reason, Token, Tokens};

/// Where a request has its spans.
const SPANS: &str = "resourceSpans[].scopeSpans[].spans[]";

/// Deeper than any format has its spans.
const MAX_DEPTH: usize = 16;

/// Names that are quoted, and bytes of each.
const MAX_NAMES: usize = 3;
const MAX_NAME_BYTES: usize = 40;

/// What was found of a body.
#[derive(Debug, Default)]
pub(super) struct Misplaced {
    spans: u64,
    /// The place of the first of them.
    place: String,
    /// Names at the top of the body that OTLP does not have there.
    names: Vec<String>,
}

/// A list or an object that is open.
#[derive(Default)]
struct Level<'a> {
    is_object: bool,
    /// The name of the member that is being read.
    key: Option<&'a [u8]>,
    /// The last text was a key, if a colon follows.
    text: Option<&'a [u8]>,
    has_trace_id: bool,
    has_span_id: bool,
}

/// Reads a whole body.
pub(super) fn find(body: &[u8]) -> Misplaced {
    let mut found = Misplaced::default();
    let mut levels: Vec<Level<'_>> = Vec::new();
    // Levels that are not looked at.
    let mut deeper = 0_usize;
    for token in Tokens(body) {
        match token {
            Token::Open(_) if levels.len() == MAX_DEPTH => deeper += 1,
            Token::Open(bracket) => levels.push(Level {
                is_object: bracket == b'{',
                ..Level::default()
            }),
            Token::Close(_) if deeper > 0 => deeper -= 1,
            Token::Close(_) => found.close(&mut levels),
            _ if deeper > 0 => {}
            Token::Text(text) => {
                if let Some(level) = levels.last_mut() {
                    level.text = Some(text);
                }
            }
            Token::Colon => found.key(&mut levels),
            Token::Comma | Token::Scalar(_) => {}
        }
    }
    found
}

impl Misplaced {
    /// Adds what was found of another part of the body.
    pub(super) fn merge(&mut self, other: Self) {
        if self.spans == 0 {
            self.place = other.place;
        }
        self.spans += other.spans;
        self.names.extend(other.names);
        self.names.dedup();
        self.names.truncate(MAX_NAMES);
    }

    /// Counts the spans as rejected, and says where they were. Without any, says what a body
    /// that has no spans has instead.
    pub(super) fn report(self, decoded: &mut Decoded) {
        if self.spans > 0 {
            decoded.rejections.count_all(Reason::Misplaced, self.spans);
            let hint = hint(&self.place);
            let place = &self.place;
            decoded
                .warnings
                .note(format!("spans were seen in \"{place}\"{hint}"));
        } else if decoded.is_empty() && !self.names.is_empty() {
            let names = self.names.join(", ");
            decoded.warnings.note(format!(
                "no spans: the body has {names}, and OTLP JSON has spans in \"{SPANS}\""
            ));
        }
    }

    pub(super) const fn has_spans(&self) -> bool {
        self.spans > 0
    }

    fn key(&mut self, levels: &mut [Level<'_>]) {
        let is_top = levels.len() == 1;
        let Some(level) = levels.last_mut().filter(|level| level.is_object) else {
            return;
        };
        level.key = level.text.take();
        match level.key {
            Some(b"traceId" | b"traceID" | b"trace_id" | b"TraceId" | b"TraceID") => {
                level.has_trace_id = true;
            }
            // Zipkin's spans have an `id`.
            Some(b"spanId" | b"spanID" | b"span_id" | b"SpanId" | b"SpanID" | b"id") => {
                level.has_span_id = true;
            }
            Some(name) if is_top && name != b"resourceSpans" && self.names.len() < MAX_NAMES => {
                self.names.push(quoted(name));
            }
            _ => {}
        }
    }

    fn close(&mut self, levels: &mut Vec<Level<'_>>) {
        let Some(level) = levels.pop() else { return };
        if !(level.has_trace_id && level.has_span_id) {
            return;
        }
        let key = levels.iter().rev().find_map(|level| level.key);
        // Of a span to others: OTLP's and Jaeger's.
        if matches!(key, Some(b"links" | b"references")) {
            return;
        }
        let place = place(levels);
        if place != SPANS {
            self.spans += 1;
            if self.place.is_empty() {
                self.place = place;
            }
        }
    }
}

/// As people write where something is: `data[].spans[]`.
fn place(levels: &[Level<'_>]) -> String {
    let mut place = String::new();
    for level in levels {
        if !level.is_object {
            place.push_str("[]");
        } else if let Some(key) = level.key {
            if !place.is_empty() {
                place.push('.');
            }
            let key = &key[..key.len().min(MAX_NAME_BYTES)];
            place.push_str(&String::from_utf8_lossy(key));
        }
    }
    place
}

fn hint(place: &str) -> &'static str {
    match place {
        "[]" => ": this is a list, as Zipkin has it, and not an ExportTraceServiceRequest",
        "data[].spans[]" => ": this is Jaeger's JSON; its collector takes it, or sends OTLP",
        _ if place.contains('_') => ": OTLP JSON writes its names in lowerCamelCase",
        _ => "",
    }
}

fn quoted(name: &[u8]) -> String {
    let name = &name[..name.len().min(MAX_NAME_BYTES)];
    format!("\"{}\"", String::from_utf8_lossy(name))
}
