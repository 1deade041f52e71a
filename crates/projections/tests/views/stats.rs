//! Statistics against a recount.

use std::collections::{BTreeMap, HashMap};

use domain::TicketId;
use domain::ticket::{Ticket, TicketState, Visibility, evolve};
use projections::TicketStats;

use crate::support::{Desk, at, comment, lives, moved, user, write};

#[tokio::test]
async fn counters_hold_what_a_recount_finds() {
    let desk = Desk::new().await;
    let log = lives(3, 60, 500);
    // In several batches, so that counters move up and down between them.
    for part in log.chunks(130) {
        write(&desk, part).await;
        desk.project().await;
    }
    let mut states: HashMap<TicketId, TicketState> = HashMap::new();
    for (id, event, seconds) in &log {
        let state = states.remove(id).unwrap_or_default();
        states.insert(*id, evolve(state, event, at(*seconds)));
    }
    let tickets: Vec<&Ticket> = states
        .values()
        .filter_map(|state| match state {
            TicketState::Active { ticket } => Some(&**ticket),
            _ => None,
        })
        .collect();
    let stats = desk.queries.stats(at(3 * 86_400)).await.unwrap();
    assert_eq!(stats.total_tickets, tickets.len() as i64);
    let open = tickets.iter().filter(|ticket| !ticket.status.is_finished()).count();
    assert_eq!(stats.open_tickets, open as i64);
    assert_eq!(stats.status_breakdown, count(&tickets, |t| Some(t.status.to_string())));
    assert_eq!(stats.priority_breakdown, count(&tickets, |t| Some(t.priority.to_string())));
    assert_eq!(
        stats.category_breakdown,
        count(&tickets, |t| Some(t.category.as_ref()?.to_string()))
    );
    assert_eq!(
        stats.department_breakdown,
        count(&tickets, |t| Some(t.department.as_ref()?.to_string()))
    );
    assert_eq!(stats.source_breakdown, count(&tickets, |t| Some(t.source?.to_string())));
    assert_eq!(stats.tickets_by_day.values().sum::<i64>(), stats.total_tickets);
    let resolved = tickets.iter().filter(|ticket| ticket.resolved_at.is_some()).count();
    assert_eq!(stats.resolution.count, resolved as i64);
    let days =
        (at(3 * 86_400).date_naive() - *stats.tickets_by_day.keys().next().unwrap()).num_days() + 1;
    assert!((stats.avg_tickets_per_day - tickets.len() as f64 / days as f64).abs() < 1e-9);
}

fn count(tickets: &[&Ticket], key: impl Fn(&Ticket) -> Option<String>) -> BTreeMap<String, i64> {
    let mut counts = BTreeMap::new();
    for key in tickets.iter().filter_map(|ticket| key(ticket)) {
        *counts.entry(key).or_default() += 1;
    }
    counts
}

#[tokio::test]
async fn times_are_measured_from_the_opening() {
    use domain::ticket::Status::{Open, Resolved};
    let desk = Desk::new().await;
    for n in 1..=3 {
        let id = desk.open(n, |_| {}).await;
        let opened = i64::from(n);
        desk.then(
            id,
            comment(u128::from(n), Some(user(2)), Visibility::Public, "on it"),
            opened + 60,
        )
        .await;
        desk.then(id, moved(Open, Resolved), opened + 1000 * opened).await;
    }
    desk.project().await;
    let stats = desk.queries.stats(at(10)).await.unwrap();
    assert_eq!(stats.first_response.count, 3);
    assert_eq!(stats.first_response.avg_seconds, Some(60.0));
    assert_eq!(stats.resolution.avg_seconds, Some(2000.0));
    assert_eq!(stats.resolution_by_priority["medium"], stats.resolution);
    let median = stats.resolution.median_seconds.unwrap();
    assert!((1800.0..2200.0).contains(&median), "{median}");
}

#[tokio::test]
async fn an_empty_desk_has_empty_statistics() {
    let desk = Desk::new().await;
    desk.project().await;
    assert_eq!(desk.queries.stats(at(0)).await.unwrap(), TicketStats::default());
}
