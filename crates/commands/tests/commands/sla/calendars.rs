use commands::CommandError;
use domain::{CalendarId, Refusal};
use serde_json::json;

use super::scene::*;
use crate::support::*;

#[tokio::test]
async fn a_calendar_is_created_changed_and_removed_and_its_name_is_free_again() {
    let desk = Desk::new().await;
    let commands = desk.process().await;
    let id = calendar_made(&commands, office("Office")).await;
    let same = commands.create_calendar(&ctx(&commands), always("OFFICE")).await.unwrap_err();
    assert!(matches!(same, CommandError::NameTaken { what: "calendar" }), "{same}");

    // What was written reads as it was given, and can be given back.
    let (input, version) = commands.calendar_input(id).await.unwrap().unwrap();
    assert_eq!((&input, version), (&office("Office"), 1));
    let unchanged = commands.change_calendar(&ctx(&commands), id, input).await.unwrap();
    assert_eq!(unchanged.version, 1);
    let changed = commands.change_calendar(&ctx(&commands), id, always("Always")).await.unwrap();
    assert_eq!((changed.version, changed.state.latest().unwrap().1), (2, 2));
    calendar_made(&commands, office("Office")).await;

    commands.remove_calendar(&ctx(&commands), id).await.unwrap();
    assert!(commands.calendar_input(id).await.unwrap().is_none());
    calendar_made(&commands, office("always")).await;
    let again = commands.remove_calendar(&ctx(&commands), id).await.unwrap_err();
    assert!(matches!(again, CommandError::Refused(Refusal::CalendarRemoved)), "{again}");
}

#[tokio::test]
async fn bad_input_is_refused_at_its_path_and_an_unknown_calendar_is_not_found() {
    let desk = Desk::new().await;
    let commands = desk.process().await;
    let bad = calendar(json!({ "name": "x", "time_zone": "Mars/Olympus" }));
    let refused = commands.create_calendar(&ctx(&commands), bad).await;
    assert_eq!(paths(refused), ["time_zone"]);
    let nobody = CalendarId(commands.store().ambient().uuid_v7());
    let changed = commands.change_calendar(&ctx(&commands), nobody, office("x")).await;
    assert!(matches!(changed, Err(CommandError::NotFound)));
    let removed = commands.remove_calendar(&ctx(&commands), nobody).await;
    assert!(matches!(removed, Err(CommandError::NotFound)));
}

#[tokio::test]
async fn a_calendar_in_use_cannot_be_removed() {
    let desk = Desk::new().await;
    let commands = desk.process().await;
    let (calendar, policy_id) = hours_1_and_10(&commands).await;
    let other = calendar_made(&commands, office("other")).await;
    let refused = commands.remove_calendar(&ctx(&commands), calendar).await.unwrap_err();
    let CommandError::InUse { by } = refused else { panic!("{refused}") };
    assert_eq!(by, ["standard"]);

    // The policy goes by another one from now on.
    let rules = json!([{ "response": 60 }]);
    let input = policy("standard", other, rules, json!({}));
    commands.change_sla_policy(&ctx(&commands), policy_id, input).await.unwrap();
    commands.remove_calendar(&ctx(&commands), calendar).await.unwrap();
    let refused = commands.remove_calendar(&ctx(&commands), other).await;
    assert!(matches!(refused, Err(CommandError::InUse { .. })));
    commands.remove_sla_policy(&ctx(&commands), policy_id).await.unwrap();
    commands.remove_calendar(&ctx(&commands), other).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_removing_a_calendar_and_naming_it_at_once_only_one_goes_through() {
    let desk = Desk::new().await;
    let (one, two) = (desk.process().await, desk.process().await);
    for removal_comes_first in [true, false] {
        let name = if removal_comes_first { "removed" } else { "named" };
        let calendar = calendar_made(&one, office(name)).await;
        let input = policy(name, calendar, json!([{ "response": 60 }]), json!({}));
        let gate = Gate::close(&one).await;
        // Both look before either has written.
        let remove = {
            let one = one.clone();
            async move { one.remove_calendar(&ctx(&one), calendar).await }
        };
        let name_it = {
            let two = two.clone();
            async move { two.create_sla_policy(&ctx(&two), input).await }
        };
        let (removed, named);
        if removal_comes_first {
            let first = tokio::spawn(remove);
            gate.waiting(1).await;
            let second = tokio::spawn(name_it);
            gate.waiting(2).await;
            gate.open().await;
            (removed, named) = (first.await.unwrap(), second.await.unwrap());
            removed.unwrap();
            assert_eq!(paths(named), ["calendar"]);
        } else {
            let first = tokio::spawn(name_it);
            gate.waiting(1).await;
            let second = tokio::spawn(remove);
            gate.waiting(2).await;
            gate.open().await;
            (named, removed) = (first.await.unwrap(), second.await.unwrap());
            named.unwrap();
            assert!(matches!(removed, Err(CommandError::InUse { by }) if by == [name]));
        }
    }
}
