//! What the queue asks of a store.

/// Texts under keys, written and read at once.
pub(crate) trait Keep {
    /// Whether there is a store at all. Where it is known that there is none, nothing is prepared for it.
    const EXISTS: bool = true;

    fn get(&self, key: &str) -> Option<String>;
    /// False when there is no room, or no store at all.
    fn set(&self, key: &str, value: &str) -> bool;
    fn remove(&self, key: &str);
    fn keys(&self) -> Vec<String>;
    /// The length of the value, 0 for none; in UTF-16 code units.
    fn length(&self, key: &str) -> usize;
}

/// No store: batches live in memory alone.
#[cfg(not(all(feature = "durable-queue", target_arch = "wasm32")))]
#[derive(Debug)]
pub(crate) struct Nowhere;

#[cfg(not(all(feature = "durable-queue", target_arch = "wasm32")))]
impl Nowhere {
    pub(crate) fn new() -> Self {
        Self
    }
}

#[cfg(not(all(feature = "durable-queue", target_arch = "wasm32")))]
impl Keep for Nowhere {
    const EXISTS: bool = false;

    fn get(&self, _key: &str) -> Option<String> {
        None
    }

    fn set(&self, _key: &str, _value: &str) -> bool {
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

/// There is none that left anything.
#[cfg(not(all(feature = "durable-queue", target_arch = "wasm32")))]
pub(crate) fn previous_page(_own: &str) -> Option<String> {
    None
}

/// Nothing is shared, so nothing is locked.
#[cfg(not(all(feature = "durable-queue", target_arch = "wasm32")))]
pub(crate) fn with_lock(_run: fn()) {}
