//! What a stretch of the list is ordered by. Ordered by due time or by a field of the forms, the list has two of them:
//! tickets without such a value come behind all others, whichever way the list runs, and among themselves by age.

use chrono::DateTime;
use domain::ticket_type::FieldId;
use sqlx::postgres::PgRow;
use sqlx::{Postgres, QueryBuilder, Row};
use uuid::Uuid;

use super::data::{self, DataOrder};
use super::facets;
use super::filter::SortKey;
use crate::ticket_detail::micros;
use crate::{Cursor, QueryError};

/// A row of the page, without its content.
pub(super) struct Found {
    pub(super) id: Uuid,
    /// Where the page after this row begins.
    pub(super) cursor: Cursor,
}

/// A value that rows are ordered by.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum SortValue {
    Whole(i64),
    Number(f64),
    Text(String),
}

/// Where a page begins: behind the row with this value and id.
pub(super) type After = (SortValue, Uuid);

/// A stretch of the list.
#[derive(Clone)]
pub(super) struct Stretch {
    pub(super) order: Order,
    /// After this row.
    pub(super) cursor: Option<After>,
    /// So many rows.
    pub(super) wanted: i64,
}

/// A field of the forms, and how its values are ordered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DataKey {
    pub(super) field: FieldId,
    pub(super) order: DataOrder,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Order {
    CreatedAt,
    UpdatedAt,
    Priority,
    Number,
    /// Tickets that are due at a known time, by it.
    Due,
    /// The others, by age.
    NeverDue,
    /// Tickets with a value of this field, by it.
    Data(DataKey),
    /// The others, by age.
    WithoutData(DataKey),
}

impl Order {
    /// Where a list begins, or goes on.
    pub(super) fn start(
        sort: &SortKey,
        cursor: Option<&Cursor>,
    ) -> Result<(Self, Option<After>), QueryError> {
        let orders = match sort {
            SortKey::CreatedAt => vec![Self::CreatedAt],
            SortKey::UpdatedAt => vec![Self::UpdatedAt],
            SortKey::Priority => vec![Self::Priority],
            SortKey::Number => vec![Self::Number],
            SortKey::DueAt => vec![Self::Due, Self::NeverDue],
            SortKey::Data(field, order) => {
                let key = DataKey { field: field.clone(), order: *order };
                vec![Self::Data(key.clone()), Self::WithoutData(key)]
            }
        };
        let read = |order: Self| match cursor {
            Some(cursor) => {
                let after = order.read(cursor).ok()?;
                Some((order, Some(after)))
            }
            None => Some((order, None)),
        };
        orders.into_iter().find_map(read).ok_or(QueryError::BadCursor)
    }

    /// The stretch that follows this one.
    pub(super) fn rest(&self) -> Option<Self> {
        match self {
            Self::Due => Some(Self::NeverDue),
            Self::Data(key) => Some(Self::WithoutData(key.clone())),
            Self::CreatedAt
            | Self::UpdatedAt
            | Self::Priority
            | Self::Number
            | Self::NeverDue
            | Self::WithoutData(_) => None,
        }
    }

    fn read(&self, cursor: &Cursor) -> Result<After, QueryError> {
        let name = self.name();
        match self {
            Self::Data(DataKey { order: DataOrder::Number, .. }) => {
                let (bits, id) = cursor.read(&name)?;
                let number = f64::from_bits(bits.cast_unsigned());
                // Nobody was given such a one.
                let number = Some(number).filter(|number| number.is_finite());
                Ok((SortValue::Number(number.ok_or(QueryError::BadCursor)?), id))
            }
            Self::Data(DataKey { order: DataOrder::Text, .. }) => {
                let (text, id) = cursor.read_text(&name)?;
                Ok((SortValue::Text(text), id))
            }
            Self::CreatedAt
            | Self::UpdatedAt
            | Self::Priority
            | Self::Number
            | Self::Due
            | Self::NeverDue
            | Self::WithoutData(_) => {
                let (value, id) = cursor.read(&name)?;
                Ok((SortValue::Whole(value), id))
            }
        }
    }

