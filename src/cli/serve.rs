//! `docket serve`

use anyhow::Result;
use clap::Args;
use toml::Value;

use super::{Common, Outcome};
use crate::ambient;
use crate::logging::{self, Talk};
use crate::serve::{self, Demo};
use crate::telemetry::Traces;

/// Runs the desk.
#[derive(Debug, Args)]
pub(super) struct Serve {
    /// Serve on this address; may be repeated [default: 127.0.0.1:8000]
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Vec<String>,
    /// Do only this: api, relay, projector, worker, separated by commas [default: all]
    #[arg(long, value_name = "ROLES", value_delimiter = ',')]
    roles: Vec<String>,
    /// As a worker, do the jobs of these queues only, separated by commas [default: all]
    #[arg(long, value_name = "QUEUES", value_delimiter = ',')]
    queues: Vec<String>,
    /// Fill an empty desk with demo data: users of each role, some hundred tickets
    #[arg(long)]
    demo: bool,
    /// Give requests without a sign-in this role; on loopback only
    #[arg(long, value_name = "ROLE", num_args = 0..=1, require_equals = true, default_missing_value = "handler")]
    open: Option<String>,
    /// With --open: on whatever address is listened on, to whoever reaches it
    #[arg(long)]
    open_anywhere: bool,
}

impl Serve {
    pub(super) async fn run(&self, common: &Common) -> Result<Outcome> {
        let mut flags = Vec::new();
        for (key, texts) in
            [("listen", &self.listen), ("roles", &self.roles), ("queues", &self.queues)]
        {
            if !texts.is_empty() {
                let texts = texts.iter().cloned().map(Value::String).collect();
                flags.push((key, Value::Array(texts)));
            }
        }
        flags.extend(self.open.clone().map(|role| ("open_mode", Value::String(role))));
        if self.open_anywhere {
            flags.push(("open_anywhere", Value::Boolean(true)));
        }
        let config = common.load(flags)?;
        let traces = Traces::start(&config)?;
        logging::start(&config, Talk::Server(&traces))?;
        if !config.unknown_variables.is_empty() {
            let variables = config.unknown_variables.join(", ");
            tracing::warn!(variables, "there are no keys for these variables of the environment");
        }
        let demo = if self.demo { Demo::WhenEmpty } else { Demo::No };
        let served = serve::run(&config, &ambient::system(), demo, common.admin()).await;
        traces.finish().await;
        served?;
        Ok(Outcome::Fine)
    }
}
