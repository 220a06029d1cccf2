//! Finds records at other paths than OTLP JSON's: in other formats, or under other names.
//!
//! Unknown names are ignored, as the specification requires. Without this search, a sender of
//! Jaeger's JSON or of `snake_case` names would not learn that its spans were ignored. A log record
//! without ids cannot be told from other objects; the note about names is left for its sender.

use super::{Decoded, Reason, Signal, Token, Tokens};

/// No format has records at a deeper level.
const MAX_DEPTH: usize = 16;

/// Names that are quoted in a note, and the size limit of each.
const MAX_NAMES: usize = 3;
const MAX_NAME_BYTES: usize = 40;

/// Records that were found at other paths.
#[derive(Debug, Default)]
pub(super) struct MisplacedRecords {
    records: u64,
    /// The path of the first one.
    path: String,
    /// Unknown names at the top level of the body.
    names: Vec<String>,
}

/// An open list or object.
#[derive(Default)]
struct Level<'a> {
    is_object: bool,
    /// The name of the current member.
    key: Option<&'a [u8]>,
    /// The last text, which is a key if a colon follows.
    text: Option<&'a [u8]>,
    has_trace_id: bool,
    has_span_id: bool,
}

/// Searches a whole body.
pub(super) fn find(signal: Signal, body: &[u8]) -> MisplacedRecords {
    let mut found = MisplacedRecords::default();
    let mut levels: Vec<Level<'_>> = Vec::new();
    let mut skipped_levels = 0_usize;
    for token in Tokens(body) {
        match token {
            Token::Open(_) if levels.len() == MAX_DEPTH => skipped_levels += 1,
            Token::Open(bracket) => levels.push(Level {
                is_object: bracket == b'{',
                ..Level::default()
            }),
            Token::Close(_) if skipped_levels > 0 => skipped_levels -= 1,
            Token::Close(_) => found.close(signal, &mut levels),
            _ if skipped_levels > 0 => {}
            Token::Text(text) => {
                if let Some(level) = levels.last_mut() {
                    level.text = Some(text);
                }
            }
            Token::Colon => found.key(signal, &mut levels),
            Token::Comma | Token::Scalar(_) => {}
        }
    }
    found
}

impl MisplacedRecords {
    /// Adds the results of another part of the body.
    pub(super) fn merge(&mut self, other: Self) {
        if self.records == 0 {
            self.path = other.path;
        }
        self.records += other.records;
        self.names.extend(other.names);
        self.names.dedup();
        self.names.truncate(MAX_NAMES);
    }

    /// Counts the records as rejected, and adds a note with their path. For a body without any
    /// records, adds a note with its names.
    pub(super) fn report<R>(self, signal: Signal, decoded: &mut Decoded<R>) {
        let (word, right_path) = (signal.records(), signal.json_path());
        if self.records > 0 {
            decoded
                .rejections
                .count_all(Reason::Misplaced, self.records);
            let hint = hint(&self.path);
            let path = &self.path;
            decoded
                .warnings
                .note(format!("{word} were found in \"{path}\"{hint}"));
        } else if decoded.is_empty() && !self.names.is_empty() {
            let names = self.names.join(", ");
            decoded.warnings.note(format!(
                "no {word}: the body has {names}, but OTLP JSON has {word} in \"{right_path}\""
            ));
        }
    }

    pub(super) const fn has_records(&self) -> bool {
        self.records > 0
    }

    fn key(&mut self, signal: Signal, levels: &mut [Level<'_>]) {
        let is_top = levels.len() == 1;
        let Some(level) = levels.last_mut().filter(|level| level.is_object) else {
            return;
        };
        level.key = level.text.take();
        match level.key {
            Some(b"traceId" | b"traceID" | b"trace_id" | b"TraceId" | b"TraceID") => {
                level.has_trace_id = true;
            }
            // A Zipkin span has an `id`.
            Some(b"spanId" | b"spanID" | b"span_id" | b"SpanId" | b"SpanID" | b"id") => {
                level.has_span_id = true;
            }
            Some(name)
                if is_top
                    && name != signal.json_member().as_bytes()
                    && self.names.len() < MAX_NAMES =>
            {
                self.names.push(quoted(name));
            }
            _ => {}
        }
    }

    fn close(&mut self, signal: Signal, levels: &mut Vec<Level<'_>>) {
        let Some(level) = levels.pop() else { return };
        if !(level.has_trace_id && level.has_span_id) {
            return;
        }
        let key = levels.iter().rev().find_map(|level| level.key);
        // A link of OTLP or Jaeger has both ids, too.
        if matches!(key, Some(b"links" | b"references")) {
            return;
        }
        let path = path(levels);
        if path != signal.json_path() {
            self.records += 1;
            if self.path.is_empty() {
                self.path = path;
            }
        }
    }
}

/// Returns the path of the current value, such as `data[].spans[]`.
fn path(levels: &[Level<'_>]) -> String {
    let mut path = String::new();
    for level in levels {
        if !level.is_object {
            path.push_str("[]");
        } else if let Some(key) = level.key {
            if !path.is_empty() {
                path.push('.');
            }
            let key = &key[..key.len().min(MAX_NAME_BYTES)];
            path.push_str(&String::from_utf8_lossy(key));
        }
    }
    path
}

fn hint(path: &str) -> &'static str {
    match path {
        "[]" => ": a list of spans is Zipkin's format, not an ExportTraceServiceRequest",
        "data[].spans[]" => ": this is Jaeger's JSON; configure the sender to export OTLP",
        _ if path.contains('_') => ": names in OTLP JSON are lowerCamelCase",
        _ => "",
    }
}

fn quoted(name: &[u8]) -> String {
    let name = &name[..name.len().min(MAX_NAME_BYTES)];
    format!("\"{}\"", String::from_utf8_lossy(name))
}
