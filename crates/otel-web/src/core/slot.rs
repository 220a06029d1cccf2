//! Thread-local singletons: a page or worker has one pipeline, one exporter, one session.
//!
//! A value is moved out of its slot while it is in use. A nested access finds the slot empty, where
//! a `RefCell` would panic. Moving a box is also less code at each call site than counting borrows.

use std::cell::Cell;
use std::thread::LocalKey;

pub(crate) type Slot<T> = Cell<Option<Box<T>>>;

/// Runs `f` with the value. Returns `None` when the slot is empty, or in use further up the stack.
pub(crate) fn with<T, R>(
    slot: &'static LocalKey<Slot<T>>,
    f: impl FnOnce(&mut T) -> R,
) -> Option<R> {
    let mut value = take(slot)?;
    let result = f(&mut value);
    put(slot, value);
    Some(result)
}

/// Runs `f` with a value that exists from the beginning. A nested access finds the default value instead, and its
/// changes are lost.
pub(crate) fn with_default<T: Default, R>(
    cell: &'static LocalKey<Cell<T>>,
    f: impl FnOnce(&mut T) -> R,
) -> R {
    let mut value = cell.try_with(Cell::take).unwrap_or_default();
    let result = f(&mut value);
    // Fails only while the thread ends.
    let _ = cell.try_with(|cell| cell.set(value));
    result
}

#[inline(never)]
fn take<T>(slot: &'static LocalKey<Slot<T>>) -> Option<Box<T>> {
    slot.try_with(Cell::take).ok().flatten()
}

#[inline(never)]
pub(crate) fn put<T>(slot: &'static LocalKey<Slot<T>>, value: Box<T>) {
    if let Ok(Some(previous)) = slot.try_with(|cell| cell.replace(Some(value))) {
        // Happens at a second installation only. The browser may still call closures in there.
        Box::leak(previous);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    thread_local! {
        static NUMBER: Slot<u32> = const { Slot::new(None) };
    }

    #[test]
    fn nested_access_returns_none() {
        assert_eq!(with(&NUMBER, |number| *number), None);
        put(&NUMBER, Box::new(1));
        let nested = with(&NUMBER, |number| {
            *number += 1;
            with(&NUMBER, |number| *number)
        });
        assert_eq!(nested, Some(None));
        assert_eq!(with(&NUMBER, |number| *number), Some(2));
    }
}
