use std::time::Duration;

use commands::CommandsConfig;
use domain::ticket::Status;
use domain::{TicketId, Timestamp};
use futures_util::future::join_all;
use serde_json::json;

use super::scene::*;
use crate::support::*;

const OPENED: &str = "2026-06-15T12:00:00Z";

fn after(minutes_later: i64) -> Timestamp {
    at(OPENED) + minutes(minutes_later)
}

#[tokio::test]
async fn clocks_start_and_a_second_call_appends_nothing() {
    let desk = Desk::new().await;
    let commands = desk.process().await;
    hours_1_and_10(&commands).await;
    let ticket = ticket_opened(&commands, json!({})).await;
    let first = tell(&commands, ticket).await;
    assert_eq!((first.next_at, first.is_live), (Some(after(48)), true));
    assert_eq!(told(&commands, ticket).await, ["sla.started response", "sla.started resolution"]);

    let before = (head(&commands).await, receipts(&commands).await);
    assert_eq!(tell(&commands, ticket).await, first);
    assert_eq!(tell(&desk.process().await, ticket).await, first);
    assert_eq!((head(&commands).await, receipts(&commands).await), before);
}

#[tokio::test]
async fn a_ticket_that_no_policy_is_for_costs_no_append() {
    let desk = Desk::new().await;
    let commands = desk.process().await;
    let ticket = ticket_opened(&commands, json!({})).await;
    let before = (head(&commands).await, receipts(&commands).await);
    let told = tell(&commands, ticket).await;
    assert_eq!((told.next_at, told.is_live, told.version), (None, false, 0));
    assert_eq!((head(&commands).await, receipts(&commands).await), before);

    let calendar = calendar_made(&commands, always("always")).await;
    let rules = json!([{ "category": "billing_question", "response": 60 }]);
    policy_made(&commands, policy("billing", calendar, rules, json!({}))).await;
    let before = (head(&commands).await, receipts(&commands).await);
    assert_eq!(tell(&commands, ticket).await, told);
    let nobody = TicketId(commands.store().ambient().uuid_v7());
    assert_eq!(tell(&commands, nobody).await, told);
    assert_eq!((head(&commands).await, receipts(&commands).await), before);
}

#[tokio::test]
async fn what_comes_due_is_told_once_and_not_at_the_very_instant() {
    let desk = Desk::new().await;
    let commands = desk.process().await;
    hours_1_and_10(&commands).await;
    let ticket = ticket_opened(&commands, json!({})).await;
    tell(&commands, ticket).await;

    desk.clock.advance(minutes(48));
    assert!(news(&commands, ticket).await.is_empty());
    desk.clock.advance(chrono::TimeDelta::microseconds(1));
    assert_eq!(news(&commands, ticket).await, ["sla.at_risk response"]);
    assert_eq!(tell(&commands, ticket).await.next_at, Some(after(60)));
    desk.clock.advance(minutes(12));
    assert_eq!(news(&commands, ticket).await, ["sla.breached response"]);
    assert_eq!(tell(&commands, ticket).await.next_at, Some(after(480)));

    moved(&commands, ticket, Status::Resolved).await;
    assert_eq!(news(&commands, ticket).await, ["sla.missed response", "sla.met resolution"]);
    let told = tell(&commands, ticket).await;
    assert_eq!((told.next_at, told.is_live), (None, false));
}

#[tokio::test]
async fn hours_are_those_of_the_calendar() {
    let desk = Desk::new().await;
    let commands = desk.process().await;
    let calendar = calendar_made(&commands, office("office")).await;
    let rules = json!([{ "response": 120 }]);
    policy_made(&commands, policy("standard", calendar, rules, json!({}))).await;
    // A Friday, an hour before the end of the day in Berlin.
    desk.clock.set("2026-06-19T14:00:00Z");
    let ticket = ticket_opened(&commands, json!({})).await;
    // At risk after 96 minutes: 60 on Friday and 36 on Monday.
    assert_eq!(tell(&commands, ticket).await.next_at, Some(at("2026-06-22T07:36:00Z")));
}

#[tokio::test]
async fn a_ticket_older_than_its_policy_is_told_all_that_would_have_been() {
    let desk = Desk::new().await;
    let commands = desk.process().await;
    let ticket = ticket_opened(&commands, json!({})).await;
    assert_eq!(tell(&commands, ticket).await.version, 0);
    desk.clock.advance(minutes(30));
    moved(&commands, ticket, Status::WaitingCustomer).await;
    desk.clock.advance(minutes(90));
    moved(&commands, ticket, Status::Open).await;
    desk.clock.advance(minutes(60));

    let calendar = calendar_made(&commands, always("always")).await;
    let rules = json!([{ "response": 60, "resolution": 600 }]);
    let paused = json!({ "paused_by_waiting": ["resolution"] });
    policy_made(&commands, policy("standard", calendar, rules, paused)).await;
    let told = tell(&commands, ticket).await;
    let tick = chrono::TimeDelta::microseconds(1);
    let events: Vec<_> = events(&commands, ticket)
        .await
        .into_iter()
        .map(|(at, name, data)| {
            (at, format!("{name} {}", data["clock"]["metric"].as_str().unwrap()))
        })
        .collect();
    let expected = [
        (after(0), "sla.started response"),
        (after(0), "sla.started resolution"),
        (after(30), "sla.paused resolution"),
        (after(48) + tick, "sla.at_risk response"),
        (after(60) + tick, "sla.breached response"),
        (after(120), "sla.resumed resolution"),
    ];
    assert_eq!(events, expected.map(|(at, name)| (at, name.to_owned())));
    // 480 minutes of the resolution's time, and the 90 that it stood still.
    assert_eq!((told.next_at, told.is_live), (Some(after(570)), true));
    assert!(news(&commands, ticket).await.is_empty());
}

