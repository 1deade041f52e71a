//! Leaves an engine alone that keeps failing.

use std::time::{Duration, Instant};

/// Opens after some failures in a row, and lets one try through when it has been open for a while.
/// Time is handed in, so that a test need not wait.
#[derive(Clone, Debug)]
pub struct Breaker {
    failures: u32,
    opened: Option<Instant>,
    threshold: u32,
    pause: Duration,
}

impl Breaker {
    /// Opens after `threshold` failures in a row, for `pause`.
    pub fn new(threshold: u32, pause: Duration) -> Self {
        Self { failures: 0, opened: None, threshold, pause }
    }

    /// Whether the engine may be asked at `now`. When the pause is over this is true once, and
    /// then again only after another pause, unless the try succeeds.
    pub fn admits(&mut self, now: Instant) -> bool {
        match self.opened {
            None => true,
            Some(opened) if now.saturating_duration_since(opened) >= self.pause => {
                self.opened = Some(now);
                true
            }
            Some(_) => false,
        }
    }

    /// It answered.
    pub fn succeeded(&mut self) {
        self.failures = 0;
        self.opened = None;
    }

    /// It failed at `now`.
    pub fn failed(&mut self, now: Instant) {
        self.failures = self.failures.saturating_add(1);
        if self.failures >= self.threshold {
            self.opened = Some(now);
        }
    }

    /// Whether it is open, for the metrics.
    pub fn is_open(&self) -> bool {
        self.opened.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_opens_after_failures_in_a_row_and_lets_one_try_through_later() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut breaker = Breaker::new(2, Duration::from_secs(60));
        breaker.failed(at(0));
        breaker.succeeded();
        breaker.failed(at(1));
        assert!(breaker.admits(at(1)));
        breaker.failed(at(2));
        assert!(breaker.is_open() && !breaker.admits(at(61)));
        assert!(breaker.admits(at(62)));
        assert!(!breaker.admits(at(63)), "one try only");
        breaker.succeeded();
        assert!(!breaker.is_open() && breaker.admits(at(63)));
    }
}
