use commands::{CommandError, Context};
use domain::workflow::{WarningKind, WorkflowRefusal, WorkflowStatus};
use domain::{RoleName, WorkflowId};

use super::office::*;
use crate::support::*;

#[tokio::test]
async fn a_workflow_is_defined_edited_retired_and_reinstated() {
    let desk = Desk::new().await;
    let commands = desk.process().await;
    let level_2 = role(&commands, "Level 2").await;
    let defined = commands.define_workflow(&ctx(&commands), &short_form("Repair")).await.unwrap();
    let id = WorkflowId(defined.workflow.id);
    let warned = |warnings: &[domain::workflow::Warning]| {
        warnings.iter().any(|w| matches!(w.kind, WarningKind::RoleWithoutUsers { .. }))
    };
    assert!(warned(&defined.warnings));

    holder(&commands, "one", &[level_2]).await;
    let mut edited = short_form("Fault repair");
    edited.steps[0].sla_minutes = Some(60);
    let defined = commands.edit_workflow(&ctx(&commands), id, &edited).await.unwrap();
    assert!(!warned(&defined.warnings));
    let workflow = defined.workflow.state.workflow().unwrap().clone();
    assert_eq!((workflow.name.as_str(), workflow.version), ("Fault repair", 2));

    let (form, version) = commands.workflow_form(id).await.unwrap().unwrap();
    assert_eq!((form.name.as_str(), version), ("Fault repair", defined.workflow.version));
    assert_eq!(form.steps[0].role.as_deref(), Some("Level 2"));
    // What is read back is no change.
    let again = commands.edit_workflow(&ctx(&commands), id, &form).await.unwrap();
    assert_eq!(again.workflow.version, version);

    assert_eq!(commands.match_candidates().await.unwrap().len(), 1);
    let retired = commands.retire_workflow(&ctx(&commands), id).await.unwrap();
    assert_eq!(retired.state.workflow().unwrap().status, WorkflowStatus::Retired);
    assert_eq!(commands.match_candidates().await.unwrap(), []);
    // What it is already it may be told; to change it, it has to be reinstated first.
    let told = commands.edit_workflow(&ctx(&commands), id, &form).await.unwrap();
    assert_eq!(told.workflow.version, retired.version);
    let other = short_form("Another");
    let refused = commands.edit_workflow(&ctx(&commands), id, &other).await.unwrap_err();
    assert!(matches!(refused, CommandError::Workflow(WorkflowRefusal::Retired)));
    commands.reinstate_workflow(&ctx(&commands), id).await.unwrap();
    assert_eq!(commands.match_candidates().await.unwrap()[0].version, 2);
}

#[tokio::test]
async fn names_of_workflows_are_unique_whatever_their_case() {
    let desk = Desk::new().await;
    let commands = desk.process().await;
    role(&commands, "Level 2").await;
    let first = define(&commands, &short_form("Repair")).await;
    let taken = |result: Result<_, CommandError>| {
        matches!(result.map(|_: commands::Defined| ()), Err(CommandError::NameTaken { .. }))
    };
    let ctx = || ctx(&commands);
    assert!(taken(commands.define_workflow(&ctx(), &short_form("REPAIR")).await));
    // A retired one keeps its name.
    commands.retire_workflow(&ctx(), first).await.unwrap();
    assert!(taken(commands.define_workflow(&ctx(), &short_form("repair")).await));
    commands.reinstate_workflow(&ctx(), first).await.unwrap();
    commands.edit_workflow(&ctx(), first, &short_form("Fixing")).await.unwrap();
    let second = define(&commands, &short_form("Repair")).await;
    assert!(taken(commands.edit_workflow(&ctx(), second, &short_form("fixing")).await));
}

#[tokio::test]
async fn a_bad_form_says_what_is_wrong() {
    let desk = Desk::new().await;
    let commands = desk.process().await;
    let refused = commands.define_workflow(&ctx(&commands), &short_form("Repair")).await;
    let Err(CommandError::BadWorkflow(problems)) = refused else { panic!("{refused:?}") };
    assert_eq!(problems[0].place.to_string(), "steps[0].role");
    let unknown = WorkflowId(commands.store().ambient().uuid_v7());
    assert!(matches!(
        commands.retire_workflow(&ctx(&commands), unknown).await,
        Err(CommandError::NotFound)
    ));
}

#[tokio::test]
async fn a_repeat_of_a_definition_answers_the_first_result() {
    let desk = Desk::new().await;
    let commands = desk.process().await;
    role(&commands, "Level 2").await;
    let ctx = repeatable(&commands, 1);
    let first = commands.define_workflow(&ctx, &short_form("Repair")).await.unwrap();
    let again = commands.define_workflow(&ctx, &short_form("Repair")).await.unwrap();
    assert!(again.workflow.replayed);
    assert_eq!(again.workflow.id, first.workflow.id);
    let other = Context { body_hash: [9; 32], ..ctx };
    let reused = commands.define_workflow(&other, &short_form("Other")).await;
    assert!(matches!(reused, Err(CommandError::KeyReused)));
}

#[tokio::test]
async fn facts_of_roles_count_those_who_are_active() {
    let desk = Desk::new().await;
    let (commands, other) = (desk.process().await, desk.process().await);
    let level_2 = role(&commands, "Level 2").await;
    let one = holder(&commands, "one", &[level_2]).await;
    holder(&commands, "two", &[level_2]).await;
    let count = async || other.role_facts().await.unwrap()[0].active_users;
    assert_eq!(count().await, 2);
    commands.deactivate_user(&ctx(&commands), one).await.unwrap();
    assert_eq!(count().await, 1);
    let name = RoleName::parse("Second level").unwrap();
    commands.rename_work_role(&ctx(&commands), level_2, name).await.unwrap();
    assert_eq!(other.role_facts().await.unwrap()[0].name.as_str(), "Second level");
    commands.remove_work_role(&ctx(&commands), level_2).await.unwrap();
    assert_eq!(other.role_facts().await.unwrap(), []);
}
