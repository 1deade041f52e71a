//! What a stretch of the list is ordered by. Ordered by due time, the list has two of them: tickets that are due at no
//! known time come behind all others, whichever way the list runs, and among themselves by age.

use chrono::DateTime;
use sqlx::postgres::PgRow;
use sqlx::{Postgres, QueryBuilder, Row};
use uuid::Uuid;

use super::filter::SortKey;
use crate::ticket_detail::micros;
use crate::{Cursor, QueryError};

/// A row of the page, without its content.
pub(super) struct Found {
    pub(super) id: Uuid,
    value: i64,
    order: Order,
}

impl Found {
    /// Where the page after this row begins.
    pub(super) fn cursor(&self) -> Cursor {
        Cursor::after(self.order.name(), self.value, self.id)
    }
}

/// A stretch of the list.
#[derive(Clone, Copy)]
pub(super) struct Stretch {
    pub(super) order: Order,
    /// After this row.
    pub(super) cursor: Option<(i64, Uuid)>,
    /// So many rows.
    pub(super) wanted: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    CreatedAt,
    UpdatedAt,
    Priority,
    Number,
    /// Tickets that are due at a known time, by it.
    Due,
    /// The others, by age.
    NeverDue,
}

impl Order {
    /// Where a list begins, or goes on.
    pub(super) fn start(
        sort: SortKey,
        cursor: Option<&Cursor>,
    ) -> Result<(Self, Option<(i64, Uuid)>), QueryError> {
        let orders = match sort {
            SortKey::CreatedAt => [Self::CreatedAt].as_slice(),
            SortKey::UpdatedAt => &[Self::UpdatedAt],
            SortKey::Priority => &[Self::Priority],
            SortKey::Number => &[Self::Number],
            SortKey::DueAt => &[Self::Due, Self::NeverDue],
        };
        let read = |order: &Self| match cursor {
            Some(cursor) => Some((*order, Some(cursor.read(order.name()).ok()?))),
            None => Some((*order, None)),
        };
        orders.iter().find_map(read).ok_or(QueryError::BadCursor)
    }

    /// The name its cursors carry.
    fn name(self) -> &'static str {
        match self {
            Self::CreatedAt | Self::UpdatedAt | Self::Priority | Self::Number | Self::Due => {
                self.column()
            }
            Self::NeverDue => "never_due",
        }
    }

    /// The column: of the tickets, but for the due time.
    pub(super) fn column(self) -> &'static str {
        match self {
            Self::CreatedAt | Self::NeverDue => "created_at",
            Self::UpdatedAt => "updated_at",
            Self::Priority => "priority",
            Self::Number => "number",
            Self::Due => "due_at",
        }
    }

    /// Its value for a row of tickets.
    pub(super) fn value_of(self, table: &str) -> String {
        match self {
            Self::CreatedAt | Self::UpdatedAt | Self::Priority | Self::Number | Self::NeverDue => {
                format!("{table}.{}", self.column())
            }
            Self::Due => {
                format!("(select d.due_at from views.ticket_sla d where d.ticket_id = {table}.id)")
            }
        }
    }

    /// A value out of a cursor.
    pub(super) fn push_value(self, sql: &mut QueryBuilder<Postgres>, value: i64) {
        match self {
            Self::CreatedAt | Self::UpdatedAt | Self::Due | Self::NeverDue => {
                sql.push_bind(DateTime::from_timestamp_micros(value).unwrap_or_default());
            }
            Self::Priority => {
                sql.push_bind(i16::try_from(value).unwrap_or_default());
            }
            Self::Number => {
                sql.push_bind(value);
            }
        }
    }

    /// The row of an id and its value.
    pub(super) fn found(self, row: &PgRow) -> Found {
        let value = match self {
            Self::CreatedAt | Self::UpdatedAt | Self::Due | Self::NeverDue => micros(row.get(1)),
            Self::Priority => i64::from(row.get::<i16, _>(1)),
            Self::Number => row.get(1),
        };
        Found { id: row.get(0), value, order: self }
    }
}
