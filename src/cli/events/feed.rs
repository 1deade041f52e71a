//! The log of another Docket, over HTTP. No database is needed for it, and there are no keys: it stays sealed.

use std::io::{self, BufWriter, Write};
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result};
use clap::Args;
use eventstore::{
    Checkpoint, EventSource, FeedSettings, FeedSource, Partition, StoreError, StoredEvent,
};
use tokio::time::sleep;
use tracing::warn;

use super::{PAGE, raw_line};
use crate::cli::Common;
use crate::logging::{self, Talk};
use crate::progress;

/// How long a feed that is away is left alone.
const REST: Duration = Duration::from_secs(1);

/// Where the log comes from, if not from the database.
#[derive(Debug, Args)]
pub(super) struct Other {
    /// Print the log of the Docket at this address, sealed as stored; needs no database here
    #[arg(long, value_name = "URL", requires = "token_file")]
    from: Option<String>,
    /// A file with an API token of the other Docket, of an administrator with the scope auditor
    #[arg(long, value_name = "FILE", requires = "from")]
    token_file: Option<PathBuf>,
}

impl Other {
    /// The feed, where another Docket is named.
    pub(super) fn feed(&self, common: &Common) -> Result<Option<FeedSource>> {
        let (Some(from), Some(file)) = (&self.from, &self.token_file) else { return Ok(None) };
        logging::start(&common.load(Vec::new())?, Talk::Command)?;
        let token = std::fs::read_to_string(file)
            .with_context(|| format!("reading the token from {}", file.display()))?;
        let settings = FeedSettings { url: from.clone(), token: token.trim().to_owned() };
        Ok(Some(FeedSource::new(&settings)?))
    }
}

/// Prints what happens there, as it happens; for ever.
pub(super) async fn tail(mut feed: FeedSource, after: Option<i64>) -> Result<()> {
    let position = match after {
        Some(position) => position,
        None => feed.head().await?,
    };
    begin(&mut feed, position);
    loop {
        match next(&mut feed).await {
            Ok(events) => print(&events, &mut io::stdout().lock())?,
            Err(StoreError::Source { reason }) => {
                warn!(reason, "the other Docket is not there, trying again");
                sleep(REST).await;
            }
            Err(error) => return Err(error.into()),
        }
    }
}

/// Prints what has happened there until now.
pub(super) async fn export(mut feed: FeedSource, after: Option<i64>) -> Result<()> {
    let mut position = after.unwrap_or(0);
    let head = feed.head().await?;
    let bar = progress::bar("exporting", u64::try_from(head - position).ok());
    let mut out = BufWriter::new(io::stdout().lock());
    begin(&mut feed, position);
    while position < head {
        let mut events = next(&mut feed).await?;
        events.retain(|event| event.position <= head);
        position = events.last().map_or(head, |event| event.position);
        bar.inc(events.len() as u64);
        print(&events, &mut out)?;
    }
    bar.finish_and_clear();
    Ok(out.flush()?)
}

fn begin(feed: &mut FeedSource, position: i64) {
    feed.seek(&Partition::Log, Checkpoint { position, hint: None });
}

async fn next(feed: &mut FeedSource) -> Result<Vec<StoredEvent>, StoreError> {
    let limit = usize::try_from(PAGE).unwrap_or(usize::MAX);
    loop {
        match feed.next(limit).await? {
            // The log is all there is.
            eventstore::Reading::Assigned(_) => {}
            eventstore::Reading::Batch(batch) => {
                return Ok(batch.stretches.into_iter().flat_map(|all| all.events).collect());
            }
        }
    }
}

fn print(events: &[StoredEvent], out: &mut impl Write) -> Result<()> {
    for event in events {
        raw_line(event, out)?;
    }
    Ok(out.flush()?)
}
