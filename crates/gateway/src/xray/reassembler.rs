//! Delays documents that a later document completes.
//!
//! A subsegment that is sent on its own does not name its service. Its segment does, and arrives
//! later. A document that is in progress is followed by the complete one. Both are held for a
//! few seconds. After that they are converted as they are: a document in progress becomes a span
//! in progress, which the complete one replaces.

use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

use tokio::time::Instant;

use super::document::Document;

const HOLD_TIME: Duration = Duration::from_secs(3);

/// Documents that are held. Also the number of cached services, and of tracked documents in
/// progress.
const MAX_DOCUMENTS: usize = 4096;

/// The size limit of held documents, as received. In memory they are up to 16 times as large.
const MAX_HELD_BYTES: usize = 4 << 20;

/// X-Ray's limits: an id of 16 digits, and a service's name of 200 characters with a trace id.
const MAX_ID_BYTES: usize = 16;
const MAX_SERVICE_BYTES: usize = 1000;

/// A document that is ready to be converted.
#[derive(Debug)]
pub(super) struct Completed {
    pub(super) document: Document,
    /// The name of its segment, if known.
    pub(super) service: Option<String>,
    /// A span in progress may have been stored for it before.
    pub(super) is_revision: bool,
}

/// Holds documents until they are complete, or for [`HOLD_TIME`].
#[derive(Debug, Default)]
pub(super) struct SegmentReassembler {
    /// The time of its creation, in seconds since 1970.
    created: f64,
    /// Each document with the end of its hold time.
    held: Vec<(Instant, Document)>,
    /// Services by trace id.
    services: HashMap<String, String>,
    /// The ids of documents that were returned in progress.
    in_progress: HashSet<String>,
}

impl SegmentReassembler {
    /// Creates an empty reassembler. `now` is in nanoseconds since 1970.
    pub(super) fn new(now: i64) -> Self {
        let created = now as f64 / 1e9;
        Self {
            created,
            ..Self::default()
        }
    }

    /// Adds a document. Returns all documents that are complete now.
    pub(super) fn push(&mut self, document: Document, now: Instant) -> Vec<Completed> {
        self.held.retain(|(_, held)| held.id != document.id);
        if document.is_segment() {
            self.cache_service(&document);
        }
        let mut complete = Vec::new();
        if self.is_incomplete(&document) && self.has_room(&document) {
            self.held.push((now + HOLD_TIME, document));
        } else {
            complete.push(document);
        }
        let held = std::mem::take(&mut self.held);
        let (held, released) = held
            .into_iter()
            .partition(|(_, held)| self.is_incomplete(held));
        self.held = held;
        complete.extend(released.into_iter().map(|(_, document)| document));
        complete
            .into_iter()
            .map(|document| self.complete(document))
            .collect()
    }

    /// Returns the documents whose hold time is over.
    pub(super) fn expire(&mut self, now: Instant) -> Vec<Completed> {
        let held = std::mem::take(&mut self.held);
        let (expired, held): (Vec<_>, _) = held.into_iter().partition(|(until, _)| *until <= now);
        self.held = held;
        expired
            .into_iter()
            .map(|(_, document)| self.complete(document))
            .collect()
    }

    /// Returns all documents.
    pub(super) fn drain(&mut self) -> Vec<Completed> {
        let held = std::mem::take(&mut self.held).into_iter();
        held.map(|(_, document)| self.complete(document)).collect()
    }

    fn has_room(&self, document: &Document) -> bool {
        let bytes: usize = self.held.iter().map(|(_, held)| held.bytes).sum();
        self.held.len() < MAX_DOCUMENTS && bytes + document.bytes <= MAX_HELD_BYTES
    }

    fn is_incomplete(&self, document: &Document) -> bool {
        !document.is_complete() || self.service(document).is_none()
    }

    fn cache_service(&mut self, segment: &Document) {
        if self.services.len() >= MAX_DOCUMENTS {
            self.services.clear();
        }
        let trace_id = segment.trace_id.clone().unwrap_or_default();
        if trace_id.len() + segment.name.len() <= MAX_SERVICE_BYTES {
            self.services.insert(trace_id, segment.name.clone());
        }
    }

    fn service<'a>(&'a self, document: &'a Document) -> Option<&'a String> {
        if document.is_segment() {
            return Some(&document.name);
        }
        self.services.get(document.trace_id.as_deref()?)
    }

