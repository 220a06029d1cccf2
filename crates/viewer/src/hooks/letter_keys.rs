//! Whether single characters are shortcuts. People who use speech input or press keys by accident
//! can switch them off (WCAG 2.1.4). The setting is stored in the browser.

use web_sys::Storage;

const STORAGE_KEY: &str = "trace-viewer.letter-keys";
const OFF: &str = "off";

/// `None` if the browser does not allow storage, as in some private windows.
fn storage() -> Option<Storage> {
    web_sys::window()?.local_storage().ok()?
}

/// Returns whether single characters are shortcuts.
pub(crate) fn are_letters_keys() -> bool {
    let stored = storage().and_then(|storage| storage.get_item(STORAGE_KEY).ok()?);
    stored.as_deref() != Some(OFF)
}

/// Stores whether single characters are shortcuts.
pub(crate) fn set_letters_as_keys(on: bool) {
    let Some(storage) = storage() else {
        return;
    };
    // If it fails, the characters stay what they were.
    let _ = if on {
        storage.remove_item(STORAGE_KEY)
    } else {
        storage.set_item(STORAGE_KEY, OFF)
    };
}
