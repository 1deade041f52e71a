//! Pages of lists.

use super::{Params, Shape};

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
