//! `docket sla what-if`

use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow, bail};
use chrono::{DateTime, NaiveDate, NaiveTime, SecondsFormat, Utc};
use clap::{Args, Subcommand};
use domain::calendar::{CalendarDefinition, CalendarInput, PathError};
use domain::sla::{Metric, PolicyDefinition, PolicyInput};
use projections::{
    MetricChange, MetricTotals, StandsFor, TicketChange, Totals, WhatIf, WhatIfReport, WhatIfStep,
    sla_what_if,
};
use serde::de::DeserializeOwned;
use serde_json::Value;
use uuid::Uuid;

use super::table::{line, table};
use super::{Common, Outcome};
use crate::desk::Desk;
use crate::progress;

/// Tickets that are printed where nothing is said.
const SHOWN: usize = 50;

/// Service levels.
#[derive(Debug, Subcommand)]
pub(super) enum Sla {
    /// Play past tickets under another policy or calendar, and print what turns out otherwise; nothing is written
    WhatIf(WhatIfCommand),
}

#[derive(Debug, Args)]
pub(super) struct WhatIfCommand {
    /// The policy, as JSON: what `POST /api/v1/sla-policies` takes. It stands for the one of its name, or else for all
    #[arg(long, value_name = "FILE")]
    policy: PathBuf,
    /// The calendar it goes by, as JSON: what `POST /api/v1/calendars` takes [default: the one it names]
    #[arg(long, value_name = "FILE")]
    calendar: Option<PathBuf>,
    /// Only tickets opened on this day or later: 2026-09-01, or a time such as 2026-09-01T08:00:00+02:00
    #[arg(long, value_name = "DATE", value_parser = moment)]
    from: DateTime<Utc>,
    /// Only tickets opened before this day; what happened to them later is left out
    #[arg(long, value_name = "DATE", value_parser = moment)]
    to: DateTime<Utc>,
    /// As JSON, with every ticket of which anything turns out otherwise, due times included
    #[arg(long)]
    json: bool,
    /// Print at most so many tickets [default: 50, with --json all]
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
}

impl Sla {
    pub(super) async fn run(&self, common: &Common) -> Result<Outcome> {
        match self {
            Self::WhatIf(command) => command.run(common).await,
        }
    }
}

impl WhatIfCommand {
    async fn run(&self, common: &Common) -> Result<Outcome> {
        let what_if = self.read()?;
        let mut report = common.visit(async |desk| play(desk, &what_if).await).await?;
        let mut out = io::stdout().lock();
        if self.json {
            report.changes.truncate(self.limit.unwrap_or(usize::MAX));
            serde_json::to_writer_pretty(&mut out, &report)?;
            writeln!(out)?;
        } else {
            out.write_all(text(&report, self.limit.unwrap_or(SHOWN)).as_bytes())?;
        }
        Ok(Outcome::Fine)
    }

    fn read(&self) -> Result<WhatIf> {
        if self.from >= self.to {
            bail!("the period ends before it begins: --from has to be before --to");
        }
        let calendar = self.calendar.as_deref().map(read_calendar).transpose()?;
        let policy = read_policy(&self.policy, calendar.as_ref())?;
        Ok(WhatIf { policy, calendar, from: self.from, to: self.to })
    }
}

fn read_calendar(path: &Path) -> Result<CalendarDefinition> {
    read::<CalendarInput>(path)?.parse().map_err(|errors| in_lines(path, &errors))
}

fn read_policy(path: &Path, calendar: Option<&CalendarDefinition>) -> Result<PolicyDefinition> {
    let mut input: PolicyInput = read(path)?;
    if calendar.is_some() {
        // The one that is given stands in its place, so that it may say anything there.
        input.calendar = Some(Uuid::nil().to_string());
    }
    input.parse().map_err(|errors| in_lines(path, &errors))
}

/// Reads JSON. What Docket adds in its answers may be in it, so that one can be saved and changed.
fn read<T: DeserializeOwned>(path: &Path) -> Result<T> {
    let text = fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
    let in_file = || format!("{} does not read", path.display());
    let mut value: Value = serde_json::from_str(&text).with_context(in_file)?;
    if let Some(fields) = value.as_object_mut() {
        for added in ["id", "version", "revision"] {
            fields.remove(added);
        }
    }
    serde_json::from_value(value).with_context(in_file)
}

fn in_lines(path: &Path, errors: &[PathError]) -> anyhow::Error {
    let mut words = format!("{} does not hold together", path.display());
    for PathError { path, kind } in errors {
        let or = if path == "calendar" { " Or name a file with --calendar." } else { "" };
        // A String takes all that is written into it.
        let _ = write!(words, "\n  {path}: {kind}{or}");
    }
    anyhow!(words)
}

