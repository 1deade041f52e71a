//! Moments as people and programs write them into files.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, SubsecRound, Utc};
use domain::Timestamp;

/// Reads RFC 3339; or a date and time without a zone, or a date alone, which are taken as UTC.
pub(crate) fn parse_moment(text: &str) -> Option<Timestamp> {
    const WITHOUT_ZONE: [&str; 6] = [
        "%Y-%m-%d %H:%M:%S%.f",
        "%Y-%m-%dT%H:%M:%S%.f",
        "%Y-%m-%d %H:%M",
        "%Y-%m-%dT%H:%M",
        "%Y/%m/%d %H:%M:%S%.f",
        "%Y/%m/%d %H:%M",
    ];
    let text = text.trim();
    let utc = text.strip_suffix(" UTC").unwrap_or(text);
    let zoned = DateTime::parse_from_rfc3339(text)
        .or_else(|_| DateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f%#z"))
        .map(|at| at.with_timezone(&Utc));
    let moment = zoned.ok().or_else(|| {
        let time = WITHOUT_ZONE.iter().find_map(|f| NaiveDateTime::parse_from_str(utc, f).ok());
        let date = || {
            let date = ["%Y-%m-%d", "%Y/%m/%d"].iter();
            let date = date.filter_map(|format| NaiveDate::parse_from_str(utc, format).ok()).next();
            date.map(|date| date.and_time(NaiveTime::MIN))
        };
        time.or_else(date).map(|naive| naive.and_utc())
    })?;
    // What a database can keep, and no year that is surely a slip of the pen.
    let year = chrono::Datelike::year(&moment);
    (1900..=9999).contains(&year).then(|| moment.trunc_subsecs(6))
}

#[cfg(test)]
mod tests {
    use super::parse_moment;

    #[test]
    fn moments_are_read_as_utc_unless_they_say_otherwise() {
        let noon = Some("2026-03-01T12:00:00Z".parse().unwrap());
        for text in [
            "2026-03-01T12:00:00Z",
            "2026-03-01T20:00:00+08:00",
            "2026-03-01 12:00:00",
            "2026-03-01T12:00:00.000",
            "2026-03-01 12:00",
            " 2026/03/01 12:00:00 ",
            "2026-03-01 12:00:00 UTC",
            "2026-03-01 12:00:00+00:00",
            "2026-03-01 13:00:00+01",
        ] {
            assert_eq!(parse_moment(text), noon, "{text}");
        }
        assert_eq!(parse_moment("2026-03-01"), Some("2026-03-01T00:00:00Z".parse().unwrap()));
    }

    #[test]
    fn what_is_no_moment_is_refused() {
        for text in ["", "yesterday", "2026-02-30", "01.03.2026", "0001-01-01", "1772366400"] {
            assert_eq!(parse_moment(text), None, "{text}");
        }
    }
}
