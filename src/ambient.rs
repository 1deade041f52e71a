//! The clock and the randomness of the machine: the one place where they are read.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use eventstore::{Ambient, Clock, Entropy};
use rand::Rng;

struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the composition root")]
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }
}

struct SystemEntropy;

impl Entropy for SystemEntropy {
    /// ChaCha, seeded by the system and again every so often: an append seals a dozen values, and a call into the
    /// system for each would cost more than the sealing.
    fn fill(&self, bytes: &mut [u8]) {
        rand::rng().fill_bytes(bytes);
    }
}

/// The system's clock and randomness.
pub fn system() -> Ambient {
    Ambient::new(Arc::new(SystemClock), Arc::new(SystemEntropy))
}
