//! A circuit breaker: a system that fails again and again is left alone for a while.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use domain::Timestamp;

/// Failures in a row after which a system is left alone.
pub const FAILURES: u32 = 5;
/// For how long.
pub const REST: Duration = Duration::from_secs(30);

/// Whether a system may be asked just now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    /// It may.
    Go,
    /// Not before so much time has passed.
    Wait(Duration),
}

/// How it stands with a system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BreakerState {
    /// It is asked.
    Closed,
    /// One request tries whether it works again.
    HalfOpen,
    /// It is left alone.
    Open,
}

/// The breaker of one system.
#[derive(Debug, Default)]
pub struct Breaker(Mutex<Inner>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Inner {
    Closed {
        /// In a row.
        failures: u32,
    },
    Open {
        since: Timestamp,
    },
    /// One is on its way since then. It may never tell how it went: its process may have stopped working on it.
    HalfOpen {
        since: Timestamp,
    },
}

impl Default for Inner {
    fn default() -> Self {
        Self::Closed { failures: 0 }
    }
}

impl Breaker {
    /// Whether a request may be made at `now`. Who may has to say how it went.
    pub fn admit(&self, now: Timestamp) -> Admission {
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (since, left) = match *inner {
            Inner::Closed { .. } => return Admission::Go,
            Inner::Open { since } | Inner::HalfOpen { since } => match (now - since).to_std() {
                Ok(passed) => (since, REST.saturating_sub(passed)),
                // The clock was set back: nobody waits for it to come there again.
                Err(_) => (now, REST),
            },
        };
        if left.is_zero() {
            *inner = Inner::HalfOpen { since: now };
            return Admission::Go;
        }
        match &mut *inner {
            Inner::Open { since: known } | Inner::HalfOpen { since: known } => *known = since,
            Inner::Closed { .. } => {}
        }
        Admission::Wait(left)
    }

    /// A request reached the system.
    pub fn succeeded(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Inner::default();
    }

    /// A request did not, at `now`.
    pub fn failed(&self, now: Timestamp) {
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *inner = match *inner {
            Inner::Closed { failures } if failures + 1 < FAILURES => {
                Inner::Closed { failures: failures + 1 }
            }
            Inner::Closed { .. } | Inner::HalfOpen { .. } => Inner::Open { since: now },
            // It was on its way when the breaker opened.
            open @ Inner::Open { .. } => open,
        };
    }

    /// How it stands.
    pub fn state(&self) -> BreakerState {
        match *self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            Inner::Closed { .. } => BreakerState::Closed,
            Inner::HalfOpen { .. } => BreakerState::HalfOpen,
            Inner::Open { .. } => BreakerState::Open,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_timestamp(1_700_000_000 + seconds, 0).unwrap()
    }

    fn open_at(seconds: i64) -> Breaker {
        let breaker = Breaker::default();
        for _ in 0..FAILURES {
            assert_eq!(breaker.admit(at(seconds)), Admission::Go);
            breaker.failed(at(seconds));
        }
        breaker
    }

    fn wait(seconds: u64) -> Admission {
        Admission::Wait(Duration::from_secs(seconds))
    }

    #[test]
    fn given_failures_in_a_row_then_the_system_is_left_alone_for_a_while() {
        let breaker = open_at(0);
        assert_eq!(breaker.state(), BreakerState::Open);
        assert_eq!(breaker.admit(at(0)), wait(30));
        assert_eq!(breaker.admit(at(29)), wait(1));
    }

    #[test]
    fn given_a_success_between_then_the_failures_are_counted_anew() {
        let breaker = Breaker::default();
        for _ in 0..3 {
            for _ in 1..FAILURES {
                breaker.failed(at(0));
            }
            breaker.succeeded();
        }
        assert_eq!(breaker.state(), BreakerState::Closed);
    }

    #[test]
    fn given_the_rest_is_over_then_one_request_tries_and_decides() {
        let breaker = open_at(0);
        assert_eq!(breaker.admit(at(30)), Admission::Go);
        assert_eq!(breaker.state(), BreakerState::HalfOpen);
        assert_eq!(breaker.admit(at(31)), wait(29), "one at a time");
        breaker.failed(at(32));
        assert_eq!(breaker.admit(at(33)), wait(29), "from the failure on");
        assert_eq!(breaker.admit(at(62)), Admission::Go);
        breaker.succeeded();
        assert_eq!(breaker.admit(at(63)), Admission::Go);
        assert_eq!(breaker.admit(at(63)), Admission::Go);
    }

    #[test]
    fn given_the_request_that_tried_is_never_heard_of_then_another_tries() {
        let breaker = open_at(0);
        assert_eq!(breaker.admit(at(30)), Admission::Go);
        assert_eq!(breaker.admit(at(60)), Admission::Go);
    }

    #[test]
    fn given_a_late_failure_from_before_then_the_rest_is_no_longer() {
        let breaker = open_at(0);
        breaker.failed(at(20));
        assert_eq!(breaker.admit(at(30)), Admission::Go);
    }

    #[test]
    fn given_the_clock_is_set_back_then_the_rest_is_a_rest_at_most() {
        let breaker = open_at(100_000);
        assert_eq!(breaker.admit(at(0)), wait(30));
        assert_eq!(breaker.admit(at(29)), wait(1));
        assert_eq!(breaker.admit(at(30)), Admission::Go);
    }
}
