//! The width of the name column, stored in the browser.

use web_sys::Storage;
use yew::{
    Callback,
    functional::{use_callback, use_state_eq},
    hook,
};

const STORAGE_KEY: &str = "trace-viewer.names-width";

/// Returns the chosen width in CSS pixels, if any, and a callback that changes it.
#[hook]
pub(crate) fn use_names_width() -> (Option<f64>, Callback<Option<f64>>) {
    let width = use_state_eq(load);
    let chosen = *width;
    let choose = use_callback((), move |chosen: Option<f64>, ()| {
        save(chosen);
        width.set(chosen);
    });
    (chosen, choose)
}

/// `None` if the browser does not allow storage, as in some private windows.
fn storage() -> Option<Storage> {
    web_sys::window()?.local_storage().ok()?
}

fn load() -> Option<f64> {
    let text = storage()?.get_item(STORAGE_KEY).ok()??;
    text.parse().ok().filter(|width: &f64| width.is_finite())
}

fn save(chosen: Option<f64>) {
    let Some(storage) = storage() else {
        return;
    };
    // If it fails, the width applies until the page is closed.
    let _ = match chosen {
        Some(width) => storage.set_item(STORAGE_KEY, &width.round().to_string()),
        None => storage.remove_item(STORAGE_KEY),
    };
}
