//! The platform of a host, for tests without a browser.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::sync::OnceLock;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

pub(crate) fn wall_ms() -> f64 {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH);
    since_epoch.map_or(0.0, |elapsed| elapsed.as_secs_f64() * 1_000.0)
}

/// Returns whole seconds since 1970.
pub(crate) fn wall_s() -> u32 {
    (wall_ms() / 1_000.0) as u32
}

pub(crate) fn monotonic_ms() -> f64 {
    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed().as_secs_f64() * 1_000.0
}

pub(crate) fn time_origin_ms() -> f64 {
    wall_ms() - monotonic_ms()
}

pub(crate) fn parse_number(text: &str) -> f64 {
    text.trim().parse().unwrap_or(f64::NAN)
}

/// Resolves paths against `https://page.example`, since a host has no page.
pub(crate) fn absolute_url(text: &str) -> Option<String> {
    let base = if text.starts_with('/') {
        "https://page.example"
    } else {
        ""
    };
    (!text.contains('@')).then(|| [base, text].concat())
}

pub(crate) fn random() -> f64 {
    (RandomState::new().build_hasher().finish() >> 11) as f64 / (1_u64 << 53) as f64
}

pub(crate) fn fill_random(bytes: &mut [u8]) {
    for chunk in bytes.chunks_mut(8) {
        let random = RandomState::new().build_hasher().finish().to_le_bytes();
        chunk.copy_from_slice(&random[..chunk.len()]);
    }
}

pub(crate) fn warn(message: &str) {
    eprintln!("{message}");
}

pub(crate) fn storage_get(_key: &str) -> Option<String> {
    None
}

pub(crate) fn storage_set(_key: &str, _text: &str) {}

pub(crate) fn tab_storage_get(_key: &str) -> Option<String> {
    None
}

pub(crate) fn tab_storage_set(_key: &str, _text: &str) {}

/// Does nothing, since a host has no event loop.
pub(crate) fn in_next_task(_code: Box<dyn FnOnce()>) {}

/// A timer that never fires, since a host has no event loop.
pub(crate) struct Timer;

impl Timer {
    pub(crate) fn new(_callback: fn()) -> Self {
        Self
    }

    #[expect(
        clippy::unused_self,
        clippy::needless_pass_by_ref_mut,
        reason = "the signature of the browser's timer"
    )]
    pub(crate) fn set(&mut self, _delay_ms: f64) {}
}
