//! Limits of event streams.

use std::time::Duration;

use api_types::live::ALIVE_INTERVAL_MS;

/// Limits of event streams.
#[derive(Clone, Copy, Debug)]
pub struct LiveLimits {
    /// The number of streams of all accounts. 64 by default: the listener gives an eighth of its 768
    /// connections to streams and closes the oldest above that, so this is less. Further ones are 503.
    pub streams: usize,
    /// The number of streams of one account. 8 by default; further ones are 429.
    pub streams_per_account: usize,
    /// The number of updates that a stream may lag behind before it is ended. 256 by default.
    pub buffered_updates: usize,
    /// The time between two `alive` events, which keep proxies from closing the stream, and between two
    /// checks of the session. 15 s by default.
    pub heartbeat: Duration,
    /// The age at which a stream is ended, so that streams of clients that vanished without closing
    /// the connection do not remain. The browser opens a new one. 10 min by default.
    pub max_age: Duration,
}

impl Default for LiveLimits {
    fn default() -> Self {
        Self {
            streams: 64,
            streams_per_account: 8,
            buffered_updates: 256,
            heartbeat: Duration::from_millis(ALIVE_INTERVAL_MS.into()),
            max_age: Duration::from_secs(600),
        }
    }
}
