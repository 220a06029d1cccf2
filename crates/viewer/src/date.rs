//! Dates and times of day in the browser's time zone.

use js_sys::Date;

/// A point in time.
#[derive(Debug)]
pub(crate) struct Timestamp {
    date: Date,
}

impl Timestamp {
    pub(crate) fn from_unix_nano(unix_nano: u64) -> Self {
        // Divided as an integer, because a float cannot hold today's nanoseconds exactly.
        let milliseconds = (unix_nano / 1_000_000) as f64;
        Self {
            date: Date::new(&milliseconds.into()),
        }
    }

    /// Formats in the browser's time zone: `2026-11-27 15:42:07.318 UTC+01:00`.
    pub(crate) fn local(&self) -> String {
        format!(
            "{:04}-{} {}",
            self.date.get_full_year(),
            self.short(),
            zone(-self.date.get_timezone_offset())
        )
    }

    /// Formats day and time in the browser's time zone: `11-27 15:42:07.318`.
    pub(crate) fn short(&self) -> String {
        let date = &self.date;
        format!(
            "{:02}-{:02} {:02}:{:02}:{:02}.{:03}",
            date.get_month() + 1,
            date.get_date(),
            date.get_hours(),
            date.get_minutes(),
            date.get_seconds(),
            date.get_milliseconds(),
        )
    }

    /// Formats in UTC: `2026-11-27T14:42:07.318Z`.
    pub(crate) fn utc(&self) -> String {
        String::from(self.date.to_iso_string())
    }
}

/// How far a sender's clock may be ahead of this one. The gateway has the same limit.
const MAX_AHEAD_MS: f64 = 3_600_000.0;

/// January 1, 2000. A clock that was never set is older.
const MIN_DATE_MS: f64 = 946_684_800_000.0;

/// Returns whether the date of a span must come from a wrong clock. Zero means "no date".
pub(crate) fn is_misdated(unix_nano: u64) -> bool {
    let milliseconds = (unix_nano / 1_000_000) as f64;
    unix_nano > 0 && !(MIN_DATE_MS..=Date::now() + MAX_AHEAD_MS).contains(&milliseconds)
}

/// Formats an offset from UTC, in minutes. The offset of a zone depends on the date.
fn zone(minutes: f64) -> String {
    let size = minutes.abs() as u32;
    if size == 0 {
        return "UTC".to_owned();
    }
    let sign = if minutes < 0.0 { '−' } else { '+' };
    format!("UTC{sign}{:02}:{:02}", size / 60, size % 60)
}

#[cfg(test)]
mod tests {
    use super::zone;

    #[test]
    fn zones_are_written_as_offsets_from_utc() {
        assert_eq!(zone(0.0), "UTC");
        assert_eq!(zone(60.0), "UTC+01:00");
        assert_eq!(zone(-570.0), "UTC−09:30");
    }
}
