//! Time that counts: the open time of a calendar.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, Sub};

/// A length of open time, to the microsecond; never negative.
///
/// `Display` says it in hours, minutes and seconds: `26 h 05 min`. A day has no fixed number of open
/// hours, so there are no days.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BusinessTime {
    micros: i64,
}

impl BusinessTime {
    /// No time at all.
    pub const ZERO: Self = Self { micros: 0 };

    /// So many microseconds; less than none is none.
    pub fn from_micros(micros: i64) -> Self {
        Self { micros: micros.max(0) }
    }

    /// So many minutes.
    pub fn from_minutes(minutes: u32) -> Self {
        Self { micros: i64::from(minutes) * 60_000_000 }
    }

    /// The length in microseconds.
    pub fn micros(self) -> i64 {
        self.micros
    }

    /// The length in whole seconds, rounded down.
    pub fn seconds(self) -> i64 {
        self.micros / 1_000_000
    }

    /// The share of `percent` hundredths, rounded down to the microsecond.
    #[must_use]
    pub fn percent(self, percent: u8) -> Self {
        let share = i128::from(self.micros) * i128::from(percent) / 100;
        Self { micros: i64::try_from(share).unwrap_or(i64::MAX) }
    }
}

impl Add for BusinessTime {
    type Output = Self;

    /// Both together; no more than can be told.
    fn add(self, other: Self) -> Self {
        Self { micros: self.micros.saturating_add(other.micros) }
    }
}

impl Sub for BusinessTime {
    type Output = Self;

    /// What is left without `other`, perhaps none.
    fn sub(self, other: Self) -> Self {
        Self::from_micros(self.micros.saturating_sub(other.micros))
    }
}

impl Sum for BusinessTime {
    fn sum<I: Iterator<Item = Self>>(times: I) -> Self {
        times.fold(Self::ZERO, Add::add)
    }
}

impl fmt::Display for BusinessTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.seconds();
        let (hours, minutes, rest) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
        match (hours, minutes, rest) {
            (0, 0, rest) => write!(f, "{rest} s"),
            (0, minutes, 0) => write!(f, "{minutes} min"),
            (0, minutes, rest) => write!(f, "{minutes} min {rest:02} s"),
            (hours, minutes, _) => write!(f, "{hours} h {minutes:02} min"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_said_as_people_say_it() {
        for (seconds, said) in [
            (0, "0 s"),
            (59, "59 s"),
            (60, "1 min"),
            (61, "1 min 01 s"),
            (3_600, "1 h 00 min"),
            (93_900, "26 h 05 min"),
        ] {
            assert_eq!(BusinessTime::from_micros(seconds * 1_000_000).to_string(), said);
        }
    }

    #[test]
    fn it_is_never_negative_and_never_overflows() {
        let minute = BusinessTime::from_minutes(1);
        assert_eq!(BusinessTime::ZERO - minute, BusinessTime::ZERO);
        assert_eq!(BusinessTime::from_micros(-1), BusinessTime::ZERO);
        let most = BusinessTime::from_micros(i64::MAX);
        assert_eq!(most + minute, most);
        assert_eq!(most.percent(100), most);
        // 80 % of 10 minutes are 8.
        assert_eq!(BusinessTime::from_minutes(10).percent(80), BusinessTime::from_minutes(8));
    }
}
