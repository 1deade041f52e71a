use commands::CommandError;
use domain::{CalendarId, Refusal, RoleId, RoleName};
use futures_util::future::join_all;
use serde_json::json;

use super::scene::*;
use crate::support::*;

#[tokio::test]
async fn a_policy_is_created_changed_and_removed_and_its_name_is_free_again() {
    let desk = Desk::new().await;
    let commands = desk.process().await;
    let (calendar, id) = hours_1_and_10(&commands).await;
    let rules = || json!([{ "response": 5 }]);
    let input = policy("STANDARD", calendar, rules(), json!({}));
    let same = commands.create_sla_policy(&ctx(&commands), input).await.unwrap_err();
    assert!(matches!(same, CommandError::NameTaken { what: "SLA policy" }), "{same}");

    let (input, version) = commands.sla_policy_input(id).await.unwrap().unwrap();
    assert_eq!((input.name.as_deref(), version), (Some("standard"), 1));
    let unchanged = commands.change_sla_policy(&ctx(&commands), id, input).await.unwrap();
    assert_eq!(unchanged.version, 1);
    let input = policy("gold", calendar, rules(), json!({}));
    let stale = if_match(ctx(&commands), 7);
    let refused = commands.change_sla_policy(&stale, id, input.clone()).await;
    assert!(matches!(refused, Err(CommandError::VersionMismatch { current: 1 })));
    let changed = commands.change_sla_policy(&ctx(&commands), id, input).await.unwrap();
    assert_eq!((changed.version, changed.state.latest().unwrap().1), (2, 2));

    commands.remove_sla_policy(&ctx(&commands), id).await.unwrap();
    assert!(commands.sla_policy_input(id).await.unwrap().is_none());
    let again = commands.remove_sla_policy(&ctx(&commands), id).await.unwrap_err();
    assert!(matches!(again, CommandError::Refused(Refusal::SlaPolicyRemoved)), "{again}");
    for name in ["standard", "gold"] {
        policy_made(&commands, policy(name, calendar, rules(), json!({}))).await;
    }
}

#[tokio::test]
async fn what_a_policy_names_must_be_there() {
    let desk = Desk::new().await;
    let commands = desk.process().await;
    let role = |name| RoleName::parse(name).unwrap();
    let there = commands.create_work_role(&ctx(&commands), role("there")).await.unwrap();
    let gone = commands.create_work_role(&ctx(&commands), role("gone")).await.unwrap();
    commands.remove_work_role(&ctx(&commands), RoleId(gone.id)).await.unwrap();
    let nobody = commands.store().ambient().uuid_v7();
    let escalations = json!({ "escalations": [
        { "on": "at_risk", "actions": [
            { "action": "notify_role", "role": there.id }, { "action": "reassign", "role": gone.id },
        ] },
        { "on": "breached", "actions": [{ "action": "notify_role", "role": nobody }] },
    ] });
    let rules = json!([{ "response": 5 }]);
    let input = policy("x", CalendarId(nobody), rules, escalations);
    let refused = commands.create_sla_policy(&ctx(&commands), input.clone()).await;
    let bad = ["calendar", "escalations.0.actions.1.role", "escalations.1.actions.0.role"];
    assert_eq!(paths(refused), bad);

    // Of a policy that is there, the same; of one that is not, that comes first.
    let (_, id) = hours_1_and_10(&commands).await;
    assert_eq!(paths(commands.change_sla_policy(&ctx(&commands), id, input.clone()).await), bad);
    let unknown = domain::SlaPolicyId(nobody);
    let refused = commands.change_sla_policy(&ctx(&commands), unknown, input).await;
    assert!(matches!(refused, Err(CommandError::NotFound)));
}

#[tokio::test]
async fn whether_there_is_a_policy_and_which_is_in_charge_is_known_at_once() {
    let desk = Desk::new().await;
    let (one, two) = (desk.process().await, desk.process().await);
    let mut connection = one.store().pool().acquire().await.unwrap();
    let facts = domain::sla::Facts::default();
    assert!(!two.has_sla_policies(&mut connection).await.unwrap());
    assert!(two.rulebook_of(&facts).await.unwrap().is_none());
    let (calendar, id) = hours_1_and_10(&one).await;
    assert!(two.has_sla_policies(&mut connection).await.unwrap());
    let book = two.rulebook_of(&facts).await.unwrap().unwrap();
    assert_eq!((book.policy_id, book.policy_revision, book.calendar_revision), (id, 1, 1));

    one.change_calendar(&ctx(&one), calendar, office("always")).await.unwrap();
    let book = two.rulebook_of(&facts).await.unwrap().unwrap();
    assert_eq!((book.policy_id, book.policy_revision, book.calendar_revision), (id, 1, 2));
    one.remove_sla_policy(&ctx(&one), id).await.unwrap();
    assert!(!two.has_sla_policies(&mut connection).await.unwrap());
    assert!(two.rulebook_of(&facts).await.unwrap().is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_changes_at_once_all_go_through_and_everybody_knows_them_all() {
    let desk = Desk::new().await;
    let (one, two) = (desk.process().await, desk.process().await);
    let calendar = calendar_made(&one, always("always")).await;
    let making = (0..16).map(|n| {
        let commands = if n % 2 == 0 { one.clone() } else { two.clone() };
        let rules = json!([{ "category": format!("category {n}"), "response": n + 1 }]);
        let input = policy(&format!("policy {n}"), calendar, rules, json!({}));
        async move { policy_made(&commands, input).await }
    });
    let made = join_all(making).await;
    for (n, id) in made.into_iter().enumerate() {
        let category = Some(domain::Category::parse(&format!("category {n}")).unwrap());
        let facts = domain::sla::Facts { category, ..domain::sla::Facts::default() };
        for process in [&one, &two] {
            assert_eq!(process.rulebook_of(&facts).await.unwrap().unwrap().policy_id, id);
        }
    }
}

#[tokio::test]
async fn a_repeated_creation_is_the_first_one() {
    let desk = Desk::new().await;
    let commands = desk.process().await;
    let once = repeatable(&commands, 1);
    let calendar = commands.create_calendar(&once, always("always")).await.unwrap();
    let again = commands.create_calendar(&once, always("always")).await.unwrap();
    assert_eq!((again.id, again.version, again.replayed), (calendar.id, 1, true));
    let once = repeatable(&commands, 2);
    let input = policy("x", CalendarId(calendar.id), json!([{ "response": 5 }]), json!({}));
    let made = commands.create_sla_policy(&once, input.clone()).await.unwrap();
    let again = commands.create_sla_policy(&once, input).await.unwrap();
    assert_eq!((again.id, again.replayed), (made.id, true));
    assert_eq!(count(&commands, "sla_policy.created").await, 1);
}
