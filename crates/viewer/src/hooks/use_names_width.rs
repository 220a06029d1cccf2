//! The width that somebody gave the column of names, kept in the browser.

use web_sys::Storage;
use yew::{
    Callback,
    functional::{use_callback, use_state_eq},
    hook,
};

const KEY: &str = "trace-viewer.names-width";

/// CSS pixels, none until a width was chosen; and the way to choose one.
#[hook]
pub(crate) fn use_names_width() -> (Option<f64>, Callback<Option<f64>>) {
    let width = use_state_eq(read);
    let chosen = *width;
    let choose = use_callback((), move |chosen: Option<f64>, ()| {
        write(chosen);
        width.set(chosen);
    });
    (chosen, choose)
}

/// None where the browser keeps nothing, as in a private window.
fn storage() -> Option<Storage> {
    web_sys::window()?.local_storage().ok()?
}

fn read() -> Option<f64> {
    let text = storage()?.get_item(KEY).ok()??;
    text.parse().ok().filter(|width: &f64| width.is_finite())
}

fn write(chosen: Option<f64>) {
    let Some(storage) = storage() else {
        return;
    };
    // A width that cannot be kept holds until the page is left.
    let _ = match chosen {
        Some(width) => storage.set_item(KEY, &width.round().to_string()),
        None => storage.remove_item(KEY),
    };
}