#[tokio::test]
async fn another_process_knows_of_a_changed_policy_at_once_however_old_its_facts_may_be() {
    let desk = Desk::new().await;
    let one = desk.process().await;
    let lax = CommandsConfig { max_fact_age: Duration::from_secs(3_600), ..Desk::config() };
    let two = desk.process_with(lax).await;
    let (calendar, id) = hours_1_and_10(&one).await;
    let ticket = ticket_opened(&one, json!({})).await;
    assert_eq!(tell(&two, ticket).await.next_at, Some(after(48)));

    let rules = json!([{ "response": 120, "resolution": 600 }]);
    one.change_sla_policy(&ctx(&one), id, policy("standard", calendar, rules, json!({})))
        .await
        .unwrap();
    assert_eq!(news(&two, ticket).await, ["sla.rescheduled response"]);
    assert_eq!(tell(&two, ticket).await.next_at, Some(after(96)));

    // Closed at night: from Tuesday nine o'clock in Berlin on.
    desk.clock.set("2026-06-15T20:00:00Z");
    let late = ticket_opened(&one, json!({})).await;
    one.change_calendar(&ctx(&one), calendar, office("office")).await.unwrap();
    assert_eq!(tell(&two, late).await.next_at, Some(at("2026-06-16T08:36:00Z")));
}

#[tokio::test]
async fn clocks_go_on_by_a_removed_policy_until_another_is_in_charge() {
    let desk = Desk::new().await;
    let commands = desk.process().await;
    let (calendar, id) = hours_1_and_10(&commands).await;
    let ticket = ticket_opened(&commands, json!({})).await;
    tell(&commands, ticket).await;
    commands.remove_sla_policy(&ctx(&commands), id).await.unwrap();
    let other = calendar_made(&commands, always("another")).await;
    commands.remove_calendar(&ctx(&commands), calendar).await.unwrap();

    assert!(news(&commands, ticket).await.is_empty());
    desk.clock.advance(minutes(61));
    assert_eq!(news(&commands, ticket).await, ["sla.breached response"]);
    // A ticket that had no clock gets none.
    let late = ticket_opened(&commands, json!({})).await;
    assert_eq!(tell(&commands, late).await.version, 0);

    let rules = json!([{ "resolution": 1_200 }]);
    policy_made(&commands, policy("new", other, rules, json!({}))).await;
    let told = news(&commands, ticket).await;
    assert_eq!(told, ["sla.rescheduled response", "sla.rescheduled resolution"]);
    assert_eq!(tell(&commands, ticket).await.next_at, Some(after(960)));
    assert_eq!(news(&commands, late).await, ["sla.started resolution"]);
}

#[tokio::test]
async fn a_ticket_that_no_rule_is_for_any_more_has_no_target_any_more() {
    let desk = Desk::new().await;
    let commands = desk.process().await;
    let calendar = calendar_made(&commands, always("always")).await;
    let rules = json!([{ "priority": "high", "response": 60 }]);
    policy_made(&commands, policy("standard", calendar, rules, json!({}))).await;
    let ticket = ticket_opened(&commands, json!({ "priority": "high" })).await;
    assert!(tell(&commands, ticket).await.is_live);
    let priority = |text: &str| {
        let input = json!({ "priority": text });
        let input = domain::ticket::EditTicketInput {
            priority: domain::ticket::Change::Set(input["priority"].as_str().unwrap().to_owned()),
            ..domain::ticket::EditTicketInput::default()
        };
        vec![commands::TicketChange::Edit(Box::new(input))]
    };
    commands.change_ticket(&now(&commands), ticket, priority("low")).await.unwrap();
    assert_eq!(news(&commands, ticket).await, ["sla.rescheduled response"]);
    desk.clock.advance(minutes(100));
    let told = tell(&commands, ticket).await;
    assert_eq!((told.next_at, told.is_live), (None, false));

    // As if it had held all along, it is too late by now.
    commands.change_ticket(&now(&commands), ticket, priority("high")).await.unwrap();
    let told = news(&commands, ticket).await;
    assert_eq!(told, ["sla.rescheduled response", "sla.breached response"]);
}

