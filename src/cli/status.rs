//! `docket status`

use std::io::{self, Write as _};

use anyhow::Result;
use api::Status;
use chrono::{DateTime, SecondsFormat, Utc};
use clap::Args;
use eventstore::Processes;

use super::table::{line, table};
use super::{Common, Outcome};

/// Shows how the desk is doing: processes and their roles, leases, lag, what is parked, jobs. Fails when something
/// needs a person.
#[derive(Debug, Args)]
pub(super) struct StatusCommand {
    /// As JSON, with the members that `GET /api/v1/status` has
    #[arg(long)]
    json: bool,
}

impl StatusCommand {
    pub(super) async fn run(&self, common: &Common) -> Result<Outcome> {
        let status = common
            .visit(async |desk| {
                let processes = Processes::new(desk.store.pool().clone());
                Ok(Status::gather(&desk.commands, &desk.queries, &processes).await?)
            })
            .await?;
        let told = if self.json {
            format!("{}\n", serde_json::to_string_pretty(&status)?)
        } else {
            text(&status)
        };
        // Whoever stops reading has seen enough; the exit code stands.
        drop(io::stdout().write_all(told.as_bytes()));
        Ok(if status.attention.is_empty() { Outcome::Fine } else { Outcome::Wanting })
    }
}

/// All of it, a table for each thing there is any of.
fn text(status: &Status) -> String {
    let mut out = format!("The log has {} events.\n", status.log.position);
    processes(status, &mut out);
    leases(status, &mut out);
    consumers(status, &mut out);
    parked(status, &mut out);
    jobs(status, &mut out);
    if status.attention.is_empty() {
        out.push_str("\nAll is well.\n");
    } else {
        out.push_str("\nThis needs somebody:\n");
        for attention in &status.attention {
            line(&mut out, &attention.detail);
        }
    }
    out
}

fn processes(status: &Status, out: &mut String) {
    let rows = status.processes.iter().map(|process| {
        let seen = format!("{} ago", seconds(process.silent_seconds));
        [
            process.roles.join(","),
            process.host.clone(),
            process.pid.to_string(),
            process.version.clone(),
            time(process.started_at),
            if process.alive { seen } else { format!("{seen}, gone") },
        ]
    });
    table(out, ["process", "host", "pid", "version", "since", "seen"], rows);
}

fn leases(status: &Status, out: &mut String) {
    let rows = status.leases.iter().map(|lease| {
        let holder = status.processes.iter().find(|process| process.id == lease.holder);
        let holder = match (lease.held, holder) {
            (true, Some(process)) => format!("{} {}", process.host, process.pid),
            (true, None) => lease.holder.to_string(),
            (false, _) => "nobody".to_owned(),
        };
        [lease.name.clone(), holder, lease.epoch.to_string(), time(lease.expires_at)]
    });
    table(out, ["lease", "held by", "epoch", "until"], rows);
}

fn consumers(status: &Status, out: &mut String) {
    let relay = status.relay.iter().map(|relay| {
        let lag = [relay.lag_events.to_string(), seconds(relay.lag_seconds)];
        ("relay".to_owned(), relay.position, lag, String::new())
    });
    let consumers = status.consumers.iter().map(|lag| {
        let parked = match lag.parked_streams {
            0 => String::new(),
            streams => format!("{streams} ({} events)", lag.parked_events),
        };
        let behind = [lag.lag_events.to_string(), seconds(lag.lag_seconds)];
        (lag.consumer.clone(), lag.position, behind, parked)
    });
    let rows = relay.chain(consumers).map(|(name, position, [events, age], parked)| {
        [name, position.to_string(), events, age, parked]
    });
    table(out, ["reader", "position", "events behind", "age", "parked streams"], rows);
}

fn parked(status: &Status, out: &mut String) {
    let rows = status.parked.iter().map(|parked| {
        [
            format!("{} {}", parked.kind, parked.stream_id),
            parked.consumer.clone(),
            time(parked.parked_at),
            parked.events.to_string(),
            parked.error.clone(),
        ]
    });
    table(out, ["parked", "by", "since", "events", "because"], rows);
}

fn jobs(status: &Status, out: &mut String) {
    let rows = status.jobs.iter().map(|jobs| {
        let due = jobs.oldest_due_seconds.map(seconds).unwrap_or_default();
        let counts = [jobs.queued, jobs.running, jobs.dead].map(|count| count.to_string());
        let [queued, running, dead] = counts;
        [jobs.queue.clone(), queued, running, dead, due]
    });
    table(out, ["queue", "waiting", "running", "given up", "due for"], rows);
}

fn time(moment: DateTime<Utc>) -> String {
    moment.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// As a person says it: `0 s`, `340 ms`, `12 s`, `5 min`, `3 h`.
fn seconds(seconds: f64) -> String {
    match seconds {
        0.0 => "0 s".to_owned(),
        s if s < 1.0 => format!("{:.0} ms", s * 1000.0),
        s if s < 120.0 => format!("{s:.0} s"),
        s if s < 7200.0 => format!("{:.0} min", s / 60.0),
        s => format!("{:.0} h", s / 3600.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_said_as_people_do() {
        let said = [0.0, 0.34, 12.4, 300.0, 10_800.0].map(seconds);
        assert_eq!(said, ["0 s", "340 ms", "12 s", "5 min", "3 h"]);
    }
}
