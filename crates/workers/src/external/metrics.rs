//! What is counted of requests to other systems.

use std::time::Duration;

use domain::vocabulary::SystemName;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use super::{BreakerState, Sent};

/// Seconds.
const BUCKETS: [f64; 8] = [0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

type System = [(&'static str, String); 1];
type SystemAndOutcome = [(&'static str, String); 2];

/// By system.
#[derive(Debug, Clone)]
pub(super) struct Metrics {
    tries: Family<SystemAndOutcome, Counter>,
    seconds: Family<System, Histogram>,
    breaker: Family<System, Gauge>,
}

impl Default for Metrics {
    fn default() -> Self {
        Self {
            tries: Family::default(),
            seconds: Family::new_with_constructor(|| Histogram::new(BUCKETS)),
            breaker: Family::default(),
        }
    }
}

impl Metrics {
    pub(super) fn register(&self, registry: &mut Registry) {
        let Self { tries, seconds, breaker } = self.clone();
        registry.register("external_tries", "Requests sent to other systems", tries);
        registry.register("external_try_seconds", "How long they took", seconds);
        registry.register(
            "external_breaker",
            "Whether a system is asked (0), tried again (1), or left alone (2)",
            breaker,
        );
    }

    pub(super) fn sent(&self, name: &SystemName, sent: &Sent, took: Duration) {
        let outcome = match sent {
            Sent::Taken { .. } => "taken",
            Sent::Refused { .. } => "refused",
            Sent::Unreached { .. } => "unreached",
        };
        let system = ("system", name.as_str().to_owned());
        self.tries.get_or_create(&[system.clone(), ("outcome", outcome.to_owned())]).inc();
        self.seconds.get_or_create(&[system]).observe(took.as_secs_f64());
    }

    pub(super) fn breaker(&self, name: &SystemName, state: BreakerState) {
        let state = match state {
            BreakerState::Closed => 0,
            BreakerState::HalfOpen => 1,
            BreakerState::Open => 2,
        };
        self.breaker.get_or_create(&[("system", name.as_str().to_owned())]).set(state);
    }
}
