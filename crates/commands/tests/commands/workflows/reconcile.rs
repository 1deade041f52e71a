use domain::task::{CancelReason, Progress, TaskStatus};
use domain::ticket::{Change, EditTicketInput, Status};
use domain::{TaskId, TicketId};

use super::office::*;
use crate::support::*;

impl Office {
    async fn status(&self, ticket: TicketId, status: Status) {
        self.commands.change_status(&self.ctx(), ticket, status, None).await.unwrap();
        self.reconcile(ticket).await;
    }

    async fn running(&self, ticket: TicketId) -> Option<TaskId> {
        self.commands.running_task(ticket).await.unwrap()
    }

    /// The reconciled ticket has a task, and a second look changes nothing.
    async fn settled(&self, ticket: TicketId) -> TaskId {
        self.reconcile(ticket).await;
        let head = head(self).await;
        self.reconcile(ticket).await;
        assert_eq!(head, self::head(self).await, "a second look changed something");
        self.running(ticket).await.unwrap()
    }

    async fn why_cancelled(&self, id: TaskId) -> CancelReason {
        match self.known(id).await.progress {
            Progress::Cancelled { why } => why,
            other => panic!("{other:?}"),
        }
    }
}

async fn head(office: &Office) -> i64 {
    sqlx::query_scalar("select coalesce(max(position), 0) from log.events")
        .fetch_one(office.commands.store().pool())
        .await
        .unwrap()
}

#[tokio::test]
async fn an_open_ticket_gets_its_task_once() {
    let desk = Desk::new().await;
    let office = Office::new(&desk).await;
    let ticket = open(&office.commands, "a").await;
    // The same cause again, as when a job is tried again.
    let cause = office.ctx();
    for _ in 0..3 {
        office.commands.reconcile_task(&cause, ticket).await.unwrap();
    }
    office.settled(ticket).await;
    assert_eq!(count(&office.commands, "task.opened").await, 1);
    let unknown = TicketId(office.commands.store().ambient().uuid_v7());
    office.reconcile(unknown).await;
}

#[tokio::test]
async fn deleting_and_restoring_ends_the_task_and_begins_another() {
    let desk = Desk::new().await;
    let office = Office::new(&desk).await;
    let ticket = open(&office.commands, "a").await;
    let first = office.settled(ticket).await;
    let cause = office.ctx();
    office.commands.delete_ticket(&office.ctx(), ticket, None).await.unwrap();
    office.commands.reconcile_task(&cause, ticket).await.unwrap();
    assert_eq!(office.why_cancelled(first).await, CancelReason::TicketDeleted);
    office.commands.restore_ticket(&office.ctx(), ticket).await.unwrap();
    // Also under the cause of before: what is missing decides.
    office.commands.reconcile_task(&cause, ticket).await.unwrap();
    let second = office.settled(ticket).await;
    assert_ne!(first, second);
    assert_eq!(office.known(second).await.run, 2);
    // Deleted and restored before anybody looked: nothing to be done.
    office.commands.delete_ticket(&office.ctx(), ticket, None).await.unwrap();
    office.commands.restore_ticket(&office.ctx(), ticket).await.unwrap();
    assert_eq!(office.settled(ticket).await, second);
}

#[tokio::test]
async fn merging_and_closing_end_the_task_and_resolving_does_not() {
    let desk = Desk::new().await;
    let office = Office::new(&desk).await;
    let (ticket, other) = (open(&office.commands, "a").await, open(&office.commands, "b").await);
    let first = office.settled(ticket).await;
    office.commands.merge_tickets(&office.ctx(), ticket, other, None).await.unwrap();
    office.reconcile(ticket).await;
    assert_eq!(office.why_cancelled(first).await, CancelReason::TicketMerged);
    office.commands.unmerge_tickets(&office.ctx(), ticket).await.unwrap();
    let second = office.settled(ticket).await;

    office.status(ticket, Status::Resolved).await;
    assert_eq!(office.running(ticket).await, Some(second));
    office.status(ticket, Status::Closed).await;
    assert_eq!(office.why_cancelled(second).await, CancelReason::TicketClosed);
    office.status(ticket, Status::Open).await;
    assert_eq!(office.known(office.settled(ticket).await).await.run, 3);
}

