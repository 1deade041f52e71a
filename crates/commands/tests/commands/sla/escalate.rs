use std::collections::HashMap;
use std::time::Duration;

use commands::{Assignee, AwayInput, Commands, RegisterUserInput, UserEdit};
use domain::ticket::{Priority, Status};
use domain::user::{Role, UserStatus};
use domain::{RoleId, RoleName, TicketId, UserId};
use futures_util::future::{join, join_all};
use serde_json::{Value, json};

use super::scene::*;
use crate::support::*;

async fn work_role(commands: &Commands, name: &str) -> RoleId {
    let name = RoleName::parse(name).unwrap();
    RoleId(commands.create_work_role(&ctx(commands), name).await.unwrap().id)
}

async fn holder(commands: &Commands, email: &str, role: Role, work_role: RoleId) -> UserId {
    let person = RegisterUserInput { work_roles: vec![work_role], ..person(email, role) };
    UserId(commands.register_user(&ctx(commands), person).await.unwrap().id)
}

/// A policy over a calendar that is always open, with a resolution within 60 minutes, which sets this
/// off when it is breached.
async fn on_breach(commands: &Commands, actions: Value) -> domain::SlaPolicyId {
    let calendar = calendar_made(commands, always("always")).await;
    let escalations = json!({ "escalations": [{ "on": "breached", "actions": actions }] });
    let rules = json!([{ "resolution": 60 }]);
    policy_made(commands, policy("standard", calendar, rules, escalations)).await
}

/// A ticket whose resolution was told to be late.
async fn late(desk: &Desk, commands: &Commands) -> TicketId {
    let ticket = ticket_opened(commands, json!({})).await;
    desk.clock.advance(minutes(61));
    tell(commands, ticket).await;
    ticket
}

async fn escalate(commands: &Commands, ticket: TicketId) -> usize {
    commands.escalate_sla(&ctx(commands), ticket).await.unwrap()
}

/// What was done: the action and what came of it, in order.
async fn done(commands: &Commands, ticket: TicketId) -> Vec<String> {
    let events = events(commands, ticket).await;
    let escalated = events.into_iter().filter(|(_, name, _)| name == "sla.escalated");
    let word = |value: &Value| value.as_str().unwrap().to_owned();
    escalated
        .map(|(_, _, data)| {
            format!("{} {}", word(&data["action"]["action"]), word(&data["result"]))
        })
        .collect()
}

/// The people of the last escalation.
async fn concerned(commands: &Commands, ticket: TicketId) -> Vec<UserId> {
    let events = events(commands, ticket).await;
    let last = events.iter().rfind(|(_, name, _)| name == "sla.escalated").unwrap();
    let users = last.2["users"].as_array().cloned().unwrap_or_default();
    users.into_iter().map(|user| serde_json::from_value(user).unwrap()).collect()
}

async fn assignee(commands: &Commands, ticket: TicketId) -> Option<UserId> {
    let state = commands.ticket_state(ticket).await.unwrap().unwrap();
    state.state.ticket().unwrap().assignee
}