#[tokio::test]
async fn a_clock_that_jumps_tells_nothing_twice_and_nothing_that_is_not() {
    let desk = Desk::new().await;
    let commands = desk.process().await;
    hours_1_and_10(&commands).await;
    let ticket = ticket_opened(&commands, json!({})).await;
    // Behind the log: the ticket was opened in what is the future here.
    desk.clock.advance(minutes(-300));
    assert_eq!(news(&commands, ticket).await, ["sla.started response", "sla.started resolution"]);
    assert_eq!(tell(&commands, ticket).await.next_at, Some(after(48)));
    // Far ahead, and back again.
    desk.clock.set("2027-06-15T12:00:00Z");
    assert_eq!(news(&commands, ticket).await, ["sla.breached response", "sla.breached resolution"]);
    desk.clock.set("2026-06-15T12:30:00Z");
    assert!(news(&commands, ticket).await.is_empty());
    moved(&commands, ticket, Status::WaitingCustomer).await;
    assert_eq!(news(&commands, ticket).await, ["sla.paused response", "sla.paused resolution"]);
    desk.clock.set("2026-06-15T13:30:00Z");
    moved(&commands, ticket, Status::Resolved).await;
    news(&commands, ticket).await;
    let told = told(&commands, ticket).await;
    let breaches = told.iter().filter(|told| told.starts_with("sla.breached")).count();
    assert_eq!(breaches, 2, "{told:?}");
}

#[tokio::test]
async fn the_same_command_again_tells_what_has_come_due_since() {
    let desk = Desk::new().await;
    let commands = desk.process().await;
    hours_1_and_10(&commands).await;
    let ticket = ticket_opened(&commands, json!({})).await;
    let same = ctx(&commands);
    commands.tell_sla(&same, ticket).await.unwrap();
    commands.tell_sla(&same, ticket).await.unwrap();
    desk.clock.advance(minutes(61));
    commands.tell_sla(&same, ticket).await.unwrap();
    let expected = ["sla.started response", "sla.started resolution", "sla.breached response"];
    assert_eq!(told(&commands, ticket).await, expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_at_once_tell_everything_once_while_the_ticket_moves() {
    let desk = Desk::new().await;
    let (one, two) = (desk.process().await, desk.process().await);
    hours_1_and_10(&one).await;
    let ticket = ticket_opened(&one, json!({})).await;
    let telling = (0..24).map(|n| {
        let commands = if n % 2 == 0 { one.clone() } else { two.clone() };
        async move {
            if n % 6 == 5 {
                let status = if n % 12 == 5 { Status::WaitingCustomer } else { Status::Open };
                moved(&commands, ticket, status).await;
            }
            tell(&commands, ticket).await
        }
    });
    join_all(telling).await;
    tell(&one, ticket).await;
    assert!(news(&two, ticket).await.is_empty());

    let told = told(&one, ticket).await;
    for metric in ["response", "resolution"] {
        let of: Vec<_> = told.iter().filter(|told| told.ends_with(metric)).collect();
        assert_eq!(of[0], &format!("sla.started {metric}"));
        // After the start, pauses and resumptions take turns.
        for pair in of.windows(2) {
            assert_ne!(pair[0], pair[1], "{told:?}");
        }
    }
}

#[tokio::test]
async fn a_lost_race_is_looked_at_again() {
    let desk = Desk::new().await;
    let (one, two) = (desk.process().await, desk.process().await);
    hours_1_and_10(&one).await;
    let ticket = ticket_opened(&one, json!({})).await;
    tell(&one, ticket).await;
    // The other process has moved on; what this one remembers is behind.
    desk.clock.advance(minutes(10));
    moved(&two, ticket, Status::WaitingCustomer).await;
    tell(&two, ticket).await;
    desk.clock.advance(minutes(100));
    assert!(news(&one, ticket).await.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_happens_between_reading_the_ticket_and_telling_counts() {
    let desk = Desk::new().await;
    let (people, worker) = (desk.process().await, desk.process().await);
    hours_1_and_10(&people).await;
    let ticket = ticket_opened(&people, json!({})).await;
    tell(&worker, ticket).await;
    desk.clock.advance(minutes(30));
    let in_time = now(&people);
    desk.clock.advance(minutes(31));

    let gate = Gate::close(&people).await;
    let resolving = tokio::spawn({
        let people = people.clone();
        async move { people.change_status(&in_time, ticket, Status::Resolved, None).await.unwrap() }
    });
    gate.waiting(1).await;
    let telling = tokio::spawn({
        let worker = worker.clone();
        async move { tell(&worker, ticket).await }
    });
    gate.waiting(2).await;
    gate.open().await;
    resolving.await.unwrap();
    assert!(!telling.await.unwrap().is_live);

    let expected = [
        "sla.started response",
        "sla.started resolution",
        "sla.met response",
        "sla.met resolution",
    ];
    assert_eq!(told(&worker, ticket).await, expected);
}
