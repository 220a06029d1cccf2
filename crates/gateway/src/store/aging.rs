//! The time by which traces age. It never jumps.
//!
//! The system's clock does: a machine without a battery starts in 1970, and a wrong year is
//! corrected while the gateway runs. No trace may expire for that reason. So traces age by the
//! system's uptime, which includes sleep and continues across restarts of the gateway. The
//! uptime does not show how long the machine was off, and the clock may be wrong. So at most
//! an hour of that counts.

use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, params};

use crate::clock;

/// How much counts of the time that the machine was off.
const MAX_OFF_TIME: Duration = Duration::from_hours(1);

/// The interval at which the time is saved, in nanoseconds. A crash loses the time since.
const SAVE_INTERVAL_NANOS: i64 = 60_000_000_000;

const SAVED: &str = "SELECT boot, uptime, time FROM aging";

const SAVE: &str = "INSERT INTO aging (id, boot, uptime, time) VALUES (1, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET boot = excluded.boot, uptime = excluded.uptime,
        time = excluded.time";

const NEWEST_ARRIVAL: &str = "SELECT max(received) FROM trace";

/// A clock that started with the system's time when the store was created, and does not follow
/// its changes. It counts nanoseconds since 1970.
#[derive(Debug)]
pub(super) struct AgingClock {
    boot: String,
    /// The time at an uptime of zero.
    offset: i64,
    saved_at: i64,
}

/// The time that an earlier run of the gateway saved.
#[derive(Clone, Copy, Debug)]
struct SavedTime {
    time: i64,
    /// The time since then. `None` if the machine was off meanwhile.
    elapsed: Option<i64>,
}

impl AgingClock {
    pub(super) fn open(connection: &Connection) -> rusqlite::Result<Self> {
        let (boot, uptime) = (system::boot_id(), system::uptime());
        let saved = connection.query_row(SAVED, [], |row| {
            let (saved_boot, saved_uptime): (String, i64) = (row.get(0)?, row.get(1)?);
            let is_same_boot = saved_boot == boot && !boot.is_empty() && saved_uptime <= uptime;
            Ok(SavedTime {
                time: row.get(2)?,
                elapsed: is_same_boot.then_some(uptime - saved_uptime),
            })
        });
        let newest: Option<i64> = connection.query_row(NEWEST_ARRIVAL, [], |row| row.get(0))?;
        let time = resume(saved.optional()?, newest, clock::now());
        let clock = Self {
            boot,
            offset: time - uptime,
            saved_at: i64::MIN,
        };
        Ok(clock)
    }

    pub(super) fn now(&self) -> i64 {
        self.offset.saturating_add(system::uptime())
    }

    /// Saves the time for the next start, if the last save was long enough ago.
    pub(super) fn save(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        let now = self.now();
        if now.saturating_sub(self.saved_at) >= SAVE_INTERVAL_NANOS {
            let uptime = now - self.offset;
            connection.execute(SAVE, params![self.boot, uptime, now])?;
            self.saved_at = now;
        }
        Ok(())
    }
}

/// Returns the time at a start of the gateway: the saved time, and the time since then. `newest`
/// is the arrival of the newest trace, and `wall` is the system's time.
fn resume(saved: Option<SavedTime>, newest: Option<i64>, wall: i64) -> i64 {
    let at_least = newest.unwrap_or(i64::MIN);
    let max_off_time = i64::try_from(MAX_OFF_TIME.as_nanos()).unwrap_or(i64::MAX);
    match saved {
        None if newest.is_none() => wall,
        Some(SavedTime {
            time,
            elapsed: Some(elapsed),
        }) => time.saturating_add(elapsed).max(at_least),
        saved => {
            let last = saved.map_or(i64::MIN, |saved| saved.time).max(at_least);
            wall.clamp(last, last.saturating_add(max_off_time))
        }
    }
}

#[cfg(target_os = "linux")]
mod system {
    use rustix::time::{ClockId, clock_gettime};

    /// Returns a different id after each start of the machine.
    pub(super) fn boot_id() -> String {
        let id = std::fs::read_to_string("/proc/sys/kernel/random/boot_id");
        id.unwrap_or_default().trim().to_owned()
    }

    /// Returns the nanoseconds since the machine started, including sleep.
    pub(super) fn uptime() -> i64 {
        let time = clock_gettime(ClockId::Boottime);
        time.tv_sec * 1_000_000_000 + time.tv_nsec
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    use std::{sync::LazyLock, time::Instant};

    static STARTED: LazyLock<Instant> = LazyLock::new(Instant::now);

    /// Not known on this system, so each start counts as one of the machine.
    pub(super) const fn boot_id() -> String {
        String::new()
    }

    /// Returns the nanoseconds since the gateway started.
    pub(super) fn uptime() -> i64 {
        i64::try_from(STARTED.elapsed().as_nanos()).unwrap_or(i64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 86_400_000_000_000;
    const HOUR: i64 = DAY / 24;
    const NOW: i64 = 20_000 * DAY;

    fn saved(time: i64, elapsed: Option<i64>) -> Option<SavedTime> {
        Some(SavedTime { time, elapsed })
    }

    #[test]
    fn system_clock_ages_traces_by_an_hour_at_most() {
        for (saved, newest, wall, expected) in [
            // A new store, and one whose time was never saved.
            (None, None, NOW, NOW),
            (None, Some(NOW - 30 * DAY), NOW, NOW - 30 * DAY + HOUR),
            (None, Some(NOW + 30 * DAY), NOW, NOW + 30 * DAY),
            // The machine was on, so the elapsed time is known.
            (saved(NOW, Some(DAY)), Some(NOW), NOW + 30 * DAY, NOW + DAY),
            (saved(NOW, Some(DAY)), Some(NOW), 0, NOW + DAY),
            // The machine was off.
            (saved(NOW, None), Some(NOW - 5), NOW + 60, NOW + 60),
            (saved(NOW, None), Some(NOW - 5), NOW + 30 * DAY, NOW + HOUR),
            (saved(NOW, None), Some(NOW - 5), NOW - 30 * DAY, NOW),
            (saved(NOW, None), Some(NOW + 7), NOW + 5, NOW + 7),
        ] {
            assert_eq!(resume(saved, newest, wall), expected);
        }
    }

    #[test]
    fn saved_time_is_resumed() {
        let connection = crate::store::schema::in_memory().unwrap();
        let mut clock = AgingClock::open(&connection).unwrap();
        // The same as a system clock that was a year ahead.
        clock.offset += 365 * DAY;
        clock.save(&connection).unwrap();
        let resumed = AgingClock::open(&connection).unwrap();
        let difference = resumed.now() - clock.now();
        #[cfg(target_os = "linux")]
        assert!(difference.abs() < HOUR, "{difference}");
        assert!(difference <= HOUR, "{difference}");
    }
}
