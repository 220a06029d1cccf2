//! The base address of the viewer: the root of a site, or a prefix behind a proxy.
//!
//! The gateway sets `<base href>` in each page that it serves.

use crate::standalone::is_standalone;

/// Returns the address of a page, given by its path without the first slash and its parameters.
pub(crate) fn page(path: &str) -> String {
    if !is_standalone() {
        return url(path);
    }
    // A file cannot have other paths, so the page is in the fragment.
    let location = web_sys::window().map(|window| window.location());
    let file = location.and_then(|location| location.href().ok());
    let file = file.unwrap_or_default();
    let file = file.split('#').next().unwrap_or_default();
    format!("{file}#/{path}")
}

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