#[tokio::test]
async fn what_was_completed_or_cancelled_stays_so_until_the_ticket_comes_back() {
    let desk = Desk::new().await;
    let office = Office::new(&desk).await;
    let ticket = open(&office.commands, "a").await;
    let first = office.settled(ticket).await;
    office.act(first, "submit").await;
    // The ticket stays open at this end.
    office.act(first, "reject").await;
    office.reconcile(ticket).await;
    assert_eq!(office.running(ticket).await, None);
    office.status(ticket, Status::InProgress).await;
    assert_eq!(office.running(ticket).await, None);
    office.status(ticket, Status::Resolved).await;
    assert_eq!(office.running(ticket).await, None);
    office.status(ticket, Status::InProgress).await;
    let second = office.settled(ticket).await;
    assert_eq!(office.known(second).await.run, 2);

    // The end that resolves the ticket is followed by another task once that is reopened.
    office.act(second, "submit").await;
    office.act(second, "approve").await;
    office.reconcile(ticket).await;
    assert_eq!(office.running(ticket).await, None);
    office.status(ticket, Status::Open).await;
    let third = office.settled(ticket).await;
    office.commands.cancel_task(&office.ctx(), third, None).await.unwrap();
    office.reconcile(ticket).await;
    assert_eq!(office.running(ticket).await, None);
}

#[tokio::test]
async fn an_untouched_task_follows_the_ticket_to_another_workflow() {
    let desk = Desk::new().await;
    let office = Office::bare(&desk).await;
    let commands = &office.commands;
    let mut special = short_form("Special");
    special.default = false;
    special.matching.category = Some("hardware_issue".into());
    special.matching.department = Some("IT".into());
    let special = define(commands, &special).await;
    let ticket = open_in(commands, "IT", None).await;
    office.reconcile(ticket).await;
    assert_eq!(office.running(ticket).await, None);

    let categorise = async |ticket, category: Option<&str>| {
        let category = category.map_or(Change::Clear, |name| Change::Set(name.to_owned()));
        let edit = EditTicketInput { category, ..EditTicketInput::default() };
        commands.edit_ticket(&office.ctx(), ticket, edit, Change::Keep).await.unwrap();
    };
    categorise(ticket, Some("hardware_issue")).await;
    let first = office.settled(ticket).await;
    assert_eq!(office.known(first).await.matched.workflow, special);
    // No workflow is left for it.
    categorise(ticket, None).await;
    office.reconcile(ticket).await;
    assert_eq!(office.why_cancelled(first).await, CancelReason::Restarted);
    assert_eq!(office.running(ticket).await, None);
    // One is again: the next run.
    define(commands, &approval_form()).await;
    let second = office.settled(ticket).await;
    categorise(ticket, Some("hardware_issue")).await;
    let third = office.settled(ticket).await;
    assert_eq!(office.why_cancelled(second).await, CancelReason::Restarted);
    assert_eq!(office.known(third).await.matched.workflow, special);
    // Once somebody has acted it stays.
    categorise(ticket, None).await;
    let fourth = office.settled(ticket).await;
    office.act(fourth, "submit").await;
    categorise(ticket, Some("hardware_issue")).await;
    assert_eq!(office.settled(ticket).await, fourth);
    assert_eq!(office.known(fourth).await.status(), TaskStatus::InProgress);
}

#[tokio::test]
async fn another_workflow_alone_calls_no_task_off() {
    let desk = Desk::new().await;
    let office = Office::bare(&desk).await;
    let commands = &office.commands;
    let general = define(commands, &approval_form()).await;
    let ticket = open_in(commands, "IT", Some("hardware_issue")).await;
    let first = office.settled(ticket).await;

    // A retired workflow keeps its tasks, whatever happens to the ticket besides.
    commands.retire_workflow(&office.ctx(), general).await.unwrap();
    office.status(ticket, Status::InProgress).await;
    assert_eq!(office.settled(ticket).await, first);

    let mut special = short_form("Special");
    special.default = false;
    special.matching.category = Some("hardware_issue".into());
    special.matching.department = Some("IT".into());
    let special = define(commands, &special).await;
    office.status(ticket, Status::WaitingCustomer).await;
    assert_eq!(office.settled(ticket).await, first);

    // What it is matched by changes, or it comes back: it is matched anew.
    office.status(ticket, Status::Resolved).await;
    office.status(ticket, Status::Open).await;
    let second = office.settled(ticket).await;
    assert_eq!(office.known(second).await.matched.workflow, special);
    let edit = EditTicketInput { department: Change::Clear, ..EditTicketInput::default() };
    commands.edit_ticket(&office.ctx(), ticket, edit, Change::Keep).await.unwrap();
    office.reconcile(ticket).await;
    assert_eq!(office.why_cancelled(second).await, CancelReason::Restarted);
    assert_eq!(office.running(ticket).await, None);
}