#[tokio::test]
async fn every_action_is_done_once_and_its_event_says_what_came_of_it() {
    let desk = Desk::new().await;
    let commands = desk.process().await;
    let lead = work_role(&commands, "lead").await;
    let (ann, bob) = (
        holder(&commands, "ann@example.org", Role::Handler, lead).await,
        holder(&commands, "bob@example.org", Role::Viewer, lead).await,
    );
    on_breach(
        &commands,
        json!([
            { "action": "notify_assignee" },
            { "action": "raise_priority", "priority": "high" },
            { "action": "reassign", "role": lead },
            { "action": "notify_watchers" },
            { "action": "notify_role", "role": lead },
        ]),
    )
    .await;
    let ticket = ticket_opened(&commands, json!({})).await;
    commands.watch_ticket(&now(&commands), ticket, bob).await.unwrap();
    assert_eq!(escalate(&commands, ticket).await, 0);
    desk.clock.advance(minutes(50));
    tell(&commands, ticket).await;
    assert_eq!(escalate(&commands, ticket).await, 0);
    desk.clock.advance(minutes(11));
    tell(&commands, ticket).await;

    assert_eq!(escalate(&commands, ticket).await, 5);
    let expected = [
        "notify_assignee nobody_to_assign",
        "raise_priority done",
        "reassign done",
        "notify_watchers done",
        "notify_role done",
    ];
    assert_eq!(done(&commands, ticket).await, expected);
    // Both were registered in one millisecond: chance says whose id is smaller.
    let all = [ann.min(bob), ann.max(bob)];
    assert_eq!(concerned(&commands, ticket).await, all);
    let state = commands.ticket_state(ticket).await.unwrap().unwrap();
    let state = state.state.ticket().unwrap();
    // Bob can see tickets and have none.
    assert_eq!((state.priority, state.assignee), (Priority::High, Some(ann)));
    let reassigned = &events(&commands, ticket).await[5].2;
    assert_eq!(reassigned["assignment"]["candidates"], json!([ann]));
    assert_eq!(reassigned["users"], json!([ann]));
    assert_eq!(count(&commands, "rotation.advanced").await, 1);

    let head_before = head(&commands).await;
    assert_eq!(escalate(&desk.process().await, ticket).await, 0);
    assert_eq!(head(&commands).await, head_before);
}

#[tokio::test]
async fn what_is_already_so_needs_nothing_and_nobody_loses_a_turn() {
    let desk = Desk::new().await;
    let commands = desk.process().await;
    let lead = work_role(&commands, "lead").await;
    let ann = holder(&commands, "ann@example.org", Role::Handler, lead).await;
    on_breach(
        &commands,
        json!([
            { "action": "raise_priority", "priority": "low" },
            { "action": "reassign", "role": lead },
        ]),
    )
    .await;
    let ticket = late(&desk, &commands).await;
    commands.assign_ticket(&now(&commands), ticket, Assignee::User(ann)).await.unwrap();
    assert_eq!(escalate(&commands, ticket).await, 2);
    let expected = ["raise_priority nothing_to_do", "reassign nothing_to_do"];
    assert_eq!(done(&commands, ticket).await, expected);
    assert_eq!(count(&commands, "rotation.advanced").await, 0);
}

#[tokio::test]
async fn who_is_away_or_deactivated_is_passed_over_even_with_the_ticket_in_hand() {
    let desk = Desk::new().await;
    let commands = desk.process().await;
    let lead = work_role(&commands, "lead").await;
    let ann = holder(&commands, "ann@example.org", Role::Handler, lead).await;
    let bob = holder(&commands, "bob@example.org", Role::Handler, lead).await;
    let eve = holder(&commands, "eve@example.org", Role::Handler, lead).await;
    on_breach(&commands, json!([{ "action": "reassign", "role": lead }])).await;
    let away = AwayInput { from: None, until: None, hand_over: false };
    commands.set_away(&ctx(&commands), ann, Some(away)).await.unwrap();
    let off = UserEdit { status: Some(UserStatus::Deactivated), ..UserEdit::default() };
    commands.edit_user(&ctx(&commands), eve, off).await.unwrap();
    let ticket = ticket_opened(&commands, json!({})).await;
    commands.assign_ticket(&now(&commands), ticket, Assignee::User(ann)).await.unwrap();
    desk.clock.advance(minutes(61));
    tell(&commands, ticket).await;
    assert_eq!(escalate(&commands, ticket).await, 1);
    assert_eq!(assignee(&commands, ticket).await, Some(bob));

    commands.set_away(&ctx(&commands), bob, Some(away)).await.unwrap();
    let ticket = late(&desk, &commands).await;
    assert_eq!(escalate(&commands, ticket).await, 1);
    assert_eq!(done(&commands, ticket).await, ["reassign nobody_to_assign"]);
    assert_eq!(assignee(&commands, ticket).await, None);
}

