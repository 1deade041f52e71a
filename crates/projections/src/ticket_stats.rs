//! Statistics of tickets: counters that each event moves, never a scan. A counter is a sum over tickets, so the order
//! in which tickets are folded does not matter.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, NaiveDate, Utc};
use domain::ticket::{Ticket, TicketState};
use serde::Serialize;
use sqlx::{PgConnection, PgPool, Row};

use crate::counters::Moved;
use crate::ticket_list::{counted_of, listed, type_of_form};
use crate::{QueryError, SlaStats, ticket_sla, ticket_types};

pub(crate) const TABLES: &str = "
create table stat_counters (
    counter text   not null collate \"C\", -- facet, day, resolution …
    key     text   not null collate \"C\", -- the value that is counted
    n       bigint not null,
    primary key (counter, key)
) with (fillfactor = 50);                  -- updated all the time, without touching the index
";

/// What is counted, by key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Counter {
    /// All tickets; one key.
    Tickets,
    /// Those neither resolved nor closed; one key.
    Open,
    /// By the facets of the lists.
    Facet,
    /// By the day they were opened.
    Day,
    /// Seconds until resolution, summed, by priority.
    ResolutionSeconds,
    /// Tickets by priority and bucket of the time until resolution.
    Resolution,
    /// Seconds until the first response, summed; one key.
    ResponseSeconds,
    /// Tickets by bucket of that time.
    Response,
}

impl Counter {
    const ALL: [Self; 8] = [
        Self::Tickets,
        Self::Open,
        Self::Facet,
        Self::Day,
        Self::ResolutionSeconds,
        Self::Resolution,
        Self::ResponseSeconds,
        Self::Response,
    ];

    /// What it is called in the table.
    fn as_str(self) -> &'static str {
        match self {
            Self::Tickets => "tickets",
            Self::Open => "open",
            Self::Facet => "facet",
            Self::Day => "day",
            Self::ResolutionSeconds => "resolution_seconds",
            Self::Resolution => "resolution",
            Self::ResponseSeconds => "response_seconds",
            Self::Response => "response",
        }
    }

    fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|counter| counter.as_str() == name)
    }
}

/// The statistics of all tickets that are neither deleted nor merged.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct TicketStats {
    /// How many there are.
    pub total_tickets: i64,
    /// How many are neither resolved nor closed.
    pub open_tickets: i64,
    /// Tickets per day, from the first day (UTC) to today.
    pub avg_tickets_per_day: f64,
    /// How many by status.
    pub status_breakdown: BTreeMap<String, i64>,
    /// How many by priority.
    pub priority_breakdown: BTreeMap<String, i64>,
    /// How many by category.
    pub category_breakdown: BTreeMap<String, i64>,
    /// How many by department.
    pub department_breakdown: BTreeMap<String, i64>,
    /// How many by source.
    pub source_breakdown: BTreeMap<String, i64>,
    /// How many by type, by the name it has now.
    pub ticket_type_breakdown: BTreeMap<String, i64>,
    /// How many opened by day (UTC); days without any are left out.
    pub tickets_by_day: BTreeMap<NaiveDate, i64>,
    /// From opening to resolution, of the tickets that are resolved or closed.
    pub resolution: Durations,
    /// The same by priority.
    pub resolution_by_priority: BTreeMap<String, Durations>,
    /// From opening to the first public answer of somebody else.
    pub first_response: Durations,
    /// How the targets of their service levels turn out. Those of deleted and merged tickets are counted as well.
    pub sla: SlaStats,
}

/// How long something took.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Durations {
    /// How often it was measured.
    pub count: i64,
    /// Mean, in seconds.
    pub avg_seconds: Option<f64>,
    /// Median, in seconds, to within a tenth.
    pub median_seconds: Option<f64>,
    /// Nine of ten took no longer, in seconds, to within a tenth.
    pub p90_seconds: Option<f64>,
}

/// What a batch adds to each counter.
#[derive(Default)]
pub(crate) struct Deltas(Moved);

