//! What a list of tickets can be asked for.

use chrono::{DateTime, Utc};
use domain::UserId;
use domain::ticket::{Priority, Source, Status};
use domain::ticket_type::FieldId;

use super::data::{DataFilter, DataOrder};
use crate::{CommentAccess, Cursor, SlaState};

/// Who has a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Assignment {
    /// This user.
    To(UserId),
    /// Nobody.
    Nobody,
}

/// What a list is ordered by. Equal ones are ordered by id, so that pages never overlap.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum SortKey {
    /// When it was opened.
    #[default]
    CreatedAt,
    /// When it last changed.
    UpdatedAt,
    /// How urgent it is.
    Priority,
    /// Its number.
    Number,
    /// When the next of its clocks is due. Tickets that are due at no known time come last, whichever way the list
    /// runs, and among themselves by when they were opened.
    DueAt,
    /// The declared value of a field of the forms. Tickets without one (or with one of the other order) come last,
    /// whichever way the list runs, and among themselves by when they were opened.
    Data(FieldId, DataOrder),
}

/// Which way a list runs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Direction {
    /// The smallest, oldest, least urgent first.
    Ascending,
    /// The greatest, newest, most urgent first.
    #[default]
    Descending,
}

/// Whether the matches are counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Count {
    /// They are, up to [`crate::Total::CAP`].
    Wanted,
    /// They are not, which is faster.
    #[default]
    Omitted,
}

/// Which tickets are wanted. Every list here may be empty (no filter); a ticket matches when it matches one value of
/// every list that is not. Deleted and merged tickets never match.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TicketFilter {
    /// Any of these statuses.
    pub status: Vec<Status>,
    /// Any of these priorities.
    pub priority: Vec<Priority>,
    /// Any of these categories, exactly.
    pub category: Vec<String>,
    /// Any of these subcategories, exactly.
    pub subcategory: Vec<String>,
    /// Any of these departments, exactly.
    pub department: Vec<String>,
    /// Any of these types: by the names they have now or by their ids; of one that nobody defined, exactly.
    pub ticket_type: Vec<String>,
    /// Any of these sources.
    pub source: Vec<Source>,
    /// Any of these assignments.
    pub assigned: Vec<Assignment>,
    /// Any of these customers, by id (exactly) or e-mail address (in any case).
    pub customer: Vec<String>,
    /// Any of these tags, exactly.
    pub tag: Vec<String>,
    /// Any of these external ids, exactly.
    pub external_id: Vec<String>,
    /// Opened by any of these users. A publisher's list has the publisher here.
    pub opened_by: Vec<UserId>,
    /// Watched by any of these users.
    pub watcher: Vec<UserId>,
    /// All of these hold of the declared values of their forms.
    pub data: Vec<DataFilter>,
    /// In any of these states of their service levels.
    pub sla: Vec<SlaState>,
    /// Opened at this moment or later.
    pub created_from: Option<DateTime<Utc>>,
    /// Opened before this moment.
    pub created_to: Option<DateTime<Utc>>,
    /// Last changed at this moment or later.
    pub updated_from: Option<DateTime<Utc>>,
    /// Last changed before this moment.
    pub updated_to: Option<DateTime<Utc>>,
    /// Words that must all be in the number, subject, description or comments: whole, by their beginning, or misspelt.
    /// Text without any word is no filter.
    pub search: Option<String>,
    /// Whether words in internal comments may be found.
    pub search_in: CommentAccess,
}

/// One page of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct TicketQuery {
    /// Which tickets.
    pub filter: TicketFilter,
    /// Ordered by what.
    pub sort: SortKey,
    /// Which way.
    pub direction: Direction,
    /// After which ticket; the first page without.
    pub cursor: Option<Cursor>,
    /// At most so many items.
    pub limit: usize,
    /// Whether to count all matches.
    pub count: Count,
}

impl Default for TicketQuery {
    fn default() -> Self {
        Self {
            filter: TicketFilter::default(),
            sort: SortKey::default(),
            direction: Direction::default(),
            cursor: None,
            limit: 50,
            count: Count::default(),
        }
    }
}

/// Priorities as the list orders them.
pub(crate) fn rank(priority: Priority) -> i16 {
    match priority {
        Priority::Low => 1,
        Priority::Medium => 2,
        Priority::High => 3,
        Priority::Urgent => 4,
    }
}

impl Direction {
    pub(crate) fn sql(self) -> &'static str {
        match self {
            Self::Ascending => "asc",
            Self::Descending => "desc",
        }
    }

    /// How a later row of the list compares with an earlier one.
    pub(crate) fn after(self) -> &'static str {
        match self {
            Self::Ascending => ">",
            Self::Descending => "<",
        }
    }
}
