//! What the workers did, as the log tells it.

use std::fmt;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use chrono::{DateTime, Utc};
use domain::TicketId;
use domain::sla::stream_of;
use sqlx::{PgPool, Row};
use uuid::Uuid;

use crate::bench::measure::Took;

/// What was done for the tickets of a stretch of the log.
pub(super) struct Done {
    events_per_ticket: f64,
    tasks: Part,
    clocks: Part,
}

/// One of the things that are done for every ticket.
struct Part {
    /// From the opening of each ticket.
    took: Took,
    /// From the first ticket until the last one had it.
    seconds: f64,
}

impl Done {
    /// What was done for those opened after a position.
    pub(super) async fn since(pool: &PgPool, position: i64) -> Result<Self> {
        let rows = sqlx::query(
            "select o.stream_id, o.recorded_at as opened_at, (select min(a.recorded_at) \
                 from log.claims c join log.events a on a.stream_id = c.owner \
                 where c.kind = 'task.run' and c.key = uuid_send(o.stream_id) || int4send(1) \
                 and a.type = 'task.assigned') as assigned_at \
             from log.events o where o.type = 'ticket.opened' and o.position > $1",
        )
        .bind(position)
        .fetch_all(pool)
        .await?;
        let first = rows.iter().map(|row| row.get::<DateTime<Utc>, _>("opened_at")).min();
        let first = first.context("no ticket was opened")?;
        let told = clocks(pool, &rows.iter().map(|row| row.get(0)).collect::<Vec<_>>()).await?;
        ensure!(told.len() == rows.len(), "not every ticket has clocks");
        let opened = || rows.iter().map(|row| row.get("opened_at"));
        let assigned = rows.iter().map(|row| row.try_get("assigned_at"));
        let assigned: Vec<_> = assigned.collect::<Result<_, _>>()?;
        let events: i64 = sqlx::query_scalar("select count(*) from log.events where position > $1")
            .bind(position)
            .fetch_one(pool)
            .await?;
        Ok(Self {
            events_per_ticket: events as f64 / rows.len() as f64,
            tasks: Part::new(first, opened().zip(assigned))?,
            clocks: Part::new(first, opened().zip(told))?,
        })
    }

    /// Tasks assigned a second, until the last.
    pub(super) fn tasks_per_second(&self) -> f64 {
        self.tasks.per_second()
    }
}

impl Part {
    fn new(
        first: DateTime<Utc>,
        each: impl Iterator<Item = (DateTime<Utc>, DateTime<Utc>)>,
    ) -> Result<Self> {
        let (mut took, mut last) = (Took::new()?, first);
        for (opened, done) in each {
            took.record((done - opened).to_std().unwrap_or(Duration::ZERO))?;
            last = last.max(done);
        }
        Ok(Self { took, seconds: (last - first).to_std()?.as_secs_f64() })
    }

    fn per_second(&self) -> f64 {
        self.took.operations() as f64 / self.seconds
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (per_second, took, seconds) = (self.per_second(), &self.took, self.seconds);
        write!(f, "{per_second:.0}/s until the last after {seconds:.1} s, since the opening {took}")
    }
}

impl fmt::Display for Done {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "  tasks assigned: {}", self.tasks)?;
        writeln!(f, "  clocks told:    {}", self.clocks)?;
        write!(f, "  events in the log for each ticket: {:.1}", self.events_per_ticket)
    }
}

/// When the clocks of each ticket were first told.
async fn clocks(pool: &PgPool, tickets: &[Uuid]) -> Result<Vec<DateTime<Utc>>> {
    let streams: Vec<_> = tickets.iter().map(|ticket| stream_of(TicketId(*ticket))).collect();
    Ok(sqlx::query_scalar(
        "select e.recorded_at from unnest($1::uuid[]) with ordinality as s (id, ord) \
         join log.events e on e.stream_id = s.id and e.version = 1 order by s.ord",
    )
    .bind(streams)
    .fetch_all(pool)
    .await?)
}

/// Whether so many tickets have a task that somebody has, and clocks, and nothing is left to do.
pub(super) async fn is_done(pool: &PgPool, tickets: u64) -> Result<bool> {
    let row = sqlx::query(
        "select (select count(*) from log.claims where kind = 'task.assignee'), \
         (select count(*) from log.events where kind = 'sla' and version = 1), \
         exists (select from work.jobs where status in ('queued', 'running'))",
    )
    .fetch_one(pool)
    .await?;
    let tickets = i64::try_from(tickets)?;
    let (tasks, clocks, jobs): (i64, i64, bool) = (row.get(0), row.get(1), row.get(2));
    Ok(tasks >= tickets && clocks >= tickets && !jobs)
}

/// The end of the log.
pub(super) async fn head(pool: &PgPool) -> Result<i64> {
    let head = sqlx::query_scalar("select coalesce(max(last_position), 0) from log.batches");
    Ok(head.fetch_one(pool).await?)
}

/// How tasks are spread over people.
pub(super) async fn fairness(pool: &PgPool) -> Result<String> {
    let counts: Vec<i64> = sqlx::query_scalar(
        "select count(*) from log.claims where kind = 'task.assignee' \
         group by substring(key for 16) order by 1",
    )
    .fetch_all(pool)
    .await?;
    let (least, most) = (counts.first().copied(), counts.last().copied());
    let (least, most) = (least.unwrap_or_default(), most.unwrap_or_default());
    let (people, apart) = (counts.len(), most - least);
    Ok(format!("{people} people have {least} to {most} tasks each, {apart} apart"))
}