    /// The name its cursors carry.
    fn name(&self) -> String {
        match self {
            Self::CreatedAt | Self::UpdatedAt | Self::Priority | Self::Number | Self::Due => {
                self.column().to_owned()
            }
            Self::NeverDue => "never_due".to_owned(),
            // No field has a colon in its name, and none of the others here.
            Self::Data(key) => format!("data:{}:{}", key.column(), key.field),
            Self::WithoutData(key) => format!("without:{}:{}", key.column(), key.field),
        }
    }

    /// The column: of the tickets, but for the due time and the values of forms.
    pub(super) fn column(&self) -> &'static str {
        match self {
            Self::CreatedAt | Self::NeverDue | Self::WithoutData(_) => "created_at",
            Self::UpdatedAt => "updated_at",
            Self::Priority => "priority",
            Self::Number => "number",
            Self::Due => "due_at",
            Self::Data(key) => key.column(),
        }
    }

    /// Its value for a row of tickets.
    pub(super) fn push_value_of(&self, sql: &mut QueryBuilder<Postgres>, table: &str) {
        match self {
            Self::CreatedAt
            | Self::UpdatedAt
            | Self::Priority
            | Self::Number
            | Self::NeverDue
            | Self::WithoutData(_) => {
                sql.push(format!("{table}.{}", self.column()));
            }
            Self::Due => {
                sql.push(format!(
                    "(select d.due_at from views.ticket_sla d where d.ticket_id = {table}.id)"
                ));
            }
            Self::Data(key) => {
                sql.push(format!(
                    "(select d.{} from views.ticket_data d where d.ticket_id = {table}.id and d.field = ",
                    key.column()
                ));
                sql.push_bind(key.field.to_string()).push(")");
            }
        }
    }

    /// A value out of a cursor.
    pub(super) fn push_value(&self, sql: &mut QueryBuilder<Postgres>, value: &SortValue) {
        match value {
            SortValue::Number(number) => {
                sql.push_bind(*number);
            }
            SortValue::Text(text) => {
                sql.push_bind(text.clone()).push(" collate \"C\"");
            }
            SortValue::Whole(value) => match self {
                Self::CreatedAt
                | Self::UpdatedAt
                | Self::Due
                | Self::NeverDue
                | Self::WithoutData(_) => {
                    sql.push_bind(DateTime::from_timestamp_micros(*value).unwrap_or_default());
                }
                Self::Priority => {
                    sql.push_bind(i16::try_from(*value).unwrap_or_default());
                }
                Self::Number | Self::Data(_) => {
                    sql.push_bind(*value);
                }
            },
        }
    }

    /// The row of an id and its value.
    pub(super) fn found(&self, row: &PgRow) -> Found {
        let id: Uuid = row.get(0);
        let name = self.name();
        let cursor = match self {
            Self::CreatedAt
            | Self::UpdatedAt
            | Self::Due
            | Self::NeverDue
            | Self::WithoutData(_) => Cursor::after(&name, micros(row.get(1)), id),
            Self::Priority => Cursor::after(&name, i64::from(row.get::<i16, _>(1)), id),
            Self::Number => Cursor::after(&name, row.get(1), id),
            Self::Data(DataKey { order: DataOrder::Number, .. }) => {
                Cursor::after(&name, row.get::<f64, _>(1).to_bits().cast_signed(), id)
            }
            Self::Data(DataKey { order: DataOrder::Text, .. }) => {
                Cursor::after_text(&name, row.get(1), id)
            }
        };
        Found { id, cursor }
    }
}

impl DataKey {
    /// The column of `ticket_data` that holds its values.
    pub(super) fn column(&self) -> &'static str {
        data::column(self.order)
    }

    /// The facet of the tickets that have a value.
    pub(super) fn facet(&self) -> String {
        facets::has_data(self.field.as_str(), self.order)
    }
}
