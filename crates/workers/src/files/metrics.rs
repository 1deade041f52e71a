//! What is counted of reading and of sweeping.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use ::files::{Erased, Swept};
use chrono::{DateTime, Utc};
use ocr::{Page, Reader};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::TypedMetric;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use super::found::{FoundText, engine};
use super::reader::ReadError;

/// Seconds.
const BUCKETS: [f64; 9] = [0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0];

/// Seconds.
const SWEEP_BUCKETS: [f64; 8] = [0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0, 1800.0];

type Engine = [(&'static str, &'static str); 1];
type EngineAndState = [(&'static str, &'static str); 2];

/// By engine, and by outcome.
#[derive(Debug, Clone)]
pub(super) struct Metrics {
    pages: Family<Engine, Counter>,
    seconds: Family<Engine, Histogram>,
    fallbacks: Family<Engine, Counter>,
    readings: Family<[(&'static str, &'static str); 1], Counter>,
}

impl Default for Metrics {
    fn default() -> Self {
        Self {
            pages: Family::default(),
            seconds: Family::new_with_constructor(|| Histogram::new(BUCKETS)),
            fallbacks: Family::default(),
            readings: Family::default(),
        }
    }
}

impl Metrics {
    pub(super) fn register(&self, registry: &mut Registry, engines: &Arc<Reader>) {
        let Self { pages, seconds, fallbacks, readings } = self.clone();
        registry.register("ocr_pages", "Pictures and pages that were read, by engine", pages);
        registry.register("ocr_page_seconds", "How long an engine read one of them", seconds);
        registry.register(
            "ocr_fallbacks",
            "Pages that another engine than the one meant had to read, by the one meant",
            fallbacks,
        );
        registry.register("ocr_readings", "Tries to read the text of a file, by outcome", readings);
        registry.register_collector(Box::new(Engines(Arc::clone(engines))));
    }

    /// A page was read.
    pub(super) fn page(&self, page: &Page) {
        let by = [("engine", engine(page.engine).as_str())];
        self.pages.get_or_create(&by).inc();
        self.seconds.get_or_create(&by).observe(page.duration_ms as f64 / 1000.0);
        if let Some(fallback) = &page.fallback {
            self.fallbacks.get_or_create(&[("engine", engine(fallback.from).as_str())]).inc();
        }
    }

    /// A file was read, or was not.
    pub(super) fn read(&self, read: &Result<FoundText, ReadError>) {
        let outcome = match read {
            Ok(found) => found.source.as_str(),
            Err(ReadError::Never { reason, .. } | ReadError::Later { reason, .. }) => {
                reason.as_str()
            }
            Err(ReadError::Busy { .. }) => "busy",
        };
        self.readings.get_or_create(&[("outcome", outcome)]).inc();
    }
}

/// How it stands with the engines when somebody asks.
struct Engines(Arc<Reader>);

impl fmt::Debug for Engines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Engines")
    }
}

impl Collector for Engines {
    fn encode(&self, mut encoder: DescriptorEncoder) -> Result<(), fmt::Error> {
        let instances: Family<EngineAndState, Gauge> = Family::default();
        let breakers: Family<Engine, Gauge> = Family::default();
        for each in self.0.engines() {
            let name = ("engine", each.pool().engine().as_str());
            let state = each.pool().state();
            for (what, count) in [("idle", state.idle), ("busy", state.busy), ("hung", state.hung)]
            {
                let count = i64::try_from(count).unwrap_or(i64::MAX);
                instances.get_or_create(&[name, ("state", what)]).set(count);
            }
            breakers.get_or_create(&[name]).set(i64::from(each.is_open()));
        }
        let help = "Instances of an engine, by what they do; hung ones were given up on";
        let gauge = <Gauge as TypedMetric>::TYPE;
        instances.encode(encoder.encode_descriptor("ocr_instances", help, None, gauge)?)?;
        let help = "Whether an engine is left alone after it failed again and again";
        breakers.encode(encoder.encode_descriptor("ocr_breaker_open", help, None, gauge)?)
    }
}

