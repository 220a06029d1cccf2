//! The durable queue, one rule at a time.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use super::shelf::Keep;
use super::*;

/// A store that all pages share, like those of an origin.
#[derive(Clone, Debug, Default)]
pub(super) struct Shared {
    values: Rc<RefCell<BTreeMap<String, String>>>,
    is_full: Rc<Cell<bool>>,
}

impl Keep for Shared {
    fn get(&self, key: &str) -> Option<String> {
        self.values.borrow().get(key).cloned()
    }

    fn set(&self, key: &str, value: &str) -> bool {
        let fits = !self.is_full.get();
        if fits {
            let mut values = self.values.borrow_mut();
            values.insert(key.to_owned(), value.to_owned());
        }
        fits
    }

    fn remove(&self, key: &str) {
        self.values.borrow_mut().remove(key);
    }

    fn keys(&self) -> Vec<String> {
        self.values.borrow().keys().cloned().collect()
    }

    fn length(&self, key: &str) -> usize {
        self.get(key).map_or(0, |value| value.chars().count())
    }
}

/// One span each, told apart by its number.
pub(super) fn label(now_s: u32) -> Label {
    Label {
        sealed_s: now_s,
        spans: 1,
        ..Label::default()
    }
}

pub(super) fn page(shelf: &Shared, name: u32, previous: Option<String>) -> Line<Shared> {
    Line::new(shelf.clone(), format!("{name:08x}"), previous)
}

fn numbers(line: &Line<Shared>) -> Vec<u8> {
    line.batches.iter().map(|batch| batch.body[0]).collect()
}

pub(super) const NOW: u32 = 1_790_000_000;

#[test]
fn a_batch_is_written_down_and_read_again() {
    let label = Label {
        has_error: true,
        dropped: crate::export::Dropped([1, 2, 300, 4, 5]),
        ..label(NOW)
    };
    let body: Vec<u8> = (0..=255).collect();
    let read = batch::from_text(&batch::to_text(&label, &body));
    assert_eq!(read, Some((label, body)));
    assert_eq!(batch::from_text("something else"), None);
}

#[test]
fn the_next_page_of_a_tab_takes_over_at_once() {
    let shelf = Shared::default();
    let mut crashed = page(&shelf, 1, None);
    crashed.push(label(NOW), vec![7]);
    let mut elsewhere = page(&shelf, 2, None);
    elsewhere.adopt(NOW);
    let mut reloaded = page(&shelf, 3, Some(crashed.page.clone()));
    reloaded.adopt(NOW);
    assert_eq!((numbers(&elsewhere), numbers(&reloaded)), (vec![], vec![7]));
    reloaded.remove(1);
    assert_eq!(shelf.keys(), [""; 0]);
}

#[test]
fn what_a_page_leaves_is_anybodys() {
    let shelf = Shared::default();
    let mut closed = page(&shelf, 1, None);
    closed.push(label(NOW), vec![7]);
    closed.leave();
    let mut other = page(&shelf, 2, None);
    other.adopt(NOW);
    assert_eq!(numbers(&other), [7]);
    // Back from the back/forward cache: it is not its own any more.
    closed.claim(NOW + 1);
    assert_eq!(numbers(&closed), [0; 0]);
}

/// Leaves a page whose only batch is on its way.
fn leave_while_sending(line: &mut Line<Shared>) {
    line.push(label(NOW), vec![7]);
    line.next().unwrap().state = State::Sent;
    line.leave();
    assert!(!line.is_cut_off(9, false), "no such batch");
}

#[test]
fn batch_without_an_answer_is_for_the_next_page() {
    let shelf = Shared::default();
    let mut left = page(&shelf, 1, None);
    leave_while_sending(&mut left);
    let mut next = page(&shelf, 2, None);
    next.adopt(NOW);
    assert_eq!(numbers(&next), [7]);
}

#[test]
fn what_is_uncertain_waits_for_the_page_to_come_back() {
    let shelf = Shared::default();
    let mut left = page(&shelf, 1, None);
    leave_while_sending(&mut left);
    assert!(left.is_cut_off(1, true));
    assert!(left.next().is_none());
    left.claim(NOW + 1);
    left.come_back();
    assert_eq!(left.next().map(|batch| batch.body[0]), Some(7));
}

#[test]
fn a_page_that_renews_its_lease_keeps_its_batches_through_an_outage() {
    let shelf = Shared::default();
    let mut owner = page(&shelf, 1, None);
    let mut other = page(&shelf, 2, None);
    owner.push(label(NOW), vec![7]);
    for minute in 0..30 {
        owner.claim(NOW + 60 * minute);
        other.adopt(NOW + 60 * minute + 59);
    }
    assert_eq!((numbers(&owner), numbers(&other)), (vec![7], vec![]));
    other.adopt(NOW + 60 * 29 + LEASE_S + 1);
    assert_eq!(numbers(&other), [7]);
}

#[test]
fn what_is_a_day_old_is_counted_and_given_up() {
    let shelf = Shared::default();
    page(&shelf, 1, None).push(label(NOW), vec![7]);
    let mut late = page(&shelf, 2, None);
    late.push(label(NOW), vec![8]);
    late.adopt(NOW + LONGEST_S + 1);
    late.give_up_old(NOW + LONGEST_S + 1);
    assert_eq!(late.dropped.0, [0, 0, 2, 0, 0]);
    assert_eq!(shelf.keys(), [""; 0]);
}

#[test]
fn beyond_its_bound_the_oldest_without_error_goes() {
    let shelf = Shared::default();
    let mut line = page(&shelf, 1, None);
    let error = Label {
        has_error: true,
        ..label(NOW)
    };
    let large = || vec![7; SHELF_UNITS / 4];
    line.push(error, vec![0; SHELF_UNITS / 4]);
    for _ in 0..4 {
        line.push(label(NOW), large());
    }
    assert_eq!(numbers(&line), [0, 7, 7]);
    assert_eq!(line.dropped.0, [2, 0, 0, 0, 0]);
    let stored: usize = shelf.keys().iter().map(|key| shelf.length(key)).sum();
    assert!(stored <= SHELF_UNITS);
}

#[test]
fn without_room_batches_live_in_memory() {
    let shelf = Shared::default();
    shelf.is_full.set(true);
    let mut line = page(&shelf, 1, None);
    line.push(label(NOW), vec![7]);
    line.claim(NOW + 10 * LEASE_S);
    assert_eq!(numbers(&line), [7]);
}

#[test]
fn foreign_and_damaged_values_do_no_harm() {
    let shelf = Shared::default();
    shelf.set("otel.batch.00000001.00000001", "short");
    shelf.set("otel.batch.ü", "x");
    shelf.set("cart", "17");
    let mut line = page(&shelf, 2, None);
    line.adopt(NOW);
    assert!(line.is_empty());
    assert_eq!(shelf.get("cart").as_deref(), Some("17"));
}
