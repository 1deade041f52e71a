//! Lists against a naive filter in Rust.

use std::collections::HashMap;

use domain::ticket::{
    Priority, Source, Status, Ticket, TicketEvent, TicketState, Visibility, evolve,
};
use domain::{TicketId, TicketNumber};
use projections::{
    Assignment, CommentAccess, Count, Direction, QueryError, SlaState, SortKey, TicketFilter,
    TicketQuery, Total,
};

use crate::clocks::{NaiveSla, policy_and_calendar, tell};
use crate::support::{CATEGORIES, Desk, Dice, at, lives, user, write};

/// Every combination of filters that the dice throw, over pages, against the state folded in memory.
#[tokio::test]
async fn lists_hold_what_a_naive_filter_finds() {
    let desk = Desk::new().await;
    let log = lives(11, 120, 600);
    write(&desk, &log).await;
    policy_and_calendar(&desk).await;
    let clocks = tell(&desk, &log, at(120 * 60 + 600)).await;
    desk.project().await;
    let mut states: HashMap<TicketId, TicketState> = HashMap::new();
    for (id, event, seconds) in &log {
        let state = states.remove(id).unwrap_or_default();
        states.insert(*id, evolve(state, event, at(*seconds)));
    }
    let mut commented = Commented::new();
    for (id, event, _) in &log {
        if let TicketEvent::CommentAdded(comment) = event
            && comment.visibility == Visibility::Public
        {
            let number = states[id].ticket().unwrap().number;
            commented.push((number, comment.text.as_str().unwrap().to_owned()));
        }
    }
    let listed: Vec<(TicketId, Ticket)> = states
        .into_iter()
        .filter_map(|(id, state)| match state {
            TicketState::Active { ticket } => Some((id, *ticket)),
            _ => None,
        })
        .collect();
    assert!(listed.len() > 30);

    let mut dice = Dice(5);
    let mut filled = 0;
    for _ in 0..350 {
        let query = some_query(&mut dice);
        let sla_of = |id: &TicketId| clocks.get(id).copied().unwrap_or(NaiveSla::NONE);
        let is_wanted = |id: &TicketId| {
            query.filter.sla.is_empty() || query.filter.sla.contains(&sla_of(id).state)
        };
        let mut wanted: Vec<&(TicketId, Ticket)> = listed
            .iter()
            .filter(|(id, ticket)| is_wanted(id) && matches(&query.filter, ticket, &commented))
            .collect();
        wanted.sort_by_key(|(id, ticket)| (value(&query.sort, ticket, sla_of(id)), *id));
        if query.direction == Direction::Descending {
            wanted.reverse();
        }
        if query.sort == SortKey::DueAt {
            // Stable: among themselves the order stays.
            wanted.sort_by_key(|(id, _)| sla_of(id).due_at.is_none());
        }
        let wanted: Vec<TicketId> = wanted.into_iter().map(|(id, _)| *id).collect();
        assert_eq!(all_pages(&desk, &query, wanted.len()).await, wanted, "{query:?}");
        filled += usize::from(!wanted.is_empty());
    }
    assert!(filled > 50, "the filters were too narrow to prove anything");
}

async fn all_pages(desk: &Desk, query: &TicketQuery, total: usize) -> Vec<TicketId> {
    let mut query = query.clone();
    let mut found = Vec::new();
    loop {
        let page = desk.queries.list_tickets(&query).await.unwrap();
        let counted = Total { value: total as i64, capped: false };
        assert_eq!(page.total, Some(counted), "{query:?}");
        found.extend(page.items.iter().map(|item| item.id));
        query.cursor = page.next_cursor;
        if query.cursor.is_none() {
            return found;
        }
    }
}

fn some_query(dice: &mut Dice) -> TicketQuery {
    let mut filter = TicketFilter::default();
    if dice.roll(3) == 0 {
        filter.status = (0..=dice.roll(2)).map(|_| *dice.pick(Status::ALL)).collect();
    }
    if dice.roll(3) == 0 {
        filter.priority = (0..=dice.roll(2)).map(|_| *dice.pick(Priority::ALL)).collect();
    }
    if dice.roll(4) == 0 {
        filter.category = vec![CATEGORIES[dice.roll(3) as usize].to_owned()];
    }
    if dice.roll(4) == 0 {
        filter.department = vec![["Field", "Nowhere"][dice.roll(2) as usize].to_owned()];
    }
    if dice.roll(5) == 0 {
        filter.source = vec![*dice.pick(Source::ALL)];
    }
    if dice.roll(4) == 0 {
        filter.tag = (0..=dice.roll(2))
            .map(|_| ["vip", "5g", "new"][dice.roll(3) as usize].to_owned())
            .collect();
    }
    if dice.roll(4) == 0 {
        filter.assigned = vec![match dice.roll(2) {
            0 => Assignment::Nobody,
            _ => Assignment::To(user(u128::from(dice.roll(4)))),
        }];
    }
    if dice.roll(5) == 0 {
        filter.customer = vec![format!("C{}@example.com", dice.roll(5))];
    }
    if dice.roll(5) == 0 {
        filter.opened_by = vec![user(u128::from(dice.roll(3)))];
    }
    if dice.roll(5) == 0 {
        filter.watcher = vec![user(u128::from(dice.roll(4)))];
    }
    if dice.roll(4) == 0 {
        filter.created_from = Some(at(dice.roll(120 * 60) as i64));
    }
    if dice.roll(4) == 0 {
        filter.updated_to = Some(at(120 * 60 + dice.roll(600) as i64));
    }
    if dice.roll(3) == 0 {
        filter.search =
            Some(["refund", "refnud", "net", "故障", "reseau"][dice.roll(5) as usize].to_owned());
        filter.search_in = CommentAccess::PublicOnly;
    }
    if dice.roll(4) == 0 {
        filter.sla = (0..=dice.roll(3)).map(|_| *dice.pick(&SlaState::ALL)).collect();
    }
    let sorts = [
        SortKey::CreatedAt,
        SortKey::UpdatedAt,
        SortKey::Priority,
        SortKey::Number,
        SortKey::DueAt,
        SortKey::DueAt,
    ];
    TicketQuery {
        filter,
        sort: dice.pick(&sorts).clone(),
        direction: *dice.pick(&[Direction::Ascending, Direction::Descending]),
        cursor: None,
        limit: 1 + dice.roll(30) as usize,
        count: Count::Wanted,
    }
}

