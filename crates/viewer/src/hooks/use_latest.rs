//! The latest value for callbacks that do not change with it.

use std::{cell::RefCell, rc::Rc};

use yew::{functional::use_mut_ref, hook};

/// Returns a cell with the value of the latest render.
///
/// A callback that reads the cell stays equal while the value changes, so that components with
/// that callback as a property do not render again.
#[hook]
pub(crate) fn use_latest<T: Clone + 'static>(value: &T) -> Rc<RefCell<T>> {
    let latest = use_mut_ref(|| value.clone());
    *latest.borrow_mut() = value.clone();
    latest
}
