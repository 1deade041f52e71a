use commands::CommandError;
use domain::{CalendarId, Refusal};
use futures_util::future::join;
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
    for n in 0..20 {
        let calendar = calendar_made(&one, office(&format!("calendar {n}"))).await;
        let rules = json!([{ "response": 60 }]);
        let input = policy(&format!("policy {n}"), calendar, rules, json!({}));
        let (one_ctx, two_ctx) = (ctx(&one), ctx(&two));
        let (removed, named) = join(
            one.remove_calendar(&one_ctx, calendar),
            two.create_sla_policy(&two_ctx, input),
        )
        .await;
        match (removed, named) {
            (Ok(_), Err(CommandError::BadPaths(errors))) => assert_eq!(errors[0].path, "calendar"),
            (Err(CommandError::InUse { by }), Ok(_)) => assert_eq!(by, [format!("policy {n}")]),
            (removed, named) => panic!("{removed:?} {named:?}"),
        }
    }
}
