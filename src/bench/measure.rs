//! What every bench measures: operations that many clients do together, each waiting for its answer.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::Result;
use hdrhistogram::Histogram;
use tokio::task::JoinSet;

/// How long a turn goes on.
pub(super) enum Until {
    /// For this long.
    Time(Duration),
    /// For so many operations.
    Count(u64),
}

/// A turn that clients share.
pub(super) struct Limit {
    until: Until,
    began: Instant,
    begun: AtomicU64,
}

impl Limit {
    /// A turn that begins now.
    pub(super) fn new(until: Until) -> Self {
        Self { until, began: Instant::now(), begun: AtomicU64::new(0) }
    }

    /// May another operation begin?
    pub(super) fn take(&self) -> ControlFlow<()> {
        let more = match self.until {
            Until::Time(length) => self.began.elapsed() < length,
            Until::Count(count) => self.begun.fetch_add(1, Ordering::Relaxed) < count,
        };
        if more { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    }

    /// What all clients did together.
    pub(super) async fn speed(&self, mut clients: JoinSet<Result<Took>>) -> Result<Speed> {
        let mut all = Took::new()?;
        while let Some(took) = clients.join_next().await {
            all.0.add(took??.0)?;
        }
        Ok(Speed { operations: all.0.len(), elapsed: self.began.elapsed(), took: all })
    }
}

/// When operations begin that clients share.
pub(super) struct Pace {
    between: Option<Duration>,
    began: Instant,
    begun: AtomicU32,
}

impl Pace {
    /// So many a second; none for as many as there can be.
    pub(super) fn new(rate: Option<u32>) -> Self {
        let between = rate.and_then(|rate| Duration::from_secs(1).checked_div(rate));
        Self { between, began: Instant::now(), begun: AtomicU32::new(0) }
    }

    /// Waits until the next one may begin.
    pub(super) async fn wait(&self) {
        if let Some(between) = self.between {
            let at = self.began + between * self.begun.fetch_add(1, Ordering::Relaxed);
            tokio::time::sleep_until(at.into()).await;
        }
    }
}

/// How long each operation took, in microseconds.
pub(super) struct Took(Histogram<u64>);

impl Took {
    /// Nothing yet.
    pub(super) fn new() -> Result<Self> {
        Ok(Self(Histogram::new(3)?))
    }

    /// Adds an operation.
    pub(super) fn record(&mut self, took: Duration) -> Result<()> {
        self.0.record(u64::try_from(took.as_micros())?)?;
        Ok(())
    }

    /// How many.
    pub(super) fn operations(&self) -> u64 {
        self.0.len()
    }

    fn quantile(&self, quantile: f64) -> f64 {
        Duration::from_micros(self.0.value_at_quantile(quantile)).as_secs_f64() * 1e3
    }
}

impl std::fmt::Display for Took {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "p50 {:>5.1} ms, p99 {:>5.1} ms", self.quantile(0.5), self.quantile(0.99))
    }
}

/// What came of a turn.
pub(super) struct Speed {
    /// How many operations were done.
    pub(super) operations: u64,
    elapsed: Duration,
    took: Took,
}

impl Speed {
    /// Operations a second.
    #[expect(clippy::cast_precision_loss, reason = "counts of a bench are far below 2^52")]
    pub(super) fn per_second(&self) -> f64 {
        self.operations as f64 / self.elapsed.as_secs_f64()
    }
}

impl std::fmt::Display for Speed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:>6.0}/s, {}", self.per_second(), self.took)
    }
}

/// The middle of some values; 0 of none.
pub(super) fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}