#[tokio::test]
async fn a_policy_that_names_a_removed_role_escalates_to_nobody_and_does_the_rest() {
    let desk = Desk::new().await;
    let commands = desk.process().await;
    let (gone, nobody) = (work_role(&commands, "gone").await, work_role(&commands, "empty").await);
    holder(&commands, "ann@example.org", Role::Handler, gone).await;
    holder(&commands, "bob@example.org", Role::Viewer, nobody).await;
    let policy = on_breach(
        &commands,
        json!([
            { "action": "reassign", "role": gone },
            { "action": "notify_role", "role": gone },
            { "action": "reassign", "role": nobody },
            { "action": "raise_priority", "priority": "urgent" },
        ]),
    )
    .await;
    // As long as the policy is there the role is as well; clocks go on by the policy as it was.
    let ticket = late(&desk, &commands).await;
    commands.remove_sla_policy(&ctx(&commands), policy).await.unwrap();
    commands.remove_work_role(&ctx(&commands), gone).await.unwrap();
    assert_eq!(escalate(&commands, ticket).await, 4);
    let expected = [
        "reassign nobody_to_assign",
        "notify_role nobody_to_assign",
        "reassign nobody_to_assign",
        "raise_priority done",
    ];
    assert_eq!(done(&commands, ticket).await, expected);
    assert_eq!(escalate(&commands, ticket).await, 0);
}

#[tokio::test]
async fn a_ticket_that_is_gone_or_done_is_left_alone() {
    let desk = Desk::new().await;
    let commands = desk.process().await;
    on_breach(&commands, json!([{ "action": "raise_priority", "priority": "urgent" }])).await;
    let deleted = late(&desk, &commands).await;
    commands.delete_ticket(&now(&commands), deleted, None).await.unwrap();
    assert_eq!(escalate(&commands, deleted).await, 1);
    assert_eq!(done(&commands, deleted).await, ["raise_priority refused"]);

    // Resolved, and its clocks do not know yet.
    let resolved = late(&desk, &commands).await;
    moved(&commands, resolved, Status::Resolved).await;
    assert_eq!(escalate(&commands, resolved).await, 1);
    assert_eq!(done(&commands, resolved).await, ["raise_priority nothing_to_do"]);

    // They do.
    let told = late(&desk, &commands).await;
    moved(&commands, told, Status::Resolved).await;
    tell(&commands, told).await;
    assert_eq!(escalate(&commands, told).await, 0);

    // It was over long before there was a policy.
    assert_eq!(count(&commands, "ticket.priority_changed").await, 0);
    let nobody = TicketId(commands.store().ambient().uuid_v7());
    assert_eq!(escalate(&commands, nobody).await, 0);
}

#[tokio::test]
async fn a_changed_policy_counts_at_once_and_a_removed_one_as_it_last_was() {
    let desk = Desk::new().await;
    let commands = desk.process().await;
    let raise = |priority: &str| json!({ "action": "raise_priority", "priority": priority });
    let id = on_breach(&commands, json!([raise("high")])).await;
    let other = desk.process().await;
    let ticket = late(&desk, &other).await;
    assert_eq!(escalate(&other, ticket).await, 1);

    let (mut input, _) = commands.sla_policy_input(id).await.unwrap().unwrap();
    let actions = &mut input.escalations[0].actions;
    actions.insert(0, serde_json::from_value(raise("urgent")).unwrap());
    commands.change_sla_policy(&ctx(&commands), id, input).await.unwrap();
    commands.remove_sla_policy(&ctx(&commands), id).await.unwrap();
    // Another place in the list is no other action.
    assert_eq!(escalate(&other, ticket).await, 1);
    assert_eq!(done(&other, ticket).await, ["raise_priority done", "raise_priority done"]);
    assert_eq!(escalate(&other, ticket).await, 0);
}

