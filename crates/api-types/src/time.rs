//! Timestamps: milliseconds since the Unix epoch, serialized as
//! [RFC 3339](https://www.rfc-editor.org/rfc/rfc3339).
//!
//! A date library would add tens of kilobytes to the page. The conversion between days and calendar
//! dates counts years from March, which puts the leap day at the end of the year, in cycles of
//! 400 years (146 097 days).

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

const MILLIS_PER_DAY: i64 = 86_400_000;
/// Days from 1 March of the year 0 to 1 January 1970.
const DAYS_TO_EPOCH: i64 = 719_468;

/// Milliseconds since 1970-01-01T00:00:00Z.
///
/// ```
/// use api_types::Timestamp;
///
/// let time: Timestamp = "2026-11-22T16:15:45.5Z".parse().unwrap();
/// assert_eq!(time.date(), (2026, 11, 22));
/// assert_eq!(time.to_string(), "2026-11-22T16:15:45.500Z");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Timestamp(i64);

impl Timestamp {
    /// Creates a timestamp from milliseconds since the Unix epoch.
    #[must_use]
    pub fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Returns the milliseconds since the Unix epoch.
    #[must_use]
    pub fn as_millis(self) -> i64 {
        self.0
    }

    /// Returns the year, month (1-12) and day (1-31) in UTC.
    #[must_use]
    pub fn date(self) -> (i64, u32, u32) {
        date_of(self.0.div_euclid(MILLIS_PER_DAY))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.date();
        let millis = self.0.rem_euclid(MILLIS_PER_DAY);
        let (hour, minute) = (millis / 3_600_000, millis / 60_000 % 60);
        let (second, milli) = (millis / 1000 % 60, millis % 1000);
        write!(
            f,
            "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{milli:03}Z"
        )
    }
}

/// The error for a string that is not an RFC 3339 time, with or without an offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParseTimestampError;

impl fmt::Display for ParseTimestampError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected a time such as 2026-11-22T16:15:45.123Z")
    }
}

impl std::error::Error for ParseTimestampError {}

impl FromStr for Timestamp {
    type Err = ParseTimestampError;

    fn from_str(text: &str) -> Result<Self, ParseTimestampError> {
        parse(text).map(Self).ok_or(ParseTimestampError)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

fn parse(text: &str) -> Option<i64> {
    let (date, time) = text.split_once(['T', 't', ' '])?;
    let (time, offset_minutes) = split_offset(time)?;
    let (time, fraction) = time.split_once('.').unwrap_or((time, "0"));
    let [year, month, day] = numbers(date, '-')?;
    let [hour, minute, second] = numbers(time, ':')?;
    let in_range = (1..=12).contains(&month)
        && (1..=days_in_month(year, month)).contains(&day)
        && hour < 24
        && minute < 60
        && second <= 60;
    let seconds = (hour * 60 + minute - offset_minutes) * 60 + second;
    let days = days_of(year, month, day);
    in_range.then_some(days * MILLIS_PER_DAY + seconds * 1000 + millis_of(fraction)?)
}

/// Splits `16:15:45+01:00` into the time and its offset from UTC in minutes.
fn split_offset(time: &str) -> Option<(&str, i64)> {
    if let Some(time) = time.strip_suffix(['Z', 'z']) {
        return Some((time, 0));
    }
    let Some(at) = time.rfind(['+', '-']) else {
        return Some((time, 0));
    };
    let [hours, minutes] = numbers(&time[at + 1..], ':')?;
    let sign = if time[at..].starts_with('-') { -1 } else { 1 };
    Some((&time[..at], sign * (hours * 60 + minutes)))
}

fn numbers<const N: usize>(text: &str, separator: char) -> Option<[i64; N]> {
    let mut parts = text.split(separator);
    let mut numbers = [0; N];
    for number in &mut numbers {
        let part = parts
            .next()
            .filter(|part| is_digits(part) && part.len() <= 4)?;
        *number = part.parse().ok()?;
    }
    parts.next().is_none().then_some(numbers)
}

fn millis_of(fraction: &str) -> Option<i64> {
    let digits = fraction.get(..3).unwrap_or(fraction);
    is_digits(fraction).then(|| format!("{digits:0<3}").parse().ok())?
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn days_in_month(year: i64, month: i64) -> i64 {
    let next = if month == 12 {
        (year + 1, 1)
    } else {
        (year, month + 1)
    };
    days_of(next.0, next.1, 1) - days_of(year, month, 1)
}

fn days_of(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    year * 365 + leap_days + day_of_year - DAYS_TO_EPOCH
}

fn date_of(days: i64) -> (i64, u32, u32) {
    let days = days + DAYS_TO_EPOCH;
    let day_of_cycle = days.rem_euclid(146_097);
    let year_of_cycle =
        (day_of_cycle - day_of_cycle / 1460 + day_of_cycle / 36_524 - day_of_cycle / 146_096) / 365;
    let leap_days = year_of_cycle / 4 - year_of_cycle / 100;
    let day_of_year = day_of_cycle - 365 * year_of_cycle - leap_days;
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let year = days.div_euclid(146_097) * 400 + year_of_cycle + i64::from(month >= 10);
    (year, ((month + 2) % 12 + 1) as u32, day as u32)
}

#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for Timestamp {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        use utoipa::openapi::{KnownFormat, ObjectBuilder, SchemaFormat, Type};
        let format = SchemaFormat::KnownFormat(KnownFormat::DateTime);
        let object = ObjectBuilder::new().schema_type(Type::String);
        object.format(Some(format)).into()
    }
}

#[cfg(feature = "openapi")]
impl utoipa::ToSchema for Timestamp {}

#[cfg(test)]
mod tests {
    use super::*;

