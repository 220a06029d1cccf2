//! The time by which traces age. It does not jump.
//!
//! The system's clock is put forward and back: a machine without a battery starts in 1970, and a
//! wrong year is corrected while the gateway runs. A trace must not be deleted because of it. So
//! traces age by the time that has really passed: by the system's uptime, which counts sleep and
//! is known across restarts of the gateway. While the machine is off nothing tells how long
//! that is, for the clock that would say so may be wrong; then an hour counts at most.

use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, params};

use crate::clock;

/// How much of the time counts that the machine was off.
const MAX_PAUSE: Duration = Duration::from_secs(60 * 60);

/// Between two notes of the time, in nanoseconds. What is not noted before a crash is lost.
const SAVE_EVERY_NANOS: i64 = 60_000_000_000;

const SAVED: &str = "SELECT boot, uptime, time FROM aging";

const SAVE: &str = "INSERT INTO aging (id, boot, uptime, time) VALUES (1, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET boot = excluded.boot, uptime = excluded.uptime,
        time = excluded.time";

const NEWEST: &str = "SELECT max(received) FROM trace";

/// Nanoseconds since 1970 as they were when the store was new, and as they have passed since.
#[derive(Debug)]
pub(super) struct AgingClock {
    boot: String,
    /// The time at an uptime of zero.
    offset: i64,
    saved: i64,
}

/// The time as an earlier start of the gateway noted it.
#[derive(Clone, Copy, Debug)]
struct Noted {
    time: i64,
    /// How much has passed since then, if it is known.
    elapsed: Option<i64>,
}

impl AgingClock {
    pub(super) fn open(connection: &Connection) -> rusqlite::Result<Self> {
        let (boot, uptime) = (system::boot_id(), system::uptime());
        let saved = connection.query_row(SAVED, [], |row| {
            let (saved_boot, saved_uptime): (String, i64) = (row.get(0)?, row.get(1)?);
            let is_same_boot = saved_boot == boot && !boot.is_empty() && saved_uptime <= uptime;
            Ok(Noted {
                time: row.get(2)?,
                elapsed: is_same_boot.then_some(uptime - saved_uptime),
            })
        });
        let newest: Option<i64> = connection.query_row(NEWEST, [], |row| row.get(0))?;
        let time = resumed(saved.optional()?, newest, clock::now());
        let clock = Self {
            boot,
            offset: time - uptime,
            saved: i64::MIN,
        };
        Ok(clock)
    }

    pub(super) fn now(&self) -> i64 {
        self.offset.saturating_add(system::uptime())
    }

    /// Notes the time, for the next start.
    pub(super) fn save(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        let now = self.now();
        if now.saturating_sub(self.saved) >= SAVE_EVERY_NANOS {
            let uptime = now - self.offset;
            connection.execute(SAVE, params![self.boot, uptime, now])?;
            self.saved = now;
        }
        Ok(())
    }
}

/// The time at a start of the gateway: what was noted, and what has passed since.
fn resumed(noted: Option<Noted>, newest: Option<i64>, wall: i64) -> i64 {
    let at_least = newest.unwrap_or(i64::MIN);
    let pause = i64::try_from(MAX_PAUSE.as_nanos()).unwrap_or(i64::MAX);
    match noted {
        None if newest.is_none() => wall,
        Some(Noted {
            time,
            elapsed: Some(elapsed),
        }) => time.saturating_add(elapsed).max(at_least),
        noted => {
            let last = noted.map_or(i64::MIN, |noted| noted.time).max(at_least);
            wall.clamp(last, last.saturating_add(pause))
        }
    }
}

#[cfg(target_os = "linux")]
mod system {
    use rustix::time::{ClockId, clock_gettime};

    /// Tells starts of the machine apart.
    pub(super) fn boot_id() -> String {
        let id = std::fs::read_to_string("/proc/sys/kernel/random/boot_id");
        id.unwrap_or_default().trim().to_owned()
    }

    /// Nanoseconds since the machine started, sleep included.
    pub(super) fn uptime() -> i64 {
        let time = clock_gettime(ClockId::Boottime);
        time.tv_sec * 1_000_000_000 + time.tv_nsec
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    use std::{sync::LazyLock, time::Instant};

    static STARTED: LazyLock<Instant> = LazyLock::new(Instant::now);

    /// Unknown here: each start counts as one of the machine.
    pub(super) const fn boot_id() -> String {
        String::new()
    }

    /// Nanoseconds since the gateway started.
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

    fn noted(time: i64, elapsed: Option<i64>) -> Option<Noted> {
        Some(Noted { time, elapsed })
    }

    #[test]
    fn clock_of_the_system_moves_traces_by_an_hour_at_most() {
        for (noted, newest, wall, expected) in [
            // A new store, and one whose time was never noted.
            (None, None, NOW, NOW),
            (None, Some(NOW - 30 * DAY), NOW, NOW - 30 * DAY + HOUR),
            (None, Some(NOW + 30 * DAY), NOW, NOW + 30 * DAY),
            // The machine did not stop: what has passed is known.
            (noted(NOW, Some(DAY)), Some(NOW), NOW + 30 * DAY, NOW + DAY),
            (noted(NOW, Some(DAY)), Some(NOW), 0, NOW + DAY),
            // It did.
            (noted(NOW, None), Some(NOW - 5), NOW + 60, NOW + 60),
            (noted(NOW, None), Some(NOW - 5), NOW + 30 * DAY, NOW + HOUR),
            (noted(NOW, None), Some(NOW - 5), NOW - 30 * DAY, NOW),
            (noted(NOW, None), Some(NOW + 7), NOW + 5, NOW + 7),
        ] {
            assert_eq!(resumed(noted, newest, wall), expected);
        }
    }

    #[test]
    fn time_is_noted_and_goes_on_from_there() {
        let connection = crate::store::schema::in_memory().unwrap();
        let mut clock = AgingClock::open(&connection).unwrap();
        // As if the system's clock had been a year ahead.
        clock.offset += 365 * DAY;
        clock.save(&connection).unwrap();
        let resumed = AgingClock::open(&connection).unwrap();
        let difference = resumed.now() - clock.now();
        #[cfg(target_os = "linux")]
        assert!(difference.abs() < HOUR, "{difference}");
        assert!(difference <= HOUR, "{difference}");
    }
}
