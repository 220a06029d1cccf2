//! The system clock. No other module reads it.

use std::time::{SystemTime, UNIX_EPOCH};

use api_types::Timestamp;

pub(crate) fn now() -> Timestamp {
    let since_epoch = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Timestamp::from_millis(since_epoch.as_millis() as i64)
}