async fn play(desk: &Desk, what_if: &WhatIf) -> Result<WhatIfReport> {
    let bar = progress::bar("reading the log", Some(0));
    let report = sla_what_if(&desk.store, what_if, |step| match step {
        WhatIfStep::Reading { position, target } => {
            bar.set_length(u64::try_from(target).unwrap_or(0));
            bar.set_position(u64::try_from(position).unwrap_or(0));
        }
        WhatIfStep::Playing { played, tickets } => {
            bar.set_message("playing tickets");
            bar.set_length(tickets as u64);
            bar.set_position(played as u64);
        }
    })
    .await;
    bar.finish_and_clear();
    Ok(report?)
}

/// The totals, then the tickets whose verdict is another, at most `limit` of them.
fn text(report: &WhatIfReport, limit: usize) -> String {
    let instead = match report.stands_for {
        StandsFor::SameName => "instead of the policy of this name",
        StandsFor::All => "instead of all policies in force",
        StandsFor::Nothing => "where no policy is in force",
    };
    let verdicts: Vec<_> = report.changes.iter().filter(|change| is_other(change)).collect();
    let mut out = String::new();
    let WhatIfReport { policy, tickets, changes, .. } = report;
    let (from, to) = (time(report.from), time(report.to));
    line(&mut out, &format!("Policy \"{policy}\" {instead}."));
    line(&mut out, &format!("{tickets} tickets, opened from {from} up to {to}."));
    let (others, all) = (verdicts.len(), changes.len());
    line(
        &mut out,
        &format!(
            "{others} turn out otherwise, {} more are only due at another time.",
            all - others
        ),
    );
    let metrics = [(Metric::Response, &report.response), (Metric::Resolution, &report.resolution)];
    let rows = metrics.into_iter().flat_map(|(metric, totals)| rows(metric, totals));
    table(&mut out, ["target of", "met", "breached", "open", "no target", "better", "worse"], rows);
    let shown = verdicts.iter().take(limit).map(|change| {
        let TicketChange { ticket_id, priority, difference, .. } = change;
        [ticket_id.to_string(), priority.to_string(), difference.clone()]
    });
    table(&mut out, ["ticket", "priority", "what turns out otherwise"], shown);
    if others > limit {
        line(&mut out, &format!("… and {} more", others - limit));
    }
    out
}

/// A line for all, and one for each priority, the most urgent first.
fn rows(metric: Metric, totals: &MetricTotals) -> Vec<[String; 7]> {
    let by_priority = totals.by_priority.iter().rev();
    let by_priority = by_priority.map(|(priority, totals)| row(format!("  {priority}"), totals));
    std::iter::once(row(metric.to_string(), &totals.all)).chain(by_priority).collect()
}

fn row(what: String, totals: &Totals) -> [String; 7] {
    let (before, after) = (&totals.before, &totals.after);
    let change = |before: u64, after: u64| match before == after {
        true => before.to_string(),
        false => format!("{before} -> {after}"),
    };
    [
        what,
        change(before.met, after.met),
        change(before.breached, after.breached),
        change(before.open, after.open),
        change(before.no_target, after.no_target),
        totals.better.to_string(),
        totals.worse.to_string(),
    ]
}

/// Whether a target turns out otherwise, and is not only due at another time.
fn is_other(change: &TicketChange) -> bool {
    let is_other = |change: &MetricChange| change.before.verdict != change.after.verdict;
    [&change.response, &change.resolution].into_iter().flatten().any(is_other)
}

fn time(moment: DateTime<Utc>) -> String {
    moment.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

/// A day, which begins at midnight UTC, or a time with its zone.
fn moment(text: &str) -> Result<DateTime<Utc>, String> {
    let day = || NaiveDate::parse_from_str(text, "%Y-%m-%d").ok();
    let time = DateTime::parse_from_rfc3339(text).map(|time| time.to_utc());
    time.ok().or_else(|| day().map(|day| day.and_time(NaiveTime::MIN).and_utc())).ok_or_else(|| {
        "a day such as 2026-09-01, or a time such as 2026-09-01T08:00:00Z".to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_begin_at_midnight_and_times_have_a_zone() {
        assert_eq!(moment("2026-09-01").unwrap(), moment("2026-09-01T02:00:00+02:00").unwrap());
        for bad in ["", "2026-09", "2026-09-31", "2026-09-01T08:00:00", "yesterday"] {
            assert!(moment(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_examples_are_read_and_errors_are_told_at_their_paths() {
        let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/sla");
        let policy = examples.join("policy.json");
        let calendar = read_calendar(&examples.join("calendar.json")).unwrap();
        assert!(read_policy(&policy, Some(&calendar)).is_ok());
        let error = read_policy(&policy, None).unwrap_err().to_string();
        assert!(
            error.ends_with("\n  calendar: This must be a UUID. Or name a file with --calendar."),
            "{error}"
        );
        assert!(read_calendar(&policy).is_err());
    }
}