type Why = [(&'static str, &'static str); 1];

/// What is counted of sweeping the store of files. Cheap to clone; clones count together.
#[derive(Debug, Clone)]
pub struct SweepMetrics {
    sweeps: Family<Why, Counter>,
    seconds: Histogram,
    files: Family<Why, Counter>,
    bytes: Family<Why, Counter>,
    succeeded_at: Gauge,
}

impl Default for SweepMetrics {
    fn default() -> Self {
        Self {
            sweeps: Family::default(),
            seconds: Histogram::new(SWEEP_BUCKETS),
            files: Family::default(),
            bytes: Family::default(),
            succeeded_at: Gauge::default(),
        }
    }
}

impl SweepMetrics {
    /// Adds what is counted here to a registry.
    pub fn register(&self, registry: &mut Registry) {
        let Self { sweeps, seconds, files, bytes, succeeded_at } = self.clone();
        registry.register("file_sweeps", "Sweeps of the store of files, by outcome", sweeps);
        registry.register("file_sweep_seconds", "How long a sweep took", seconds);
        registry.register("file_sweep_files", "Files that sweeps dealt with, by what", files);
        registry.register("file_sweep_bytes", "Bytes that sweeps removed, by why", bytes);
        registry.register(
            "file_sweep_success_timestamp_seconds",
            "When this process last swept to the end; 0 if it did not",
            succeeded_at,
        );
    }

    /// A sweep ended so; with nothing, it failed.
    pub(super) fn swept(&self, done: Option<&(Erased, Swept)>, took: Duration, now: DateTime<Utc>) {
        let outcome = if done.is_some() { "done" } else { "failed" };
        self.sweeps.get_or_create(&[("outcome", outcome)]).inc();
        self.seconds.observe(took.as_secs_f64());
        let Some((erased, swept)) = done else { return };
        for (what, files) in [
            ("erased", erased.files),
            ("set_aside", swept.unreferenced),
            ("put_back", swept.put_back),
            ("unreferenced", swept.removed),
            ("abandoned", swept.abandoned),
        ] {
            self.files.get_or_create(&[("what", what)]).inc_by(files);
        }
        for (why, bytes) in [("erased", erased.bytes), ("unneeded", swept.bytes)] {
            self.bytes.get_or_create(&[("why", why)]).inc_by(bytes);
        }
        self.succeeded_at.set(now.timestamp());
    }
}

#[cfg(test)]
mod tests {
    use prometheus_client::encoding::text::encode;

    use super::*;

    #[test]
    fn sweeps_are_counted_with_what_they_did_and_those_that_fail_as_well() {
        let (metrics, mut registry) = (SweepMetrics::default(), Registry::default());
        metrics.register(&mut registry);
        let erased = Erased { files: 2, bytes: 20 };
        let swept = Swept { removed: 3, abandoned: 1, bytes: 40, ..Swept::default() };
        let now = DateTime::UNIX_EPOCH + Duration::from_secs(900);
        metrics.swept(Some(&(erased, swept)), Duration::from_secs(2), now);
        metrics.swept(None, Duration::from_secs(1), now + Duration::from_secs(60));
        let mut told = String::new();
        encode(&mut told, &registry).unwrap();
        for line in [
            "file_sweeps_total{outcome=\"done\"} 1",
            "file_sweeps_total{outcome=\"failed\"} 1",
            "file_sweep_seconds_count 2",
            "file_sweep_files_total{what=\"erased\"} 2",
            "file_sweep_files_total{what=\"unreferenced\"} 3",
            "file_sweep_files_total{what=\"abandoned\"} 1",
            "file_sweep_bytes_total{why=\"erased\"} 20",
            "file_sweep_bytes_total{why=\"unneeded\"} 40",
            "file_sweep_success_timestamp_seconds 900",
        ] {
            assert!(told.lines().any(|told| told == line), "{line} is not in:\n{told}");
        }
    }
}
