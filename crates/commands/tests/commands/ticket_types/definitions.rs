use commands::{CommandError, Committed, Context};
use domain::TicketTypeId;
use domain::ticket_type::{TicketTypeRefusal, TicketTypeState, TicketTypeStatus};
use domain::vocabulary::TypeName;

use super::office::*;
use crate::support::*;

#[tokio::test]
async fn a_type_is_defined_edited_retired_and_reinstated() {
    let desk = Desk::new().await;
    let (one, two) = (desk.process().await, desk.process().await);
    let id = define(&one, &fault("Fault")).await;
    let edited = two.edit_ticket_type(&ctx(&two), id, &newer_fault("Site fault")).await.unwrap();
    let known = edited.state.ticket_type().unwrap();
    assert_eq!((known.name.as_str(), known.version), ("Site fault", 2));

    let (form, version) = one.ticket_type_form(id).await.unwrap().unwrap();
    assert_eq!((form.name.as_str(), version), ("Site fault", edited.version));
    // What is read back is no change.
    let again = one.edit_ticket_type(&ctx(&one), id, &form).await.unwrap();
    assert_eq!(again.version, version);

    let old = one.ticket_type_definition(id, 1).await.unwrap();
    assert!(old.field("severity").is_some() && old.field("serial").is_none());
    let new = two.ticket_type_definition(id, 2).await.unwrap();
    assert!(new.field("serial").is_some());
    let none = one.ticket_type_definition(id, 3).await;
    assert!(matches!(none, Err(CommandError::NotFound)));

    let retired = one.retire_ticket_type(&ctx(&one), id).await.unwrap();
    assert_eq!(retired.state.ticket_type().unwrap().status, TicketTypeStatus::Retired);
    // What it is already it may be told; to change it, it has to be reinstated first.
    let told = two.edit_ticket_type(&ctx(&two), id, &form).await.unwrap();
    assert_eq!(told.version, retired.version);
    let refused = two.edit_ticket_type(&ctx(&two), id, &fault("Another")).await;
    assert!(matches!(refused, Err(CommandError::TicketType(TicketTypeRefusal::Retired))));
    two.reinstate_ticket_type(&ctx(&two), id).await.unwrap();
    let state = one.ticket_type(id).await.unwrap().unwrap();
    assert_eq!(state.state.ticket_type().unwrap().status, TicketTypeStatus::Active);
}

#[tokio::test]
async fn names_are_unique_whatever_their_case_and_found_by_any() {
    let desk = Desk::new().await;
    let (one, two) = (desk.process().await, desk.process().await);
    let first = define(&one, &fault("Fault")).await;
    let taken = |result: Result<Committed<TicketTypeState>, CommandError>| {
        matches!(result, Err(CommandError::NameTaken { what: "ticket type" }))
    };
    assert!(taken(two.define_ticket_type(&ctx(&two), &fault("FAULT")).await));
    two.retire_ticket_type(&ctx(&two), first).await.unwrap();
    assert!(taken(two.define_ticket_type(&ctx(&two), &fault("fault")).await));
    two.reinstate_ticket_type(&ctx(&two), first).await.unwrap();

    let named = async |name: &str| {
        let name = TypeName::parse(name).unwrap();
        one.ticket_type_named(&name).await.unwrap().map(|(id, _)| id)
    };
    assert_eq!(named("fAULT").await, Some(first));
    assert_eq!(named(&first.to_string()).await, Some(first));
    assert_eq!(named("other").await, None);
    one.edit_ticket_type(&ctx(&one), first, &fault("Site fault")).await.unwrap();
    assert_eq!(named("fault").await, None);
    let second = define(&two, &fault("fault")).await;
    assert_eq!(named("Fault").await, Some(second));
    assert!(taken(two.edit_ticket_type(&ctx(&two), second, &fault("SITE FAULT")).await));
}

#[tokio::test]
async fn what_is_wrong_with_a_form_is_said() {
    let desk = Desk::new().await;
    let one = desk.process().await;
    let mut bad = fault("");
    bad.fields[1].kind = "colour".into();
    bad.fields[2].min = Some(serde_json::json!(10));
    let refused = one.define_ticket_type(&ctx(&one), &bad).await;
    let Err(CommandError::BadTicketType(problems)) = refused else { panic!("{refused:?}") };
    assert!(problems.len() >= 3, "{problems:?}");
    let id = define(&one, &fault("Fault")).await;
    let mut other = fault("Fault");
    other.fields[2].kind = "decimal".into();
    let refused = one.edit_ticket_type(&ctx(&one), id, &other).await;
    let Err(CommandError::TicketType(refusal)) = refused else { panic!("{refused:?}") };
    assert_eq!(refusal.code(), "field_kind_changed");
    let unknown = TicketTypeId(one.store().ambient().uuid_v7());
    let missing = one.retire_ticket_type(&ctx(&one), unknown).await;
    assert!(matches!(missing, Err(CommandError::NotFound)));
    assert!(one.ticket_type_form(unknown).await.unwrap().is_none());
}

#[tokio::test]
async fn a_repeat_of_a_definition_answers_the_first_result() {
    let desk = Desk::new().await;
    let one = desk.process().await;
    let ctx = repeatable(&one, 1);
    let first = one.define_ticket_type(&ctx, &fault("Fault")).await.unwrap();
    let again = one.define_ticket_type(&ctx, &fault("Fault")).await.unwrap();
    assert!(again.replayed);
    assert_eq!(again.id, first.id);
    let other = Context { body_hash: [9; 32], ..ctx };
    let reused = one.define_ticket_type(&other, &fault("Other")).await;
    assert!(matches!(reused, Err(CommandError::KeyReused)));
}
