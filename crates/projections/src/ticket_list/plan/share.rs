//! How many tickets the filters match, each by itself.

use std::collections::HashMap;

use serde_json::Value;
use sqlx::{PgPool, Row};

use super::super::facets;

/// The share of all tickets that a group of facets matches.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Share {
    /// It is counted: exact, unless several facets of the group meet in one ticket.
    Counted(f64),
    /// By the statistics of Postgres; never 0.
    Estimated(f64),
    /// Nobody counts such facets, for they are rare.
    Rare,
}

impl Share {
    pub(super) fn guess(&self) -> f64 {
        match self {
            Self::Counted(share) | Self::Estimated(share) => *share,
            Self::Rare => 0.0,
        }
    }
}

/// The share of each group.
pub(super) async fn shares(
    pool: &PgPool,
    groups: &[Vec<String>],
    total: i64,
    counts: &HashMap<String, i64>,
) -> Result<Vec<Share>, sqlx::Error> {
    let of_all = |n: f64| (n / total.max(1) as f64).min(1.0);
    let mut shares = Vec::with_capacity(groups.len());
    for group in groups {
        shares.push(if group.iter().all(|facet| facets::counted(facet)) {
            let n: i64 = group.iter().filter_map(|facet| counts.get(facet)).sum();
            Share::Counted(of_all(n as f64))
        } else if group.iter().all(|facet| facets::is_data_value(facet)) {
            Share::Estimated(of_all(estimate(pool, group).await?))
        } else {
            Share::Rare
        });
    }
    Ok(shares)
}

/// How many tickets the planner thinks have one of these facets: wrong, but at once.
async fn estimate(pool: &PgPool, group: &[String]) -> Result<f64, sqlx::Error> {
    let plan: Value = sqlx::query(
        "explain (format json) select 1 from views.tickets t where not t.hidden and t.facets && $1",
    )
    .bind(group)
    .fetch_one(pool)
    .await?
    .get(0);
    Ok(plan.pointer("/0/Plan/Plan Rows").and_then(Value::as_f64).unwrap_or(1.0))
}
