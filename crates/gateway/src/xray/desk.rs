//! Waits for what belongs together.
//!
//! A subsegment that is sent on its own does not name its service; its segment, which does,
//! comes later. And a document that is in progress is followed by the complete one. Both
//! wait for a moment. If the moment passes, they go on as they are: what is in progress is
//! then shown so, and is replaced when it is complete.

use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

use tokio::time::Instant;

use super::document::Document;

const HOLD: Duration = Duration::from_secs(3);

/// So many documents are held, and so many services and unfinished documents remembered.
const CAPACITY: usize = 4096;

/// Of documents held, as they came. In memory they are up to sixteen times as large.
const HELD_BYTES: usize = 4 << 20;

/// An id of 16 digits, and a name of 200 characters with its trace's id: X-Ray knows no
/// longer ones.
const ID_BYTES: usize = 16;
const SERVICE_BYTES: usize = 1000;

/// A document that goes on.
#[derive(Debug)]
pub(super) struct Ready {
    pub(super) document: Document,
    /// The name of its segment, when it is known.
    pub(super) service: Option<String>,
    /// It was shown in progress before, or may have been.
    pub(super) revises: bool,
}

#[derive(Debug, Default)]
pub(super) struct Desk {
    /// When it was opened, in seconds since 1970.
    since: f64,
    held: Vec<(Instant, Document)>,
    /// By trace id.
    services: HashMap<String, String>,
    /// Ids of documents that went on in progress.
    unfinished: HashSet<String>,
}

impl Desk {
    /// `now` is in nanoseconds since 1970.
    pub(super) fn new(now: i64) -> Self {
        let since = now as f64 / 1e9;
        Self {
            since,
            ..Self::default()
        }
    }

    /// Takes one document; what goes on because of it.
    pub(super) fn take(&mut self, document: Document, now: Instant) -> Vec<Ready> {
        self.held.retain(|(_, held)| held.id != document.id);
        if document.is_segment() {
            self.know_service(&document);
        }
        let mut ready = Vec::new();
        if self.waits(&document) && self.has_room(&document) {
            self.held.push((now + HOLD, document));
        } else {
            ready.push(document);
        }
        let waiting = std::mem::take(&mut self.held);
        let (held, released) = waiting.into_iter().partition(|(_, held)| self.waits(held));
        self.held = held;
        ready.extend(released.into_iter().map(|(_, document)| document));
        ready
            .into_iter()
            .map(|document| self.send_on(document))
            .collect()
    }

    /// What has waited long enough.
    pub(super) fn due(&mut self, now: Instant) -> Vec<Ready> {
        let waiting = std::mem::take(&mut self.held);
        let (due, held): (Vec<_>, _) = waiting.into_iter().partition(|(due, _)| *due <= now);
        self.held = held;
        due.into_iter()
            .map(|(_, document)| self.send_on(document))
            .collect()
    }

    /// All that waits, however long it has.
    pub(super) fn clear(&mut self) -> Vec<Ready> {
        let held = std::mem::take(&mut self.held).into_iter();
        held.map(|(_, document)| self.send_on(document)).collect()
    }

    fn has_room(&self, document: &Document) -> bool {
        let bytes: usize = self.held.iter().map(|(_, held)| held.bytes).sum();
        self.held.len() < CAPACITY && bytes + document.bytes <= HELD_BYTES
    }

    fn waits(&self, document: &Document) -> bool {
        !document.is_complete() || self.service(document).is_none()
    }

    fn know_service(&mut self, segment: &Document) {
        if self.services.len() >= CAPACITY {
            self.services.clear();
        }
        let trace_id = segment.trace_id.clone().unwrap_or_default();
        if trace_id.len() + segment.name.len() <= SERVICE_BYTES {
            self.services.insert(trace_id, segment.name.clone());
        }
    }

    fn service<'a>(&'a self, document: &'a Document) -> Option<&'a String> {
        if document.is_segment() {
            return Some(&document.name);
        }
        self.services.get(document.trace_id.as_deref()?)
    }

