//! The one place that asks the system for the time.

use std::time::SystemTime;

/// Nanoseconds since 1970, as signed as the store keeps them.
pub(crate) fn now() -> i64 {
    let elapsed = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    elapsed.map_or(0, |elapsed| {
        i64::try_from(elapsed.as_nanos()).unwrap_or(i64::MAX)
    })
}
