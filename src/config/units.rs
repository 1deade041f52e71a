//! Numbers with units.

use std::time::Duration;

use anyhow::{Result, bail};

/// Reads `500ms`, `30s`, `5m`, `2h` or `7d`; a space before the unit is fine.
pub(super) fn duration(text: &str) -> Result<Duration> {
    let (number, unit) = split(text);
    let Ok(number) = number.parse::<u64>() else { bail!("a duration like 30s or 5m is expected") };
    let milliseconds = match unit {
        "ms" => Some(1),
        "s" => Some(1000),
        "m" => Some(60_000),
        "h" => Some(3_600_000),
        "d" => Some(86_400_000),
        _ => bail!("a duration needs one of the units ms, s, m, h, d"),
    };
    match milliseconds.and_then(|unit: u64| unit.checked_mul(number)) {
        Some(milliseconds) => Ok(Duration::from_millis(milliseconds)),
        None => bail!("the duration is too long"),
    }
}

/// Reads bytes: `4096`, `512 KiB`, `20MB`.
pub(super) fn size(text: &str) -> Result<usize> {
    let (number, unit) = split(text);
    let Ok(number) = number.parse::<usize>() else { bail!("a size like 512 KiB is expected") };
    let unit: usize = match unit.to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "kb" => 1000,
        "mb" => 1_000_000,
        "gb" => 1_000_000_000,
        "k" | "kib" => 1 << 10,
        "m" | "mib" => 1 << 20,
        "g" | "gib" => 1 << 30,
        _ => bail!("a size takes one of the units B, kB, MB, GB, KiB, MiB, GiB"),
    };
    match number.checked_mul(unit) {
        Some(bytes) => Ok(bytes),
        None => bail!("the size is too large"),
    }
}

fn split(text: &str) -> (&str, &str) {
    let text = text.trim();
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    (&text[..end], text[end..].trim_start())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_units() {
        assert_eq!(duration("500ms").unwrap(), Duration::from_millis(500));
        assert_eq!(duration(" 7 d ").unwrap(), Duration::from_secs(7 * 86_400));
        for bad in ["", "5", "s", "-5s", "1.5s", "5 weeks", "999999999999999999d"] {
            assert!(duration(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn sizes_may_have_units() {
        assert_eq!(size("4096").unwrap(), 4096);
        assert_eq!(size("1 MiB").unwrap(), 1 << 20);
        assert_eq!(size("20mb").unwrap(), 20_000_000);
        for bad in ["", "MiB", "1 TiB", "-1", "99999999999999999999"] {
            assert!(size(bad).is_err(), "{bad}");
        }
    }
}
