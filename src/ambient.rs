//! The clock and the randomness of the machine: the one place where they are read.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use eventstore::{Ambient, Clock, Entropy};

struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the composition root")]
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }
}

struct SystemEntropy;

impl Entropy for SystemEntropy {
    #[expect(clippy::disallowed_methods, reason = "the composition root")]
    fn fill(&self, bytes: &mut [u8]) {
        if let Err(error) = getrandom::fill(bytes) {
            // Going on would make guessable keys.
            tracing::error!(%error, "the system has no randomness to give");
            std::process::abort();
        }
    }
}

/// The system's clock and randomness.
pub fn system() -> Ambient {
    Ambient::new(Arc::new(SystemClock), Arc::new(SystemEntropy))
}