    fn millis(text: &str) -> Result<i64, ParseTimestampError> {
        text.parse().map(Timestamp::as_millis)
    }

    #[test]
    fn times_parse_with_and_without_offset() {
        assert_eq!(millis("1970-01-01T00:00:00Z"), Ok(0));
        assert_eq!(
            millis("2022-11-22T16:15:45.123456+00:00"),
            Ok(1_669_133_745_123)
        );
        assert_eq!(millis("2022-11-22T17:15:45.1+01:00"), Ok(1_669_133_745_100));
        assert_eq!(millis("2022-11-22T08:45:45-07:30"), Ok(1_669_133_745_000));
        assert_eq!(millis("2022-11-22 16:15:45"), Ok(1_669_133_745_000));
    }

    #[test]
    fn invalid_times_are_errors() {
        let texts = [
            "",
            "now",
            "2022-11-22",
            "2022-13-01T00:00:00Z",
            "2023-02-29T00:00:00Z",
        ];
        for text in texts
            .into_iter()
            .chain(["2022-11-22T24:00:00Z", "2022-11-22T1:é:00Z"])
        {
            assert_eq!(millis(text), Err(ParseTimestampError), "{text}");
        }
    }

    #[test]
    fn every_day_of_1600_years_survives_a_round_trip_in_order() {
        let mut previous = (1599, 12, 31);
        for days in days_of(1600, 1, 1)..days_of(3200, 1, 1) {
            let date = date_of(days);
            assert!(date > previous, "{date:?} after {previous:?}");
            assert_eq!(days_of(date.0, date.1.into(), date.2.into()), days);
            previous = date;
        }
        assert_eq!(previous, (3199, 12, 31));
    }

    #[test]
    fn timestamps_are_displayed_in_utc_with_milliseconds() {
        let leap_day = Timestamp::from_millis(1_709_210_096_789);
        assert_eq!(leap_day.to_string(), "2024-02-29T12:34:56.789Z");
        assert_eq!(leap_day.to_string().parse(), Ok(leap_day));
        assert_eq!(
            Timestamp::from_millis(-1).to_string(),
            "1969-12-31T23:59:59.999Z"
        );
    }
}
