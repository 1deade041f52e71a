//! How two outcomes of one ticket differ.

use std::fmt;

use super::clock::Verdict;
use super::policy::Metric;
use super::what_if::{MetricOutcome, Outcome};

/// What differs between two outcomes of one ticket. `Display` says it in a line, empty if nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The response.
    pub response: MetricDifference,
    /// The resolution.
    pub resolution: MetricDifference,
}

/// What differs for one target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MetricDifference {
    /// The outcome before.
    pub before: MetricOutcome,
    /// The outcome after.
    pub after: MetricOutcome,
}

impl Difference {
    /// The difference from `before` to `after`.
    pub fn between(before: &Outcome, after: &Outcome) -> Self {
        let of = |metric| MetricDifference {
            before: before.get(metric).clone(),
            after: after.get(metric).clone(),
        };
        Self { response: of(Metric::Response), resolution: of(Metric::Resolution) }
    }

    /// Whether both turned out the same, due times included.
    pub fn is_empty(&self) -> bool {
        self.response.is_empty() && self.resolution.is_empty()
    }
}

impl MetricDifference {
    /// Whether it turned out the same, the due time included.
    pub fn is_empty(&self) -> bool {
        self.before == self.after
    }

    /// The verdicts, if they differ.
    pub fn verdict(&self) -> Option<(Verdict, Verdict)> {
        let (before, after) = (self.before.verdict, self.after.verdict);
        (before != after).then_some((before, after))
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        let both = [(Metric::Response, &self.response), (Metric::Resolution, &self.resolution)];
        for (metric, difference) in both {
            if difference.is_empty() {
                continue;
            }
            write!(f, "{separator}{metric}: {}", difference.before)?;
            write!(f, " -> {}", difference.after)?;
            separator = "; ";
        }
        Ok(())
    }
}
