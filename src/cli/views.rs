//! `docket views rebuild` and `docket views retry`

use anyhow::{Result, bail};
use clap::{Args, Subcommand};
use projections::{BesideError, Retried, Step, View, rebuild_beside, retry_parked};
use uuid::Uuid;

use super::{Common, Outcome};
use crate::desk::Desk;
use crate::progress;

/// Builds views anew, and folds what was parked, while everybody goes on working.
#[derive(Debug, Subcommand)]
pub(super) enum Views {
    /// Build views from the beginning of the log beside the live ones, then exchange them
    Rebuild(Rebuild),
    /// Try again to fold the streams that were parked for an error in their data
    Retry(Retry),
}

#[derive(Debug, Args)]
pub(super) struct Rebuild {
    /// Which: tickets, comments, users, work_roles, workflows, tasks, sla_rules, ticket_sla, audit, search; `views` for
    /// all but search; `all`
    #[arg(required = true, value_name = "NAME")]
    names: Vec<String>,
}

#[derive(Debug, Args)]
pub(super) struct Retry {
    /// Only this stream
    #[arg(long, value_name = "ID")]
    stream: Option<Uuid>,
}

impl Views {
    pub(super) async fn run(&self, common: &Common) -> Result<Outcome> {
        match self {
            Self::Rebuild(rebuild) => {
                let views = rebuild.views()?;
                common.visit(async |desk| run_rebuild(desk, &views).await).await?;
                let names: Vec<&str> = views.iter().map(|view| view.name()).collect();
                println!("Rebuilt: {}.", names.join(", "));
                Ok(Outcome::Fine)
            }
            Self::Retry(retry) => {
                let stream = retry.stream;
                let retried = common
                    .visit(async |desk| Ok(retry_parked(&desk.store, stream, told).await?))
                    .await?;
                if retried.is_empty() {
                    println!("Nothing is parked.");
                }
                let parked = retried.iter().any(|stream| stream.left > 0);
                Ok(if parked { Outcome::Wanting } else { Outcome::Fine })
            }
        }
    }
}

impl Rebuild {
    fn views(&self) -> Result<Vec<View>> {
        let mut views = Vec::new();
        for name in &self.names {
            match name.as_str() {
                "all" => views.extend(View::ALL),
                "views" => {
                    views.extend(View::ALL.into_iter().filter(|view| *view != View::Search));
                }
                name => match View::ALL.into_iter().find(|view| view.name() == name) {
                    Some(view) => views.push(view),
                    None => {
                        let names = View::ALL.map(View::name).join(", ");
                        bail!("there is no view {name:?}; there are {names}, and `views`, `all`");
                    }
                },
            }
        }
        views.sort_unstable();
        views.dedup();
        Ok(views)
    }
}

async fn run_rebuild(desk: &Desk, views: &[View]) -> Result<()> {
    let bar = progress::bar("folding", Some(0));
    let rebuilt = rebuild_beside(&desk.store, views, |step| match step {
        Step::Folding { position, target } => {
            bar.set_message("folding");
            bar.set_length(u64::try_from(*target).unwrap_or(0));
            bar.set_position(u64::try_from(*position).unwrap_or(0));
        }
        Step::Indexing => bar.set_message("making indexes"),
        Step::Exchanging { .. } => bar.set_message("exchanging"),
    })
    .await;
    bar.finish_and_clear();
    match rebuilt {
        Err(error @ BesideError::NotBuilt) => Err(anyhow::Error::new(error)
            .context("no process with the role `projector` has built them yet")),
        other => Ok(other?),
    }
}

fn told(retried: &Retried) {
    let Retried { consumer, stream_id, kind, folded, left, error } = retried;
    match error {
        None => println!("{consumer}: {kind} {stream_id} goes on, {folded} events folded"),
        Some(error) => println!(
            "{consumer}: {kind} {stream_id} stays parked, {folded} events folded, {left} left: {error}"
        ),
    }
}
