//! Idempotency keys, so that the back end performs a repeated write only once.
//!
//! A draft has a random id, which is stored with it: see `state::drafts`. The key therefore survives a
//! reload before the response.

use std::cell::RefCell;
use std::collections::VecDeque;

use api_types::IDEMPOTENCY_KEY_HEADER;
use otel_web::fetch::RequestBuilder;

const ID_BYTES: usize = 16;
/// The number of keys that the page remembers. Live updates about its own requests arrive soon.
const MAX_SENT_KEYS: usize = 64;

thread_local! {
    static SENT_KEYS: RefCell<VecDeque<String>> = const { RefCell::new(VecDeque::new()) };
}

/// Adds the idempotency key.
pub(super) fn with_key(request: RequestBuilder, key: &str) -> RequestBuilder {
    SENT_KEYS.with_borrow_mut(|keys| {
        keys.push_back(key.to_owned());
        let excess = keys.len().saturating_sub(MAX_SENT_KEYS);
        keys.drain(..excess);
    });
    request.header(IDEMPOTENCY_KEY_HEADER, key)
}

/// Returns whether a request of this page had the key. A duplicated tab has the same drafts, but sends
/// its own requests.
pub(crate) fn is_of_this_page(key: &str) -> bool {
    SENT_KEYS.with_borrow(|keys| keys.iter().any(|sent| sent == key))
}

/// Returns a random id.
pub(crate) fn random_id() -> String {
    let mut bytes = [0; ID_BYTES];
    let crypto = web_sys::window().and_then(|window| window.crypto().ok());
    let filled = crypto.map(|crypto| crypto.get_random_values_with_u8_array(&mut bytes));
    if !matches!(filled, Some(Ok(_))) {
        bytes.fill_with(|| (js_sys::Math::random() * 256.0) as u8);
    }
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
