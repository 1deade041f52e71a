//! Work roles that workflows, tasks and policies name.

use commands::CommandError;
use domain::RoleId;
use serde_json::json;

use super::office::*;
use crate::sla::scene::{always, calendar_made, policy, policy_made};
use crate::support::*;

impl Office {
    async fn in_use_by(&self, role: RoleId) -> Vec<String> {
        match self.commands.remove_work_role(&self.ctx(), role).await {
            Err(CommandError::InUse { by }) => by,
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn a_work_role_that_is_named_is_not_removed_until_nothing_names_it() {
    let desk = Desk::new().await;
    let office = Office::bare(&desk).await;
    let commands = &office.commands;
    let workflow = define(commands, &approval_form()).await;
    let calendar = calendar_made(commands, always("always")).await;
    let escalations = json!({ "escalations": [
        { "on": "breached", "actions": [{ "action": "notify_role", "role": office.approver }] }
    ] });
    let rules = json!([{ "response": 60 }]);
    let policy = policy_made(commands, policy("Fast", calendar, rules, escalations)).await;
    let named = ["workflow \"Access\"", "SLA policy \"Fast\""];
    assert_eq!(office.in_use_by(office.approver).await, named);
    assert_eq!(office.in_use_by(office.level_2).await, &named[..1]);

    let (ticket, _) = office.task().await;
    commands.deactivate_user(&office.ctx(), office.one).await.unwrap();
    commands.deactivate_user(&office.ctx(), office.two).await.unwrap();
    let (other, _) = office.task().await;
    commands.retire_workflow(&office.ctx(), workflow).await.unwrap();
    commands.remove_sla_policy(&office.ctx(), policy).await.unwrap();
    commands.remove_work_role(&office.ctx(), office.approver).await.unwrap();
    assert_eq!(office.in_use_by(office.level_2).await, ["waiting tasks: 1"]);
    for ticket in [ticket, other] {
        commands.delete_ticket(&office.ctx(), ticket, None).await.unwrap();
        office.reconcile(ticket).await;
    }
    commands.remove_work_role(&office.ctx(), office.level_2).await.unwrap();
    let again = commands.remove_work_role(&office.ctx(), office.level_2).await;
    assert!(matches!(again, Err(CommandError::Refused(_))), "{again:?}");
}
