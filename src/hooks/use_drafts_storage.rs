//! Stores the drafts in this tab, so that they survive a reload.

use web_sys::Storage;
use yew::prelude::*;

use crate::state::drafts::{DraftAction, Drafts};
use crate::state::use_store;

/// The key in `sessionStorage`, which other tabs and later visits do not read.
const KEY: &str = "cruddur.drafts";

/// Restores the drafts once, and stores them after each change.
#[hook]
pub(crate) fn use_drafts_storage() {
    let drafts = use_store::<Drafts>();
    let dispatch = drafts.dispatcher();
    use_effect_with((), move |()| {
        if let Some(stored) = load() {
            dispatch.dispatch(DraftAction::Restored(stored));
        }
    });
    use_effect_with(drafts.entries(), |entries| {
        // Storage may be unavailable or full. The drafts then last until the page is closed.
        let _ = save(entries);
    });
}

fn load() -> Option<Vec<(String, String)>> {
    let text = storage()?.get_item(KEY).ok()??;
    let value = js_sys::JSON::parse(&text).ok()?;
    serde_wasm_bindgen::from_value(value).ok()
}

fn save(entries: &[(String, String)]) -> Option<()> {
    let value = serde_wasm_bindgen::to_value(entries).ok()?;
    let text = js_sys::JSON::stringify(&value).ok()?.as_string()?;
    storage()?.set_item(KEY, &text).ok()
}

fn storage() -> Option<Storage> {
    web_sys::window()?.session_storage().ok()?
}