impl Deltas {
    /// Adds what a ticket counts for.
    pub(crate) fn add(&mut self, state: &TicketState) {
        if let Some(ticket) = listed(state) {
            self.count(ticket, 1);
        }
    }

    /// Takes off what a ticket counted for.
    pub(crate) fn take(&mut self, state: &TicketState) {
        if let Some(ticket) = listed(state) {
            self.count(ticket, -1);
        }
    }

    fn count(&mut self, ticket: &Ticket, by: i64) {
        self.bump(Counter::Tickets, String::new(), by);
        if !ticket.status.is_finished() {
            self.bump(Counter::Open, String::new(), by);
        }
        self.bump(Counter::Day, ticket.created_at.date_naive().to_string(), by);
        for facet in counted_of(ticket) {
            self.bump(Counter::Facet, facet, by);
        }
        let since = |at: DateTime<Utc>| (at - ticket.created_at).num_seconds().max(0);
        if let Some(seconds) = ticket.resolved_at.map(since) {
            let priority = ticket.priority.as_str();
            self.bump(Counter::ResolutionSeconds, priority.to_owned(), by * seconds);
            self.bump(Counter::Resolution, format!("{priority}:{:03}", bucket(seconds)), by);
        }
        if let Some(seconds) = ticket.first_response_at.map(since) {
            self.bump(Counter::ResponseSeconds, String::new(), by * seconds);
            self.bump(Counter::Response, format!(":{:03}", bucket(seconds)), by);
        }
    }

    fn bump(&mut self, counter: Counter, key: String, by: i64) {
        self.0.bump(counter.as_str(), key, by);
    }
}

/// Adds the deltas.
pub(crate) async fn store(
    connection: &mut PgConnection,
    deltas: Deltas,
) -> Result<(), sqlx::Error> {
    deltas.0.store(connection, "stat_counters").await
}

/// How many tickets are listed, and how many have each of these facets.
pub(crate) async fn facet_counts(
    pool: &PgPool,
    facets: &[String],
) -> Result<(i64, HashMap<String, i64>), sqlx::Error> {
    let rows = sqlx::query(
        "select key, n from views.stat_counters where counter = 'tickets' and key = '' \
         union all select key, n from views.stat_counters where counter = 'facet' and key = any($1)",
    )
    .bind(facets)
    .fetch_all(pool)
    .await?;
    let mut counts: HashMap<String, i64> =
        rows.iter().map(|row| (row.get(0), row.get(1))).collect();
    let total = counts.remove("").unwrap_or(0);
    Ok((total, counts))
}

/// The statistics as they stand.
pub(crate) async fn read(pool: &PgPool, now: DateTime<Utc>) -> Result<TicketStats, QueryError> {
    // Tags, owners and subcategories are counted for the lists; there may be many of them.
    let rows = sqlx::query(
        "select counter, key, n from views.stat_counters where counter <> 'facet' \
         or key ~ '^(status|priority|category|department|source|type|form):'",
    )
    .fetch_all(pool)
    .await?;
    let mut stats = TicketStats::default();
    let mut resolution: BTreeMap<String, Histogram> = BTreeMap::new();
    let mut response = Histogram::default();
    let mut forms = HashMap::new();
    for row in rows {
        let (name, key, n): (&str, &str, i64) = (row.get(0), row.get(1), row.get(2));
        let (head, tail) = key.split_once(':').unwrap_or((key, ""));
        // Another version may keep more of them.
        let Some(counter) = Counter::named(name) else { continue };
        match counter {
            Counter::Tickets => stats.total_tickets = n,
            Counter::Open => stats.open_tickets = n,
            Counter::Day => {
                if let Ok(day) = key.parse() {
                    stats.tickets_by_day.insert(day, n);
                }
            }
            Counter::Facet if head == "form" => {
                forms.extend(type_of_form(tail).map(|ticket_type| (ticket_type, n)));
            }
            Counter::Facet => {
                if let Some(breakdown) = stats.breakdown(head) {
                    breakdown.insert(tail.to_owned(), n);
                }
            }
            Counter::ResolutionSeconds => {
                resolution.entry(head.to_owned()).or_default().seconds += n;
            }
            Counter::Resolution => {
                resolution.entry(head.to_owned()).or_default().put(tail, n);
            }
            Counter::ResponseSeconds => response.seconds += n,
            Counter::Response => response.put(tail, n),
        }
    }
    let names = ticket_types::names(pool, forms.keys().copied()).await?;
    for (ticket_type, name) in names {
        let n = forms.get(&ticket_type).copied().unwrap_or(0);
        *stats.ticket_type_breakdown.entry(name.to_string()).or_default() += n;
    }
    let mut all = Histogram::default();
    for histogram in resolution.values() {
        all.merge(histogram);
    }
    stats.resolution = all.durations();
    stats.resolution_by_priority =
        resolution.iter().map(|(key, histogram)| (key.clone(), histogram.durations())).collect();
    stats.first_response = response.durations();
    stats.sla = ticket_sla::stats(pool).await?;
    stats.avg_tickets_per_day = per_day(&stats, now);
    Ok(stats)
}

