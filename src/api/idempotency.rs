//! Names each attempt to write, so that the back end writes once however often it is asked.

use std::cell::OnceCell;

use api_types::IDEMPOTENCY_KEY_HEADER;
use otel_web::fetch::RequestBuilder;

const PAGE_ID_BYTES: usize = 16;

thread_local! {
    static PAGE_ID: OnceCell<String> = const { OnceCell::new() };
}

/// Adds the key of a draft, which is unique on this page.
pub(super) fn with_key(request: RequestBuilder, draft_key: &str) -> RequestBuilder {
    let key = PAGE_ID.with(|id| format!("{}-{draft_key}", id.get_or_init(new_page_id)));
    request.header(IDEMPOTENCY_KEY_HEADER, &key)
}

/// Tells this page from all others, also from itself after a reload.
fn new_page_id() -> String {
    let mut bytes = [0; PAGE_ID_BYTES];
    let crypto = web_sys::window().and_then(|window| window.crypto().ok());
    let filled = crypto.map(|crypto| crypto.get_random_values_with_u8_array(&mut bytes));
    if !matches!(filled, Some(Ok(_))) {
        bytes.fill_with(|| (js_sys::Math::random() * 256.0) as u8);
    }
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
