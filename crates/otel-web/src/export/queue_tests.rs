//! The queue: nothing vanishes, order stays, bounds hold.

use proptest::prelude::*;

use super::*;

fn span(number: u8) -> EncodedSpan {
    EncodedSpan {
        bytes: vec![number],
        scope: 0,
        is_error: false,
    }
}

fn numbers(batch: &Batch) -> Vec<u8> {
    batch.spans.iter().map(|span| span.bytes[0]).collect()
}

#[test]
fn what_comes_back_leaves_again_in_order() {
    let mut queue = Queue::new(10);
    (1..=3).for_each(|n| queue.push(span(n)));
    let batch = queue.take_batch().unwrap();
    queue.push(span(4));
    queue.restore(batch);
    assert_eq!(numbers(&queue.take_batch().unwrap()), [1, 2, 3, 4]);
}

#[test]
fn when_full_errors_are_kept_longest() {
    let mut queue = Queue::new(2);
    queue.push(EncodedSpan {
        is_error: true,
        ..span(1)
    });
    queue.push(span(2));
    queue.push(span(3));
    let batch = queue.take_batch().unwrap();
    assert_eq!(numbers(&batch), [1, 3]);
    assert_eq!(batch.dropped.queue_full, 1);
}

#[test]
fn a_batch_stays_below_the_limit_unless_one_span_is_larger() {
    let mut queue = Queue::new(10);
    let large = || EncodedSpan {
        bytes: vec![0; FULL_BATCH_BYTES + 1],
        scope: 0,
        is_error: false,
    };
    queue.push(large());
    queue.push(large());
    assert!(queue.has_full_batch());
    assert_eq!(queue.take_batch().unwrap().spans.len(), 1);
    assert_eq!(queue.take_batch().unwrap().spans.len(), 1);
    assert!(queue.take_batch().is_none());
}

#[test]
fn a_batch_splits_in_two_until_one_span_is_left() {
    let batch = Batch {
        spans: (1..=3).map(span).collect(),
        ..Batch::default()
    };
    let (first, second) = batch.split().unwrap();
    assert_eq!((numbers(&first), numbers(&second)), (vec![1], vec![2, 3]));
    assert!(first.split().is_err());
}

proptest! {
    #[test]
    fn every_span_is_waiting_taken_or_counted(steps in proptest::collection::vec(0..4_u8, 0..200)) {
        let mut queue = Queue::new(8);
        let mut pushed = 0;
        let mut in_flight: Vec<Batch> = Vec::new();
        for step in steps {
            match step {
                0 | 1 => { queue.push(span(step)); pushed += 1; }
                2 => in_flight.extend(queue.take_batch()),
                _ => if let Some(batch) = in_flight.pop() { queue.restore(batch) },
            }
        }
        let taken: usize = in_flight.iter().map(|batch| batch.spans.len()).sum();
        let mut dropped = queue.dropped;
        in_flight.iter().for_each(|batch| dropped += batch.dropped);
        let waiting = queue.waiting.len();
        prop_assert_eq!(pushed, waiting + taken + dropped.queue_full as usize);
        prop_assert_eq!(queue.bytes, size(&queue.waiting));
        prop_assert!(waiting <= 8);
    }
}
