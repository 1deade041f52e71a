//! All metrics as text. Names, counts and positions; nothing of what anybody wrote.

use std::fmt;
use std::sync::atomic::AtomicU64;

use eventstore::kafka::RelayState;
use prometheus_client::encoding::text::{encode_eof, encode_registry};
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::{ConstGauge, Gauge};
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;

use super::Monitoring;
use super::snapshot::Snapshot;

type Label = [(&'static str, String); 1];
type Labels = [(&'static str, String); 2];

impl Monitoring {
    /// All metrics, as OpenMetrics. Those of the database are left out when it does not answer.
    pub(crate) async fn scrape(&self) -> Result<String, fmt::Error> {
        let snapshot = self.snapshot().await;
        let mut asked = Registry::with_prefix("docket");
        let version = [("version", env!("CARGO_PKG_VERSION"))];
        asked.register("build", "The running program", Info::new(version));
        let up = ConstGauge::new(i64::from(snapshot.is_some()));
        asked.register("database_up", "Whether the database answered", up);
        let appended = self.0.options.store.append_counts();
        for (name, help, count) in [
            ("append_batches", "Batches appended by this process", appended.batches),
            ("append_events", "Events appended by this process", appended.events),
        ] {
            asked.register(name, help, ConstCounter::new(count));
        }
        if let Some(snapshot) = snapshot {
            self.desk(&mut asked, &snapshot);
        }
        self.relay(&mut asked);
        let mut text = String::new();
        encode_registry(&mut text, &self.0.counted)?;
        encode_registry(&mut text, &self.0.options.counted)?;
        encode_registry(&mut text, &asked)?;
        encode_eof(&mut text)?;
        Ok(text)
    }

    /// What holds for all processes alike.
    fn desk(&self, registry: &mut Registry, snapshot: &Snapshot) {
        let fan_out = &snapshot.fan_out;
        let mut gauge = |name: &str, help: &str, value: i64| {
            registry.register(name, help, ConstGauge::new(value));
        };
        gauge("log_position", "Position of the last event", fan_out.head);
        if let Some(relay) = &fan_out.relay {
            gauge("relay_position", "Position up to which the log is on Kafka", relay.position);
            gauge("relay_lag_events", "Events that are not on Kafka yet", relay.lag_events);
        }

        let position = Family::<Label, Gauge>::default();
        let lag_events = Family::<Label, Gauge>::default();
        let lag_seconds = Family::<Label, Gauge<f64, AtomicU64>>::default();
        let parked = Family::<Label, Gauge>::default();
        for lag in &fan_out.consumers {
            let label = [("consumer", lag.consumer.clone())];
            position.get_or_create(&label).set(lag.position);
            lag_events.get_or_create(&label).set(lag.lag_events);
            lag_seconds.get_or_create(&label).set(lag.lag_seconds);
            parked.get_or_create(&label).set(lag.parked_streams);
        }
        registry.register("consumer_position", "Position a consumer has reached", position);
        registry.register("consumer_lag_events", "Events a consumer has yet to take", lag_events);
        registry.register("consumer_lag_seconds", "Age of the first of them", lag_seconds);
        registry.register("parked_streams", "Streams a consumer could not fold", parked);

        let jobs = Family::<Labels, Gauge>::default();
        for queue in &snapshot.jobs {
            let counts =
                [("queued", queue.queued), ("running", queue.running), ("dead", queue.dead)];
            for (status, count) in counts {
                let labels = [("queue", queue.queue.clone()), ("status", status.to_owned())];
                jobs.get_or_create(&labels).set(i64::try_from(count).unwrap_or(i64::MAX));
            }
        }
        registry.register("jobs", "Jobs that wait, run, or were given up", jobs);

        let waiting = ConstGauge::new(snapshot.tasks_waiting);
        registry.register("tasks_waiting", "Tasks that nobody was found for", waiting);
        let lag = ConstGauge::new(snapshot.timer_lag.as_secs_f64());
        registry.register("timer_lag_seconds", "How long the first timer has been due", lag);

        let leases = Family::<Label, Gauge>::default();
        for lease in &snapshot.leases {
            let held = lease.left.is_some() && lease.holder == self.0.options.process;
            leases.get_or_create(&[("name", lease.name.clone())]).set(i64::from(held));
        }
        registry.register("lease_held", "Whether this process holds a lease", leases);
    }

    /// What the relay of this process knows of itself, also while the database is away.
    fn relay(&self, registry: &mut Registry) {
        let Some(relay) = &self.0.options.relay else { return };
        let status = *relay.borrow();
        let active = match status.state {
            RelayState::Active => 1,
            RelayState::Starting | RelayState::StandingBy => 0,
        };
        let help = "Whether the relay of this process publishes";
        registry.register("relay_active", help, ConstGauge::<i64>::new(active));
        let help = "Events published by this process";
        registry.register("relay_published", help, ConstCounter::new(status.published));
    }
}