fn per_day(stats: &TicketStats, now: DateTime<Utc>) -> f64 {
    let Some(first) = stats.tickets_by_day.keys().next() else { return 0.0 };
    let days = (now.date_naive() - *first).num_days() + 1;
    stats.total_tickets as f64 / days.max(1) as f64
}

impl TicketStats {
    fn breakdown(&mut self, facet: &str) -> Option<&mut BTreeMap<String, i64>> {
        match facet {
            "status" => Some(&mut self.status_breakdown),
            "priority" => Some(&mut self.priority_breakdown),
            "category" => Some(&mut self.category_breakdown),
            "department" => Some(&mut self.department_breakdown),
            "source" => Some(&mut self.source_breakdown),
            "type" => Some(&mut self.ticket_type_breakdown),
            _ => None,
        }
    }
}

/// Buckets per doubling: a bucket is some 9 % wide, so its middle is off by less than 5 %.
const PER_DOUBLING: f64 = 8.0;

/// The bucket of a duration.
fn bucket(seconds: i64) -> i64 {
    ((seconds as f64 + 1.0).log2() * PER_DOUBLING).round() as i64
}

#[derive(Default)]
struct Histogram {
    seconds: i64,
    buckets: BTreeMap<i64, i64>,
}

impl Histogram {
    fn put(&mut self, bucket: &str, n: i64) {
        if let Ok(bucket) = bucket.parse() {
            *self.buckets.entry(bucket).or_default() += n;
        }
    }

    fn merge(&mut self, other: &Self) {
        self.seconds += other.seconds;
        for (bucket, n) in &other.buckets {
            *self.buckets.entry(*bucket).or_default() += n;
        }
    }

    fn durations(&self) -> Durations {
        let count: i64 = self.buckets.values().sum();
        if count <= 0 {
            return Durations::default();
        }
        Durations {
            count,
            avg_seconds: Some(self.seconds as f64 / count as f64),
            median_seconds: self.quantile(0.5, count),
            p90_seconds: self.quantile(0.9, count),
        }
    }

    fn quantile(&self, share: f64, count: i64) -> Option<f64> {
        let wanted = (share * count as f64).ceil() as i64;
        let mut seen = 0;
        for (bucket, n) in &self.buckets {
            seen += n;
            if seen >= wanted {
                return Some(((*bucket as f64 / PER_DOUBLING).exp2() - 1.0).max(0.0));
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_within_a_tenth() {
        let mut histogram = Histogram::default();
        for seconds in 1..=1000_i64 {
            histogram.seconds += seconds * 60;
            *histogram.buckets.entry(bucket(seconds * 60)).or_default() += 1;
        }
        let durations = histogram.durations();
        assert_eq!(durations.count, 1000);
        assert!((durations.avg_seconds.unwrap() - 30_030.0).abs() < 1.0);
        assert!((durations.median_seconds.unwrap() / 30_000.0 - 1.0).abs() < 0.1);
        assert!((durations.p90_seconds.unwrap() / 54_000.0 - 1.0).abs() < 0.1);
        assert_eq!(Histogram::default().durations(), Durations::default());
    }
}
