//! Documents that the gateway answers with.

use serde::de::DeserializeOwned;

/// A value that is read from a JSON document.
pub(crate) trait Document: Sized {
    fn read(document: &str) -> Result<Self, serde_json::Error>;
}

impl<T: DeserializeOwned> Document for T {
    fn read(document: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(document)
    }
}
