//! What a list asks of the clocks. They stand in tables of their own: a row is folded from one stream.

use sqlx::{PgPool, Postgres, QueryBuilder};

use crate::{SlaState, ticket_sla};

/// What is asked of the clocks, and how many tickets that leaves.
#[derive(Default)]
pub(super) struct Clocks {
    states: Vec<SlaState>,
    /// The share of all tickets that are in one of the states; 1 when it does not matter.
    pub(super) share: f64,
    /// How many tickets are due at a known time.
    pub(super) due: i64,
}

impl Clocks {
    pub(super) async fn new(
        pool: &PgPool,
        states: &[SlaState],
        total: i64,
    ) -> Result<Self, sqlx::Error> {
        let mut states = states.to_vec();
        states.sort_unstable();
        states.dedup();
        let counts = ticket_sla::counts(pool).await?;
        let count = |state: &SlaState| match counts.states.get(state) {
            Some(n) => *n,
            None => 0,
        };
        let known: i64 = SlaState::ALL.iter().map(count).sum();
        let in_states = |state: &SlaState| match state {
            // Those without any clock stand nowhere. Deleted ones are counted among the known, so there may be more.
            SlaState::None => count(state) + (total - known).max(1),
            SlaState::Breached
            | SlaState::AtRisk
            | SlaState::Ok
            | SlaState::Paused
            | SlaState::Missed
            | SlaState::Met => count(state),
        };
        let matching: i64 = states.iter().map(in_states).sum();
        let share =
            if states.is_empty() { 1.0 } else { (matching as f64 / total.max(1) as f64).min(1.0) };
        Ok(Self { states, share, due: counts.due })
    }

    /// Whether tickets are filtered by them.
    pub(super) fn is_asked(&self) -> bool {
        !self.states.is_empty()
    }

    /// Whether the matches can be found beginning with the clocks: those without any stand nowhere.
    pub(super) fn is_indexed(&self) -> bool {
        self.is_asked() && !self.states.contains(&SlaState::None)
    }

    fn names(&self) -> Vec<&'static str> {
        self.states.iter().map(|state| state.as_str()).collect()
    }

    /// Whether none of the states goes with a due time.
    pub(super) fn are_never_due(&self) -> bool {
        let is_never_due = |state: &SlaState| match state {
            SlaState::Met | SlaState::Missed | SlaState::None => true,
            SlaState::Breached | SlaState::AtRisk | SlaState::Ok | SlaState::Paused => false,
        };
        self.is_asked() && self.states.iter().all(is_never_due)
    }

    /// `… t where …`: the tickets in these states, begun with the clocks, each ticket looked up: so it may end early.
    pub(super) fn push_from_index(&self, sql: &mut QueryBuilder<Postgres>) {
        sql.push(
            "views.ticket_sla s cross join lateral (select * from views.tickets l where l.id = s.ticket_id offset 0) t \
             where not t.hidden and s.state = any(",
        );
        sql.push_bind(self.names()).push(")");
    }

    /// A look at the clocks of each row of `table`: never a join, which would begin at the wrong end.
    pub(super) fn push_each(&self, sql: &mut QueryBuilder<Postgres>, table: &str) {
        if self.is_asked() {
            sql.push(format!(
                " and coalesce((select s.state from views.ticket_sla s where s.ticket_id = {table}.id), 'none') = any("
            ));
            sql.push_bind(self.names()).push(")");
        }
    }
}

/// Only rows of `table` that are due at no known time.
pub(super) fn push_never_due(sql: &mut QueryBuilder<Postgres>, table: &str) {
    sql.push(format!(
        " and (select s.due_at from views.ticket_sla s where s.ticket_id = {table}.id) is null"
    ));
}
