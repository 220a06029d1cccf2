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

fn numbers(spans: &[EncodedSpan]) -> Vec<u8> {
    spans.iter().map(|span| span.bytes[0]).collect()
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
    assert_eq!(numbers(&queue.take_all()), [1, 3]);
    assert_eq!(queue.dropped, Dropped([1, 0, 0, 0, 0]));
}

#[test]
fn when_full_of_errors_the_oldest_goes() {
    let mut queue = Queue::new(2);
    for number in 1..=3 {
        queue.push(EncodedSpan {
            is_error: true,
            ..span(number)
        });
    }
    assert_eq!(numbers(&queue.take_all()), [2, 3]);
}

#[test]
fn no_more_spans_are_dropped_than_necessary() {
    const CAPACITY: usize = 2048;
    for is_error in [true, false] {
        let mut queue = Queue::new(CAPACITY);
        for surplus in 0..3 {
            let spans = if surplus == 0 { CAPACITY } else { 1 };
            for _ in 0..spans {
                queue.push(EncodedSpan {
                    is_error,
                    ..span(7)
                });
            }
            assert_eq!(queue.dropped.0[0], surplus, "errors: {is_error}");
            assert_eq!(queue.waiting.len(), CAPACITY);
        }
    }
}

#[test]
fn errors_outlive_later_spans() {
    let mut queue = Queue::new(64);
    for number in 0..200 {
        queue.push(EncodedSpan {
            is_error: number < 64,
            ..span(number)
        });
    }
    let kept = numbers(&queue.take_all());
    assert_eq!(kept, (0..64).collect::<Vec<_>>());
    assert_eq!(queue.dropped.0[0], 136);
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
    assert_eq!(queue.take_batch(FULL_BATCH_BYTES).len(), 1);
    assert_eq!(queue.take_batch(FULL_BATCH_BYTES).len(), 1);
    assert!(queue.take_batch(FULL_BATCH_BYTES).is_empty());
}

proptest! {
    #[test]
    fn every_span_is_waiting_taken_or_counted(steps in proptest::collection::vec(0..5_u8, 0..200)) {
        let mut queue = Queue::new(40);
        let mut pushed = 0;
        let mut taken = 0;
        for step in steps {
            match step {
                4 => taken += queue.take_batch(3).len(),
                _ => { queue.push(span(step)); pushed += 1; }
            }
        }
        let waiting = queue.waiting.len();
        prop_assert_eq!(pushed, waiting + taken + queue.dropped.0[0] as usize);
        prop_assert_eq!(queue.bytes, size(&queue.waiting));
        prop_assert!(waiting <= 40);
    }
}
