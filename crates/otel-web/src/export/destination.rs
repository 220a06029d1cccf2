//! The receiver of batches.

/// Where and how batches are sent.
#[derive(Debug)]
pub(crate) struct Destination {
    /// The absolute URL, normalized by the browser.
    pub(crate) url: String,
    pub(crate) headers: Vec<(String, String)>,
    /// The encoded resource.
    pub(crate) resource: Vec<u8>,
    /// The application's setting for compression.
    pub(crate) compression: Option<bool>,
}
