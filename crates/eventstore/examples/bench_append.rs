//! Drives the bench of the append by hand: `bench_append URL compare|snapshot|flat [WRITERS] [SECONDS or EVENTS]`.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use eventstore::{Ambient, Clock, Entropy};

#[path = "../../../src/bench/append.rs"]
mod append;

struct Machine;

impl Clock for Machine {
    #[expect(clippy::disallowed_methods, reason = "an example composes for itself")]
    fn now(&self) -> chrono::DateTime<chrono::Utc> {
        std::time::SystemTime::now().into()
    }
}

impl Entropy for Machine {
    #[expect(clippy::disallowed_methods, reason = "an example composes for itself")]
    #[expect(clippy::expect_used, reason = "without randomness there is nothing to measure")]
    fn fill(&self, bytes: &mut [u8]) {
        getrandom::fill(bytes).expect("the system has randomness");
    }
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let database_url = arguments.next().context("a database URL is needed")?;
    let measure = arguments.next().context("what to measure?")?;
    let writers = arguments.next().map_or(Ok(64), |text| text.parse())?;
    let amount: Option<u64> = arguments.next().map(|text| text.parse()).transpose()?;
    let seconds = |default| Duration::from_secs(amount.unwrap_or(default));
    let measure = match measure.as_str() {
        "compare" => append::AppendMeasure::Compare { rounds: 5, turn: seconds(5) },
        "snapshot" => append::AppendMeasure::Snapshot { held: seconds(60) },
        "flat" => {
            let events = amount.unwrap_or(1_000_000);
            append::AppendMeasure::Flat { events, step: events.div_ceil(10) }
        }
        other => bail!("{other} cannot be measured"),
    };
    let ambient = Ambient::new(Arc::new(Machine), Arc::new(Machine));
    append::run(append::AppendBench { database_url, ambient, writers, measure }).await
}
