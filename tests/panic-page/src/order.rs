//! Three functions, the last of which panics.
//!
//! wasm-opt inlines functions with one caller. It does not know the target of a call through a pointer that the compiler
//! cannot see.

use std::hint::black_box;

/// A way to pay, for a function with a generic type.
trait Pay {
    fn price(items: u32) -> u32;
}

struct Card;

impl Pay for Card {
    fn price(items: u32) -> u32 {
        items.wrapping_mul(7)
    }
}

/// Places an order of items.
pub(crate) fn place(items: u32) {
    let charge: fn(u32) = charge::<Card>;
    black_box(charge)(items);
}

fn charge<P: Pay>(items: u32) {
    let check: fn(u32) = prüfe;
    black_box(check)(P::price(items));
}

fn prüfe(price: u32) {
    assert!(price > 0, "the order is empty");
}
