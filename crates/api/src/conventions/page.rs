//! Pages of lists.

use projections::{Cursor, QueryError};

use super::{Params, Problem, Shape};
use crate::render::ListBody;

/// Most items of a page of `/v1`.
const MAX_LIMIT: u32 = 200;
/// Items of a page when nothing is said.
const DEFAULT_LIMIT: u32 = 50;
/// Most items of a legacy list.
const MAX_LEGACY: u32 = 10_000;

/// Which page of a list is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Page {
    pub(crate) limit: u32,
    /// Where the page begins, as the page before said.
    pub(crate) cursor: Option<String>,
    /// Items to skip (legacy pages by number).
    pub(crate) offset: u32,
    /// Is the total wanted?
    pub(crate) count: bool,
}

impl Page {
    /// What the page comes after.
    pub(crate) fn after(&self) -> Option<Cursor> {
        self.cursor.clone().map(Cursor::from_client)
    }

    /// How many items to read: a page by number is read from the list's beginning, as far as it goes.
    pub(crate) fn end(&self) -> usize {
        self.offset.saturating_add(self.limit) as usize
    }

    /// The page, out of what was read to its end.
    pub(crate) fn list<R, T>(
        &self,
        read: projections::Page<R>,
        total: Option<i64>,
        body: impl FnMut(R) -> T,
    ) -> ListBody<T> {
        ListBody {
            items: read.items.into_iter().skip(self.offset as usize).map(body).collect(),
            next_cursor: read.next_cursor.map(|cursor| cursor.as_str().to_owned()),
            total,
        }
    }

    /// The page of a list that is all there. Its cursor is the key of the last item before it.
    pub(crate) fn of<T>(
        &self,
        mut items: Vec<T>,
        key: impl Fn(&T) -> String,
    ) -> Result<ListBody<T>, Problem> {
        let total = self.count.then(|| i64::try_from(items.len()).unwrap_or(i64::MAX));
        let begin = match &self.cursor {
            None => 0,
            Some(cursor) => {
                let last = items.iter().position(|item| key(item) == *cursor);
                last.ok_or_else(|| Problem::from(QueryError::BadCursor))? + 1
            }
        };
        items.drain(..items.len().min(begin + self.offset as usize));
        let more = items.len() > self.limit as usize;
        items.truncate(self.limit as usize);
        let next_cursor = if more { items.last().map(key) } else { None };
        Ok(ListBody { items, next_cursor, total })
    }
}

/// Takes the parameters of paging: `limit`, `cursor`, `count`, and in legacy shape `page`, `page_size`.
pub(crate) fn page_params(params: &mut Params) -> Page {
    let cursor = params.one(&["cursor"]);
    let counted = params.flag(&["count"]);
    match params.shape() {
        Shape::V1 => {
            let limit = params.number(&["limit"], 1, MAX_LIMIT).unwrap_or(DEFAULT_LIMIT);
            Page { limit, cursor, offset: 0, count: counted.unwrap_or(false) }
        }
        Shape::Legacy => {
            let size = params.number(&["limit", "page_size"], 1, MAX_LEGACY);
            let skipped = params.number(&["offset", "skip"], 0, 1_000_000).unwrap_or(0);
            let number = params.number(&["page"], 1, 1_000_000_u32);
            let limit = match (size, number) {
                (Some(size), _) => size,
                (None, Some(_)) => DEFAULT_LIMIT,
                (None, None) => MAX_LEGACY,
            };
            let offset = number.map_or(skipped, |number| (number - 1).saturating_mul(limit));
            Page { limit, cursor, offset, count: true }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(limit: u32, cursor: Option<&str>) -> Page {
        Page { limit, cursor: cursor.map(str::to_owned), offset: 0, count: true }
    }

    #[test]
    fn pages_of_a_list_follow_each_other() {
        let items = vec!["a", "b", "c"];
        let first = page(2, None).of(items.clone(), |item| (*item).to_owned()).unwrap();
        assert_eq!((first.items, first.total), (vec!["a", "b"], Some(3)));
        let second = page(2, first.next_cursor.as_deref());
        let second = second.of(items.clone(), |item| (*item).to_owned()).unwrap();
        assert_eq!((second.items, second.next_cursor), (vec!["c"], None));
        let bad = page(2, Some("x")).of(items, |item| (*item).to_owned());
        assert_eq!(bad.unwrap_err().status, 422);
    }

    #[test]
    fn no_page_is_too_far() {
        let last = Page { offset: u32::MAX, ..page(MAX_LEGACY, None) };
        assert_eq!(last.end(), u32::MAX as usize);
        let read = projections::Page { items: vec!["a", "b"], next_cursor: None };
        assert!(last.list(read, None, |item| item).items.is_empty());
    }
}
