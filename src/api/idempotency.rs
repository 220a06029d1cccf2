//! Idempotency keys, so that the back end performs a repeated write only once.

use std::cell::OnceCell;

use api_types::IDEMPOTENCY_KEY_HEADER;
use otel_web::fetch::RequestBuilder;

const PAGE_ID_BYTES: usize = 16;

thread_local! {
    static PAGE_ID: OnceCell<String> = const { OnceCell::new() };
}

/// Adds the idempotency key: the draft's key, prefixed with a random id of this page load.
pub(super) fn with_key(request: RequestBuilder, draft_key: &str) -> RequestBuilder {
    request.header(IDEMPOTENCY_KEY_HEADER, &(page_prefix() + draft_key))
}

/// Returns whether a request of this page had the key.
pub(crate) fn is_of_this_page(key: &str) -> bool {
    key.starts_with(&page_prefix())
}

fn page_prefix() -> String {
    PAGE_ID.with(|id| format!("{}-", id.get_or_init(new_page_id)))
}

/// Returns a random id, new with each page load.
fn new_page_id() -> String {
    let mut bytes = [0; PAGE_ID_BYTES];
    let crypto = web_sys::window().and_then(|window| window.crypto().ok());
    let filled = crypto.map(|crypto| crypto.get_random_values_with_u8_array(&mut bytes));
    if !matches!(filled, Some(Ok(_))) {
        bytes.fill_with(|| (js_sys::Math::random() * 256.0) as u8);
    }
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
