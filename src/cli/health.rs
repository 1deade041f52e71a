//! `docket health`

use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use clap::Args;

use super::{Common, Outcome};
use crate::serve::local_url;

/// How long the answer may take.
const PATIENCE: Duration = Duration::from_secs(4);

/// Asks a Docket whether it can serve.
#[derive(Debug, Args)]
pub(super) struct Health {
    /// Ask this one, like http://localhost:8000 [default: the first address of `listen`]
    #[arg(long, value_name = "URL")]
    url: Option<String>,
}

impl Health {
    /// Prints what `/readyz` says; fails when it says no, or nothing.
    pub(super) async fn run(&self, common: &Common) -> Result<Outcome> {
        let base = match &self.url {
            Some(url) => url.trim_end_matches('/').to_owned(),
            None => {
                let config = common.load(Vec::new())?;
                local_url(*config.listen.first().context("`listen` names no address")?)
            }
        };
        // A proxy of the environment would be asked about itself.
        let http = reqwest::Client::builder().no_proxy().timeout(PATIENCE).build()?;
        let asking = || format!("asking {base}");
        reqwest::Url::parse(&base)
            .map_err(|_| anyhow!("{base:?} is not a URL like http://localhost:8000"))?;
        let answer = http.get(format!("{base}/readyz")).send().await.with_context(asking)?;
        let ready = answer.status().is_success();
        println!("{}", answer.text().await.with_context(asking)?);
        Ok(if ready { Outcome::Fine } else { Outcome::Wanting })
    }
}
