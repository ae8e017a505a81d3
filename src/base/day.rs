//! Days: waivers and versions end on one.

use jiff::civil::Date;
use jiff::tz::TimeZone;

/// A day of the calendar, in UTC.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Day(Date);

impl Day {
    /// Returns the day that it is.
    pub fn today() -> Self {
        Self::of(super::clock::now())
    }

    /// Returns the day of a moment.
    pub fn of(moment: jiff::Timestamp) -> Self {
        Self(moment.to_zoned(TimeZone::UTC).date())
    }

    /// Returns the day of a time in seconds since 1970; nothing for one that no calendar has.
    pub fn of_seconds(seconds: i64) -> Option<Self> {
        jiff::Timestamp::from_second(seconds).ok().map(|time| Self(time.to_zoned(TimeZone::UTC).date()))
    }

    /// Parses `YYYY-MM-DD`.
    pub fn parse(text: &str) -> Option<Self> {
        let shape =
            text.len() == 10 && text.bytes().enumerate().all(|(at, c)| if at == 4 || at == 7 { c == b'-' } else { c.is_ascii_digit() });
        if shape { text.parse().ok().map(Self) } else { None }
    }

    /// Returns the day that lies `days` later.
    #[must_use]
    pub fn plus(self, days: i32) -> Self {
        Self(self.0.saturating_add(jiff::Span::new().days(days)))
    }

    /// Returns how many days lie between this day and a later one; negative where it is earlier.
    pub fn until(self, later: Self) -> i32 {
        self.0.until(later.0).map_or(0, |span| span.get_days())
    }
}

impl std::fmt::Display for Day {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_over_the_ends_of_months_and_refuses_what_is_no_day() {
        let day = Day::parse("2026-11-23").unwrap();
        assert_eq!(day.plus(180).to_string(), "2027-05-22");
        assert_eq!(day.until(day.plus(180)), 180);
        for bad in ["2026-02-30", "2026-1-1", "26-01-01", "tomorrow", "2026-11-23T00:00", ""] {
            assert_eq!(Day::parse(bad), None, "{bad}");
        }
    }
}