    fn send_on(&mut self, document: Document) -> Ready {
        let service = self.service(&document).cloned();
        let was_unfinished = self.unfinished.remove(&document.id);
        // What began before this desk may have gone on in progress before a restart.
        let revises = was_unfinished || document.start_time < self.since;
        let has_room = self.unfinished.len() < CAPACITY && document.id.len() <= ID_BYTES;
        if !document.is_complete() && has_room {
            self.unfinished.insert(document.id.clone());
        }
        Ready {
            document,
            service,
            revises,
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

    fn names(ready: &[Ready]) -> Vec<(&str, Option<&str>, bool)> {
        let ready = ready.iter();
        ready
            .map(|ready| {
                (
                    ready.document.id.as_str(),
                    ready.service.as_deref(),
                    ready.revises,
                )
            })
            .collect()
    }

    #[test]
    fn a_subsegment_on_its_own_waits_for_the_name_of_its_segment() {
        let (mut desk, now) = (Desk::default(), Instant::now());
        let sub = document(json!({"id": "2", "type": "subsegment", "end_time": 2.0}));
        assert!(desk.take(sub, now).is_empty());
        let segment = document(json!({"name": "shop", "end_time": 2.0}));
        let expected = [("1", Some("shop"), false), ("2", Some("shop"), false)];
        assert_eq!(names(&desk.take(segment, now)), expected);
    }

    #[test]
    fn a_subsegment_whose_segment_never_comes_goes_on_without_a_name() {
        let (mut desk, now) = (Desk::default(), Instant::now());
        let sub = document(json!({"id": "2", "type": "subsegment", "end_time": 2.0}));
        desk.take(sub, now);
        assert!(desk.due(now).is_empty());
        assert_eq!(names(&desk.due(now + HOLD)), [("2", None, false)]);
    }

    #[test]
    fn a_document_in_progress_gives_way_to_the_complete_one() {
        let (mut desk, now) = (Desk::default(), Instant::now());
        assert!(
            desk.take(document(json!({"in_progress": true})), now)
                .is_empty()
        );
        let complete = desk.take(document(json!({"end_time": 2.0})), now);
        assert_eq!(names(&complete), [("1", Some("a"), false)]);
        assert!(desk.due(now + HOLD).is_empty());
    }

    /// Documents of 64 kB would take the machine's memory long before there are thousands.
    #[test]
    fn what_waits_is_bounded_in_bytes_and_one_more_goes_on_at_once() {
        let (mut desk, now) = (Desk::default(), Instant::now());
        let sub = |id: u8| {
            let fields = json!({"id": id.to_string(), "type": "subsegment", "end_time": 2.0});
            let mut document = document(fields);
            document.bytes = HELD_BYTES / 2;
            document
        };
        assert!(desk.take(sub(1), now).is_empty() && desk.take(sub(2), now).is_empty());
        assert_eq!(names(&desk.take(sub(3), now)), [("3", None, false)]);
        // Sent again, it takes its own place.
        assert!(desk.take(sub(2), now).is_empty());
        assert_eq!(desk.due(now + HOLD).len(), 2);
        assert!(desk.take(sub(4), now).is_empty());
    }

    #[test]
    fn names_and_ids_of_any_length_are_not_remembered() {
        let (mut desk, now) = (Desk::default(), Instant::now());
        let long = "x".repeat(60_000);
        desk.take(
            document(json!({"name": long, "trace_id": "u", "end_time": 2.0})),
            now,
        );
        desk.take(document(json!({"id": long, "in_progress": true})), now);
        desk.due(now + HOLD);
        assert_eq!((desk.services.len(), desk.unfinished.len()), (1, 0));
    }

    #[test]
    fn one_that_stays_in_progress_is_shown_and_revised_later() {
        let (mut desk, now) = (Desk::default(), Instant::now());
        desk.take(document(json!({"in_progress": true})), now);
        assert_eq!(names(&desk.due(now + HOLD)), [("1", Some("a"), false)]);
        let complete = desk.take(document(json!({"end_time": 2.0})), now + HOLD);
        assert_eq!(names(&complete), [("1", Some("a"), true)]);
    }

    #[test]
    fn one_that_began_before_the_desk_may_have_been_shown_in_progress_by_another() {
        let (mut desk, now) = (Desk::new(2_000_000_000), Instant::now());
        let complete = desk.take(document(json!({"end_time": 2.0})), now);
        assert_eq!(names(&complete), [("1", Some("a"), true)]);
        let later = document(json!({"start_time": 3.0, "end_time": 4.0}));
        assert_eq!(names(&desk.take(later, now)), [("1", Some("a"), false)]);
    }
}
