//! The only place that reads the system's clock.

use std::time::SystemTime;

/// Returns nanoseconds since 1970, signed as in the database.
pub(crate) fn now() -> i64 {
    let elapsed = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    elapsed.map_or(0, |elapsed| {
        i64::try_from(elapsed.as_nanos()).unwrap_or(i64::MAX)
    })
}
