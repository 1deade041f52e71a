//! Opaque cursors: where a page ended.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::DateTime;
use serde::Serialize;
use sqlx::{Postgres, QueryBuilder};
use uuid::Uuid;

use crate::QueryError;

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Page<T> {
    /// The items, in order.
    pub items: Vec<T>,
    /// Where the next page begins; none on the last page.
    pub next_cursor: Option<Cursor>,
}

impl<T> Page<T> {
    /// Makes a page out of up to `limit + 1` items: the one too many says that there is more.
    pub(crate) fn of(mut items: Vec<T>, limit: usize, cursor: impl Fn(&T) -> Cursor) -> Self {
        let more = items.len() > limit;
        items.truncate(limit);
        let next_cursor = if more { items.last().map(cursor) } else { None };
        Self { items, next_cursor }
    }
}

/// Where a page ended; opaque to clients.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Cursor(String);

impl Cursor {
    /// Takes a cursor as a client sent it; whether it fits is found out by the list it is given to.
    pub fn from_client(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The cursor as text, safe in a query string.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A cursor of the list `list`, after the row with this sort value and id.
    pub(crate) fn after(list: &str, value: i64, id: Uuid) -> Self {
        Self(URL_SAFE_NO_PAD.encode(format!("{list}.{value}.{}", id.simple())))
    }

    /// A cursor of the list `list`, after the row with this text and id.
    pub(crate) fn after_text(list: &str, text: &str, id: Uuid) -> Self {
        let text = URL_SAFE_NO_PAD.encode(text);
        Self(URL_SAFE_NO_PAD.encode(format!("{list}.{text}.{}", id.simple())))
    }

    /// The text and id of a cursor that must be of the list `list`.
    pub(crate) fn read_text(&self, list: &str) -> Result<(String, Uuid), QueryError> {
        let parsed = || {
            let (value, id) = self.parts(list)?;
            let text = String::from_utf8(URL_SAFE_NO_PAD.decode(value).ok()?).ok()?;
            // Postgres takes none.
            (!text.contains('\0')).then_some((text, id))
        };
        parsed().ok_or(QueryError::BadCursor)
    }

    /// The sort value and id of a cursor that must be of the list `list`.
    pub(crate) fn read(&self, list: &str) -> Result<(i64, Uuid), QueryError> {
        let parsed = || {
            let (value, id) = self.parts(list)?;
            Some((value.parse().ok()?, id))
        };
        parsed().ok_or(QueryError::BadCursor)
    }

    /// The sort value, as it is written, and the id; none when it is no cursor of this list.
    fn parts(&self, list: &str) -> Option<(String, Uuid)> {
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(&self.0).ok()?).ok()?;
        let mut parts = text.split('.');
        let of = parts.next()?;
        let value = parts.next()?.to_owned();
        let id = Uuid::parse_str(parts.next()?).ok()?;
        (of == list && parts.next().is_none()).then_some((value, id))
    }
}

/// Ends the query of a list in the order its rows were created: those after the cursor, which has to be of `list`, and
/// one more than the page holds.
pub(crate) fn push_created_page(
    query: &mut QueryBuilder<Postgres>,
    list: &str,
    cursor: Option<&Cursor>,
    limit: usize,
) -> Result<(), QueryError> {
    if let Some(cursor) = cursor {
        let (after, id) = cursor.read(list)?;
        let after = DateTime::from_timestamp_micros(after).ok_or(QueryError::BadCursor)?;
        query.push(" and (created_at, id) > (").push_bind(after);
        query.push(", ").push_bind(id).push(")");
    }
    query.push(" order by created_at, id limit ");
    query.push_bind(i64::try_from(limit + 1).unwrap_or(i64::MAX));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_belongs_to_its_list() {
        let cursor = Cursor::after("created_at", -7, Uuid::from_u128(9));
        assert_eq!(cursor.read("created_at").unwrap(), (-7, Uuid::from_u128(9)));
        assert!(matches!(cursor.read("number"), Err(QueryError::BadCursor)));
        let cursor = Cursor::after_text("data:text:site_id", "站.点", Uuid::from_u128(9));
        let read = cursor.read_text("data:text:site_id").unwrap();
        assert_eq!(read, ("站.点".to_owned(), Uuid::from_u128(9)));
        assert!(matches!(cursor.read_text("data:text:site"), Err(QueryError::BadCursor)));
        assert!(matches!(cursor.read("data:text:site_id"), Err(QueryError::BadCursor)));
        assert!(matches!(
            Cursor::from_client("not a cursor").read("number"),
            Err(QueryError::BadCursor)
        ));
    }
}
