//! What a page has one of, for one user at a time.
//!
//! It is away while it is in use: whoever asks for it then gets nothing, where a `RefCell` would
//! panic. Moving the box out and in is less code, at each of many places, than counting borrows.

use std::cell::Cell;
use std::thread::LocalKey;

pub(crate) type Slot<T> = Cell<Option<Box<T>>>;

/// `None` when there is nothing, or it is in use further up the stack.
pub(crate) fn with<T, R>(
    slot: &'static LocalKey<Slot<T>>,
    f: impl FnOnce(&mut T) -> R,
) -> Option<R> {
    let mut content = take(slot)?;
    let result = f(&mut content);
    put(slot, content);
    Some(result)
}

#[inline(never)]
fn take<T>(slot: &'static LocalKey<Slot<T>>) -> Option<Box<T>> {
    slot.try_with(Cell::take).ok().flatten()
}

#[inline(never)]
pub(crate) fn put<T>(slot: &'static LocalKey<Slot<T>>, content: Box<T>) {
    if let Some(earlier) = slot.replace(Some(content)) {
        // Only at a second installation; the browser may still call what is in there.
        Box::leak(earlier);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    thread_local! {
        static NUMBER: Slot<u32> = const { Slot::new(None) };
    }

    #[test]
    fn what_is_in_use_is_not_there() {
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
