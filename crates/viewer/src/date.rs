//! Moments with their date and zone, as the browser's time zone has them.

use js_sys::Date;

/// A moment that a span names.
#[derive(Debug)]
pub(crate) struct Moment {
    date: Date,
}

impl Moment {
    pub(crate) fn of(unix_nano: u64) -> Self {
        // Divided as an integer: nanoseconds since 1970 have more digits than a float.
        let milliseconds = (unix_nano / 1_000_000) as f64;
        Self {
            date: Date::new(&milliseconds.into()),
        }
    }

    /// In the viewer's own time zone, to the millisecond: `2026-11-27 15:42:07.318 UTC+01:00`.
    pub(crate) fn local(&self) -> String {
        let date = &self.date;
        format!(
            "{:04}-{:02}-{:02} {:02}:{:02}:{:02}.{:03} {}",
            date.get_full_year(),
            date.get_month() + 1,
            date.get_date(),
            date.get_hours(),
            date.get_minutes(),
            date.get_seconds(),
            date.get_milliseconds(),
            zone(-date.get_timezone_offset())
        )
    }

    /// `2026-11-27T14:42:07.318Z`.
    pub(crate) fn utc(&self) -> String {
        String::from(self.date.to_iso_string())
    }
}

/// How far a sender's clock may be ahead of this one; the gateway's list has the same limit.
const MAX_AHEAD_MS: f64 = 3_600_000.0;

/// The first of January 2000: clocks that were never set are older.
const MIN_DATE_MS: f64 = 946_684_800_000.0;

/// Whether a span that is dated so was made by a clock that is wrong. Zero is no date.
pub(crate) fn is_misdated(unix_nano: u64) -> bool {
    let milliseconds = (unix_nano / 1_000_000) as f64;
    unix_nano > 0 && !(MIN_DATE_MS..=Date::now() + MAX_AHEAD_MS).contains(&milliseconds)
}

/// The zone by its minutes ahead of UTC. It changes with the date where clocks do.
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
    fn a_zone_is_written_by_its_distance_from_utc() {
        assert_eq!(zone(0.0), "UTC");
        assert_eq!(zone(60.0), "UTC+01:00");
        assert_eq!(zone(-570.0), "UTC−09:30");
    }
}
