//! Where the viewer is served: the root of a site, or a prefix behind a proxy.
//!
//! The page says so itself, in `<base href>`, which the gateway sets for each of its pages.

/// The address of `path`, which does not begin with a slash.
pub(crate) fn url(path: &str) -> String {
    let document = web_sys::window().and_then(|window| window.document());
    let base = document.and_then(|document| document.base_uri().ok().flatten());
    let base = base.unwrap_or_default();
    // Up to the last slash of the path, as browsers resolve what is relative.
    let end = base.find(['?', '#']).unwrap_or(base.len());
    let folder = base[..end].rfind('/').map_or("/", |slash| &base[..=slash]);
    format!("{folder}{path}")
}
