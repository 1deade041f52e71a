//! `GET /tickets/stats`

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use chrono::NaiveDate;
use projections::{ClockCounts, Durations, Freshness, MetricStats, TicketStats};
use serde::Serialize;
use utoipa::ToSchema;

use crate::Api;
use crate::auth::Caller;
use crate::conventions::{Params, Problem, wait_for_views};
use crate::permissions::Capability;

/// Statistics over all tickets that are neither deleted nor merged.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StatsBody {
    /// How many there are.
    total_tickets: i64,
    /// How many are neither resolved nor closed.
    open_tickets: i64,
    /// Tickets per day, from the day of the first to today.
    avg_tickets_per_day: f64,
    /// How many by status.
    status_breakdown: BTreeMap<String, i64>,
    /// How many by priority.
    priority_breakdown: BTreeMap<String, i64>,
    /// How many by category.
    category_breakdown: BTreeMap<String, i64>,
    /// How many by department.
    department_breakdown: BTreeMap<String, i64>,
    /// How many by source.
    source_breakdown: BTreeMap<String, i64>,
    /// How many by type.
    ticket_type_breakdown: BTreeMap<String, i64>,
    /// How many were opened by day (UTC).
    tickets_by_day: BTreeMap<NaiveDate, i64>,
    /// From opening to resolution.
    resolution: DurationsBody,
    /// The same by priority.
    resolution_by_priority: BTreeMap<String, DurationsBody>,
    /// From opening to the first public answer.
    first_response: DurationsBody,
    /// How the targets of service levels turn out. Clocks of deleted and merged tickets are counted as well.
    sla: SlaStatsBody,
}

/// How the targets of service levels turn out.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SlaStatsBody {
    /// The targets of the first public answer.
    response: MetricStatsBody,
    /// The targets of the resolution.
    resolution: MetricStatsBody,
}

/// How targets of one kind turn out.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MetricStatsBody {
    #[serde(flatten)]
    all: ClockCountsBody,
    /// By the priority that the target was chosen by.
    by_priority: BTreeMap<String, ClockCountsBody>,
}

/// How many clocks do what, or how they turned out.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ClockCountsBody {
    /// They run, in time.
    running: i64,
    /// They stand still, in time.
    paused: i64,
    /// They run, and are soon due.
    at_risk: i64,
    /// They are overdue.
    breached: i64,
    /// They stopped in time.
    met: i64,
    /// They stopped too late.
    missed: i64,
    /// The share of `met` in all that are decided (`met`, `missed`, `breached`), from 0 to 1; null while none is.
    share_in_time: Option<f64>,
}

/// How long something took.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DurationsBody {
    /// How often it was measured.
    count: i64,
    /// Mean, in seconds.
    avg_seconds: Option<f64>,
    /// Median, in seconds, to within a tenth.
    median_seconds: Option<f64>,
    /// Nine of ten took no longer, in seconds, to within a tenth.
    p90_seconds: Option<f64>,
}

/// See the statistics
#[utoipa::path(get, path = "/api/v1/tickets/stats", tag = "Tickets",
    responses((status = 200, description = "The statistics.", body = StatsBody)))]
pub(crate) async fn view_statistics(
    State(api): State<Api>,
    caller: Caller,
    headers: HeaderMap,
    params: Params,
) -> Result<Json<StatsBody>, Problem> {
    caller.may(Capability::ViewStatistics)?;
    params.finish()?;
    wait_for_views(&api, &headers, Freshness::Views).await?;
    let stats = api.queries.stats(api.ambient.now()).await?;
    Ok(Json(body(stats)))
}

fn body(stats: TicketStats) -> StatsBody {
    let by_priority = stats.resolution_by_priority.into_iter();
    StatsBody {
        total_tickets: stats.total_tickets,
        open_tickets: stats.open_tickets,
        avg_tickets_per_day: stats.avg_tickets_per_day,
        status_breakdown: stats.status_breakdown,
        priority_breakdown: stats.priority_breakdown,
        category_breakdown: stats.category_breakdown,
        department_breakdown: stats.department_breakdown,
        source_breakdown: stats.source_breakdown,
        ticket_type_breakdown: stats.ticket_type_breakdown,
        tickets_by_day: stats.tickets_by_day,
        resolution: durations(stats.resolution),
        resolution_by_priority: by_priority.map(|(name, took)| (name, durations(took))).collect(),
        first_response: durations(stats.first_response),
        sla: SlaStatsBody {
            response: MetricStatsBody::from(stats.sla.response),
            resolution: MetricStatsBody::from(stats.sla.resolution),
        },
    }
}

impl From<MetricStats> for MetricStatsBody {
    fn from(stats: MetricStats) -> Self {
        let by_priority = stats.by_priority.into_iter();
        Self {
            all: ClockCountsBody::from(stats.all),
            by_priority: by_priority.map(|(name, counts)| (name, counts.into())).collect(),
        }
    }
}

impl From<ClockCounts> for ClockCountsBody {
    fn from(counts: ClockCounts) -> Self {
        let ClockCounts { running, paused, at_risk, breached, met, missed, share_in_time } = counts;
        Self { running, paused, at_risk, breached, met, missed, share_in_time }
    }
}

fn durations(durations: Durations) -> DurationsBody {
    DurationsBody {
        count: durations.count,
        avg_seconds: durations.avg_seconds,
        median_seconds: durations.median_seconds,
        p90_seconds: durations.p90_seconds,
    }
}