#[tokio::test]
async fn raising_the_priority_reschedules_and_comes_to_rest() {
    let desk = Desk::new().await;
    let commands = desk.process().await;
    let calendar = calendar_made(&commands, always("always")).await;
    let rules = json!([{ "resolution": 600 }, { "priority": "urgent", "resolution": 60 }]);
    let escalations = json!({ "escalations": [
        { "on": "at_risk", "actions": [{ "action": "raise_priority", "priority": "urgent" }] },
        { "on": "breached", "actions": [{ "action": "notify_watchers" }] },
    ] });
    policy_made(&commands, policy("standard", calendar, rules, escalations)).await;
    let ticket = ticket_opened(&commands, json!({})).await;
    tell(&commands, ticket).await;
    desk.clock.advance(minutes(481));
    for _ in 0..5 {
        tell(&commands, ticket).await;
        escalate(&commands, ticket).await;
    }
    let expected = [
        "sla.started resolution",
        "sla.at_risk resolution",
        "sla.escalated resolution",
        "sla.rescheduled resolution",
        "sla.breached resolution",
        "sla.escalated resolution",
    ];
    assert_eq!(told(&commands, ticket).await, expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tickets_go_round_among_the_people_of_a_role_whoever_escalates() {
    let desk = Desk::new().await;
    let (one, two) = (desk.process().await, desk.process().await);
    let lead = work_role(&one, "lead").await;
    for name in ["ann", "bob", "eve"] {
        holder(&one, &format!("{name}@example.org"), Role::Handler, lead).await;
    }
    on_breach(&one, json!([{ "action": "reassign", "role": lead }])).await;
    let mut tickets = Vec::new();
    for _ in 0..12 {
        tickets.push(ticket_opened(&one, json!({})).await);
    }
    desk.clock.advance(minutes(61));
    // Everything twice, from both processes.
    join_all(tickets.iter().map(|ticket| join(tell(&one, *ticket), tell(&two, *ticket)))).await;
    let done = tickets.iter().map(|ticket| join(escalate(&one, *ticket), escalate(&two, *ticket)));
    let done: usize = join_all(done).await.into_iter().map(|(one, two)| one + two).sum();
    assert_eq!(done, 12);

    let mut loads: HashMap<UserId, usize> = HashMap::new();
    for ticket in tickets {
        *loads.entry(assignee(&two, ticket).await.unwrap()).or_default() += 1;
    }
    assert_eq!(loads.into_values().collect::<Vec<_>>(), [4, 4, 4]);
    for event in ["ticket.assigned", "rotation.advanced", "sla.escalated"] {
        assert_eq!(count(&one, event).await, 12, "{event}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_any_moment_every_escalation_is_done_once() {
    let desk = Desk::new().await;
    let commands = desk.process().await;
    let lead = work_role(&commands, "lead").await;
    holder(&commands, "ann@example.org", Role::Handler, lead).await;
    on_breach(
        &commands,
        json!([
            { "action": "raise_priority", "priority": "high" },
            { "action": "reassign", "role": lead },
            { "action": "raise_priority", "priority": "urgent" },
            { "action": "notify_role", "role": lead },
        ]),
    )
    .await;
    let mut tickets = Vec::new();
    for _ in 0..10 {
        tickets.push(ticket_opened(&commands, json!({})).await);
    }
    desk.clock.advance(minutes(61));
    for (n, ticket) in tickets.iter().enumerate() {
        tell(&commands, *ticket).await;
        let same = ctx(&commands);
        // Each try dies a little later, with whatever it had begun.
        for tried in 0..8 {
            let worker = desk.process().await;
            let patience = Duration::from_micros((300 * n + 1_700 * tried).try_into().unwrap());
            let _ = tokio::time::timeout(patience, worker.escalate_sla(&same, *ticket)).await;
        }
        commands.escalate_sla(&same, *ticket).await.unwrap();
        let expected =
            ["raise_priority done", "reassign done", "raise_priority done", "notify_role done"];
        assert_eq!(done(&commands, *ticket).await, expected);
    }
    assert_eq!(count(&commands, "ticket.priority_changed").await, 20);
    assert_eq!(count(&commands, "ticket.assigned").await, 10);
    assert_eq!(count(&commands, "rotation.advanced").await, 10);
}
