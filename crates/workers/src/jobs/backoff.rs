//! How long to wait before the next try.

use std::time::Duration;

/// Exponential, with jitter: many jobs that failed together do not come back together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backoff {
    /// After the first try.
    pub first: Duration,
    /// At most.
    pub most: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Self { first: Duration::from_secs(2), most: Duration::from_secs(600) }
    }
}

impl Backoff {
    /// The wait after try `tries` (from 1): it doubles with each, and is then shortened by up to a
    /// half, as `entropy` has it.
    pub(super) fn after(self, tries: u32, entropy: [u8; 4]) -> Duration {
        let doubled = self.first.saturating_mul(2_u32.saturating_pow(tries.saturating_sub(1)));
        let share = f64::from(u32::from_le_bytes(entropy)) / f64::from(u32::MAX);
        doubled.min(self.most).mul_f64(1.0 - share / 2.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_doubles_to_a_limit_and_is_never_shorter_than_half_of_it() {
        let backoff = Backoff { first: Duration::from_secs(2), most: Duration::from_secs(60) };
        let (least, most) = ([0xff; 4], [0; 4]);
        assert_eq!(backoff.after(1, most), Duration::from_secs(2));
        assert_eq!(backoff.after(1, least), Duration::from_secs(1));
        assert_eq!(backoff.after(4, most), Duration::from_secs(16));
        assert_eq!(backoff.after(1_000_000, most), Duration::from_secs(60));
        assert_eq!(backoff.after(u32::MAX, least), Duration::from_secs(30));
    }
}
