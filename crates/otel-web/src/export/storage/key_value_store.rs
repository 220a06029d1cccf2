//! The storage interface of the batch queue.

/// A synchronous store of bytes.
pub(crate) trait KeyValueStore {
    /// False if nothing can ever be stored. The queue then skips all preparations for it.
    const IS_AVAILABLE: bool = true;

    fn get(&self, key: &str) -> Option<Vec<u8>>;
    /// Returns false if the value was not stored.
    fn set(&self, key: &str, value: &[u8]) -> bool;
    fn remove(&self, key: &str);
    fn keys(&self) -> Vec<String>;
    /// Returns the length of a value, or 0 if it is missing.
    fn length(&self, key: &str) -> usize;
}

/// Stores nothing, so that batches exist in memory only.
#[cfg(not(all(feature = "durable-queue", target_arch = "wasm32")))]
#[derive(Debug)]
pub(crate) struct NoStore;

#[cfg(not(all(feature = "durable-queue", target_arch = "wasm32")))]
impl NoStore {
    pub(crate) fn new() -> Self {
        Self
    }
}

#[cfg(not(all(feature = "durable-queue", target_arch = "wasm32")))]
impl KeyValueStore for NoStore {
    const IS_AVAILABLE: bool = false;

    fn get(&self, _key: &str) -> Option<Vec<u8>> {
        None
    }

    fn set(&self, _key: &str, _value: &[u8]) -> bool {
        false
    }

    fn remove(&self, _key: &str) {}

    fn keys(&self) -> Vec<String> {
        Vec::new()
    }

    fn length(&self, _key: &str) -> usize {
        0
    }
}

/// Returns `None`, since no page has stored anything.
#[cfg(not(all(feature = "durable-queue", target_arch = "wasm32")))]
pub(crate) fn previous_page_id(_own: &str) -> Option<String> {
    None
}

/// Does nothing, since there is nothing to adopt.
#[cfg(not(all(feature = "durable-queue", target_arch = "wasm32")))]
pub(crate) fn with_lock(_run: fn()) {}