    fn complete(&mut self, document: Document) -> Completed {
        let service = self.service(&document).cloned();
        let was_in_progress = self.in_progress.remove(&document.id);
        // An earlier run of the gateway may have stored it in progress.
        let is_revision = was_in_progress || document.start_time < self.created;
        let is_tracked =
            self.in_progress.len() < MAX_DOCUMENTS && document.id.len() <= MAX_ID_BYTES;
        if !document.is_complete() && is_tracked {
            self.in_progress.insert(document.id.clone());
        }
        Completed {
            document,
            service,
            is_revision,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn document(fields: Value) -> Document {
        let mut document = json!({"id": "1", "name": "a", "trace_id": "t", "start_time": 1.0});
        let all = document.as_object_mut().unwrap();
        all.extend(fields.as_object().unwrap().clone());
        let text = document.to_string();
        let mut all = Document::all_of_datagram(text.as_bytes()).unwrap();
        let mut document = all.remove(0).unwrap();
        document.bytes = 0;
        document
    }

    /// Returns id, service and `is_revision` of each document.
    fn summarize(completed: &[Completed]) -> Vec<(&str, Option<&str>, bool)> {
        let completed = completed.iter();
        completed
            .map(|completed| {
                (
                    completed.document.id.as_str(),
                    completed.service.as_deref(),
                    completed.is_revision,
                )
            })
            .collect()
    }

    fn new() -> (SegmentReassembler, Instant) {
        (SegmentReassembler::default(), Instant::now())
    }

    #[test]
    fn subsegment_is_held_until_its_segment_arrives() {
        let (mut reassembler, now) = new();
        let sub = document(json!({"id": "2", "type": "subsegment", "end_time": 2.0}));
        assert!(reassembler.push(sub, now).is_empty());
        let segment = document(json!({"name": "shop", "end_time": 2.0}));
        let expected = [("1", Some("shop"), false), ("2", Some("shop"), false)];
        assert_eq!(summarize(&reassembler.push(segment, now)), expected);
    }

    #[test]
    fn subsegment_without_segment_expires_without_service() {
        let (mut reassembler, now) = new();
        let sub = document(json!({"id": "2", "type": "subsegment", "end_time": 2.0}));
        reassembler.push(sub, now);
        assert!(reassembler.expire(now).is_empty());
        let expired = reassembler.expire(now + HOLD_TIME);
        assert_eq!(summarize(&expired), [("2", None, false)]);
    }

    #[test]
    fn complete_document_replaces_the_one_in_progress() {
        let (mut reassembler, now) = new();
        let in_progress = document(json!({"in_progress": true}));
        assert!(reassembler.push(in_progress, now).is_empty());
        let complete = reassembler.push(document(json!({"end_time": 2.0})), now);
        assert_eq!(summarize(&complete), [("1", Some("a"), false)]);
        assert!(reassembler.expire(now + HOLD_TIME).is_empty());
    }

    /// Thousands of documents of 64 kB would exhaust the memory.
    #[test]
    fn held_documents_are_bounded_in_bytes() {
        let (mut reassembler, now) = new();
        let sub = |id: u8| {
            let fields = json!({"id": id.to_string(), "type": "subsegment", "end_time": 2.0});
            let mut document = document(fields);
            document.bytes = MAX_HELD_BYTES / 2;
            document
        };
        assert!(reassembler.push(sub(1), now).is_empty());
        assert!(reassembler.push(sub(2), now).is_empty());
        let over = reassembler.push(sub(3), now);
        assert_eq!(summarize(&over), [("3", None, false)]);
        // A document that is sent again replaces itself.
        assert!(reassembler.push(sub(2), now).is_empty());
        assert_eq!(reassembler.expire(now + HOLD_TIME).len(), 2);
        assert!(reassembler.push(sub(4), now).is_empty());
    }

    #[test]
    fn long_names_and_ids_are_not_cached() {
        let (mut reassembler, now) = new();
        let long = "x".repeat(60_000);
        let named = document(json!({"name": long, "trace_id": "u", "end_time": 2.0}));
        reassembler.push(named, now);
        reassembler.push(document(json!({"id": long, "in_progress": true})), now);
        reassembler.expire(now + HOLD_TIME);
        let cached = (reassembler.services.len(), reassembler.in_progress.len());
        assert_eq!(cached, (1, 0));
    }

    #[test]
    fn expired_document_in_progress_is_revised_later() {
        let (mut reassembler, now) = new();
        reassembler.push(document(json!({"in_progress": true})), now);
        let expired = reassembler.expire(now + HOLD_TIME);
        assert_eq!(summarize(&expired), [("1", Some("a"), false)]);
        let complete = document(json!({"end_time": 2.0}));
        let complete = reassembler.push(complete, now + HOLD_TIME);
        assert_eq!(summarize(&complete), [("1", Some("a"), true)]);
    }

    #[test]
    fn document_from_before_the_start_is_a_revision() {
        let (mut reassembler, now) = (SegmentReassembler::new(2_000_000_000), Instant::now());
        let complete = reassembler.push(document(json!({"end_time": 2.0})), now);
        assert_eq!(summarize(&complete), [("1", Some("a"), true)]);
        let later = document(json!({"start_time": 3.0, "end_time": 4.0}));
        let later = reassembler.push(later, now);
        assert_eq!(summarize(&later), [("1", Some("a"), false)]);
    }
}