fn matches(filter: &TicketFilter, ticket: &Ticket, commented: &Commented) -> bool {
    fn any<T: PartialEq>(wanted: &[T], has: impl Fn(&T) -> bool) -> bool {
        wanted.is_empty() || wanted.iter().any(has)
    }
    let email = ticket.customer.email.as_ref().and_then(|email| email.as_str());
    any(&filter.status, |status| *status == ticket.status)
        && any(&filter.priority, |priority| *priority == ticket.priority)
        && any(&filter.category, |c| ticket.category.as_ref().is_some_and(|x| x.as_str() == c))
        && any(&filter.department, |d| ticket.department.as_ref().is_some_and(|x| x.as_str() == d))
        && any(&filter.source, |source| ticket.source == Some(*source))
        && any(&filter.tag, |tag| ticket.tags.iter().any(|t| t.as_str() == tag))
        && any(&filter.customer, |customer| email == Some(customer.to_lowercase().as_str()))
        && any(&filter.opened_by, |user| ticket.opened_by == Some(*user))
        && any(&filter.watcher, |user| ticket.watchers.contains(user))
        && any(&filter.assigned, |assigned| match assigned {
            Assignment::To(user) => ticket.assignee == Some(*user),
            Assignment::Nobody => ticket.assignee.is_none(),
        })
        && filter.created_from.is_none_or(|from| ticket.created_at >= from)
        && filter.updated_to.is_none_or(|to| ticket.updated_at < to)
        && filter.search.as_deref().is_none_or(|words| is_found(words, ticket, commented))
}

/// Public comments, which are not part of the folded ticket.
type Commented = Vec<(TicketNumber, String)>;

fn is_found(words: &str, ticket: &Ticket, commented: &Commented) -> bool {
    let subject = ticket.subject.as_str().unwrap_or_default();
    let wanted = match words {
        "refnud" => "refund",
        "reseau" => "réseau",
        "net" => "network",
        other => other,
    };
    subject.contains(wanted)
        || commented.iter().any(|(number, text)| *number == ticket.number && text.contains(wanted))
}

fn value(sort: &SortKey, ticket: &Ticket, sla: NaiveSla) -> i64 {
    match sort {
        SortKey::CreatedAt => ticket.created_at.timestamp_micros(),
        SortKey::UpdatedAt => ticket.updated_at.timestamp_micros(),
        SortKey::Priority => ticket.priority as i64,
        SortKey::Number => i64::from(ticket.number.sequence),
        SortKey::DueAt => sla.due_at.unwrap_or(ticket.created_at).timestamp_micros(),
        // See forms.rs.
        SortKey::Data(..) => unreachable!(),
    }
}

#[tokio::test]
async fn pages_neither_repeat_nor_skip_when_tickets_come_in_between() {
    let desk = Desk::new().await;
    for n in 10..30 {
        desk.open(n, |_| {}).await;
    }
    desk.project().await;
    let query = TicketQuery { limit: 8, ..TicketQuery::default() };
    let first = desk.queries.list_tickets(&query).await.unwrap();
    desk.open(99, |_| {}).await;
    desk.open(1, |_| {}).await;
    desk.project().await;
    let mut numbers: Vec<u32> = first.items.iter().map(|t| t.ticket.number.sequence).collect();
    let mut cursor = first.next_cursor;
    while cursor.is_some() {
        let page =
            desk.queries.list_tickets(&TicketQuery { cursor, ..query.clone() }).await.unwrap();
        numbers.extend(page.items.iter().map(|t| t.ticket.number.sequence));
        cursor = page.next_cursor;
    }
    let wanted: Vec<u32> = (10..30).rev().chain([1]).collect();
    assert_eq!(numbers, wanted);
}

#[tokio::test]
async fn a_cursor_of_another_order_is_refused() {
    let desk = Desk::new().await;
    desk.open(1, |_| {}).await;
    desk.open(2, |_| {}).await;
    desk.project().await;
    let query = TicketQuery { limit: 1, ..TicketQuery::default() };
    let cursor = desk.queries.list_tickets(&query).await.unwrap().next_cursor;
    let other = TicketQuery { sort: SortKey::Number, cursor, ..query };
    assert!(matches!(desk.queries.list_tickets(&other).await, Err(QueryError::BadCursor)));
}
