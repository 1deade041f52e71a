//! `docket events tail` and `docket events export`

mod feed;

use std::io::{self, BufWriter, Write};

use anyhow::Result;
use clap::{Args, Subcommand};
use eventstore::{EventFilter, EventStore, OpenedEvent, PgTail, StoredEvent};
use serde_json::json;

use super::{Common, Outcome};
use crate::progress;

/// How many events are read at a time.
const PAGE: i64 = 1000;

/// Prints the log, one JSON object per line.
#[derive(Debug, Subcommand)]
pub(super) enum Events {
    /// Print what happens, as it happens
    Tail(Reading),
    /// Print what has happened
    Export(Reading),
}

#[derive(Debug, Args)]
pub(super) struct Reading {
    /// Print the rows as they are stored: personal values sealed, data and metadata byte for byte
    #[arg(long)]
    raw: bool,
    /// Begin after this position [default: 0 for export, the end of the log for tail]
    #[arg(long, value_name = "POSITION")]
    after: Option<i64>,
    #[command(flatten)]
    other: feed::Other,
}

impl Events {
    pub(super) async fn run(&self, common: &Common) -> Result<Outcome> {
        let (Self::Tail(reading) | Self::Export(reading)) = self;
        if let Some(feed) = reading.other.feed(common)? {
            match self {
                Self::Tail(_) => feed::tail(feed, reading.after).await?,
                Self::Export(_) => feed::export(feed, reading.after).await?,
            }
            return Ok(Outcome::Fine);
        }
        common
            .visit(async |desk| match self {
                Self::Tail(reading) => reading.tail(&desk.store).await,
                Self::Export(reading) => reading.export(&desk.store).await,
            })
            .await?;
        Ok(Outcome::Fine)
    }
}

impl Reading {
    async fn tail(&self, store: &EventStore) -> Result<()> {
        let after = match self.after {
            Some(position) => position,
            None => store.head().await?.position,
        };
        let mut tail = PgTail::new(store.clone(), after);
        loop {
            let events = tail.wait_for(256).await?;
            self.print(store, events, &mut io::stdout().lock()).await?;
        }
    }

    async fn export(&self, store: &EventStore) -> Result<()> {
        let mut position = self.after.unwrap_or(0);
        let head = store.head().await?.position;
        let bar = progress::bar("exporting", u64::try_from(head - position).ok());
        let mut out = BufWriter::new(io::stdout().lock());
        while position < head {
            let limit = PAGE.min(head - position);
            let events = store.read_after(position, limit, &EventFilter::default()).await?;
            let Some(last) = events.last() else { break };
            position = last.position;
            bar.inc(events.len() as u64);
            self.print(store, events, &mut out).await?;
        }
        bar.finish_and_clear();
        Ok(out.flush()?)
    }

    async fn print(
        &self,
        store: &EventStore,
        events: Vec<StoredEvent>,
        out: &mut impl Write,
    ) -> Result<()> {
        if self.raw {
            for event in &events {
                raw_line(event, out)?;
            }
        } else {
            for event in store.open_events(events).await? {
                line(&event, out)?;
            }
        }
        Ok(out.flush()?)
    }
}

fn line(event: &OpenedEvent, out: &mut impl Write) -> Result<()> {
    let metadata = &event.metadata;
    let client = metadata.client.as_ref();
    let line = json!({
        "position": event.position,
        "event_id": event.event_id,
        "stream_id": event.stream_id,
        "kind": event.kind,
        "version": event.version,
        "type": event.event_type,
        "schema_version": event.schema_version,
        "data": event.data,
        "actor": metadata.actor,
        "correlation_id": metadata.correlation_id,
        "causation_id": metadata.causation_id,
        "traceparent": metadata.traceparent,
        "client": client,
        "occurred_at": event.occurred_at,
        "recorded_at": event.recorded_at,
    });
    serde_json::to_writer(&mut *out, &line)?;
    Ok(writeln!(out)?)
}

/// Built by hand: the bytes of data and metadata, which are JSON, must come out as they are.
fn raw_line(event: &StoredEvent, out: &mut impl Write) -> Result<()> {
    let StoredEvent { position, event_id, stream_id, version, schema_version, .. } = event;
    write!(
        out,
        r#"{{"position":{position},"event_id":"{event_id}","stream_id":"{stream_id}","kind":{},"version":{version},"type":{},"schema_version":{schema_version},"data":"#,
        json!(event.kind),
        json!(event.event_type),
    )?;
    out.write_all(&event.data)?;
    out.write_all(br#","metadata":"#)?;
    out.write_all(&event.metadata)?;
    let leaf: String = event.leaf.iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(writeln!(out, r#","leaf":"{leaf}","recorded_at":{}}}"#, json!(event.recorded_at))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_raw_line_is_json_and_keeps_every_byte() {
        let event = StoredEvent {
            position: 7,
            event_id: uuid::Uuid::nil(),
            stream_id: uuid::Uuid::max(),
            kind: "ticket".to_owned(),
            version: 1,
            event_type: "ticket.opened".to_owned(),
            schema_version: 1,
            data: br#"{"b": 1,"a":2.0}"#.to_vec(),
            metadata: b"{}".to_vec(),
            leaf: vec![0xab; 32],
            recorded_at: chrono::DateTime::UNIX_EPOCH,
        };
        let mut out = Vec::new();
        raw_line(&event, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.contains(r#""data":{"b": 1,"a":2.0},"#), "{text}");
        let read: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(read["position"], 7);
        assert_eq!(read["recorded_at"], "1970-01-01T00:00:00Z");
    }
}
