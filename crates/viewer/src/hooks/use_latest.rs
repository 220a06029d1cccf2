//! A value for callbacks that stay the same while it changes.

use std::{cell::RefCell, rc::Rc};

use yew::{functional::use_mut_ref, hook};

/// The value of the latest render. A callback that reads it needs no new identity for each
/// value, so that what it is given to does not render again.
#[hook]
pub(crate) fn use_latest<T: Clone + 'static>(value: &T) -> Rc<RefCell<T>> {
    let latest = use_mut_ref(|| value.clone());
    *latest.borrow_mut() = value.clone();
    latest
}
