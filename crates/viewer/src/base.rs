//! The base address of the viewer: the root of a site, or a prefix behind a proxy.
//!
//! The gateway sets `<base href>` in each page that it serves.

/// Returns the address of `path`, which must not begin with a slash.
pub(crate) fn url(path: &str) -> String {
    let document = web_sys::window().and_then(|window| window.document());
    let base = document.and_then(|document| document.base_uri().ok().flatten());
    let base = base.unwrap_or_default();
    // Up to the last slash of the path, as browsers resolve relative addresses.
    let end = base.find(['?', '#']).unwrap_or(base.len());
    let folder = base[..end].rfind('/').map_or("/", |slash| &base[..=slash]);
    format!("{folder}{path}")
}
