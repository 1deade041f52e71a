//! The demo's workflows and service level, and where its tickets stand in them.

use std::collections::HashMap;

use anyhow::{Context as _, Result, anyhow};
use chrono::TimeDelta;
use commands::task::{Start, Started};
use domain::task::TaskState;
use domain::ticket::parse_comment;
use domain::user::Role;
use domain::{CalendarId, TaskId, TicketId};
use futures_util::stream::{self, StreamExt, TryStreamExt};

use super::content;
use super::load::{AT_A_TIME, Loader, Person, USERS_SINCE, in_words};

/// Each how manieth task has been acted on.
const ACTED_ON: usize = 3;
const COMMENT: &str = "Seen to.";

impl Loader<'_> {
    /// Defines the workflows, and the service level with its calendar: after the tickets, so that
    /// those that ended long ago get no task.
    pub(super) async fn set_up_flows(&self, people: &HashMap<String, Person>) -> Result<()> {
        let at = self.now - TimeDelta::days(USERS_SINCE);
        let commands = &self.desk.commands;
        let admin = people.values().find(|person| person.role == Role::Admin).copied();
        for (index, form) in content::workflows()?.iter().enumerate() {
            let ctx = self.context("workflow", index, at, admin);
            let defined = commands.define_workflow(&ctx, form).await;
            defined.map_err(in_words).with_context(|| form.name.clone())?;
        }
        let ctx = self.context("calendar", 0, at, admin);
        let calendar = commands.create_calendar(&ctx, content::calendar()?).await;
        let calendar = CalendarId(calendar.map_err(in_words).context("the calendar")?.id);
        let ctx = self.context("sla-policy", 0, at, admin);
        let policy = commands.create_sla_policy(&ctx, content::policy(calendar)?).await;
        policy.map_err(in_words).context("the policy")?;
        Ok(())
    }

    /// Gives every open ticket its task, acts on some of them, and tells what the clocks of all
    /// tickets have to say. One after the other, so that turns are the same at every load.
    pub(super) async fn begin_tasks(&self, tickets: &[TicketId]) -> Result<()> {
        let commands = &self.desk.commands;
        for (index, ticket) in tickets.iter().enumerate() {
            let ctx = self.context("task", index, self.now, None);
            let started = commands.start_task(&ctx, *ticket, Start::IfNone).await;
            match started.map_err(in_words).with_context(|| format!("the task of {ticket}"))? {
                Started::Task(task) if index % ACTED_ON == 0 => {
                    self.act(TaskId(task.id), &task.state, index).await?;
                }
                Started::Task(_) | Started::Running(_) | Started::NoWorkflow | Started::NotOpen => {
                }
            }
        }
        stream::iter(tickets.iter().enumerate())
            .map(async |(index, ticket)| {
                let ctx = self.context("clocks", index, self.now, None);
                commands.tell_sla(&ctx, *ticket).await.map(drop).map_err(in_words)
            })
            .buffer_unordered(AT_A_TIME)
            .try_collect()
            .await
    }

    /// Takes the first action there is, as who has the task would.
    async fn act(&self, id: TaskId, state: &TaskState, index: usize) -> Result<()> {
        let commands = &self.desk.commands;
        let Some(assignee) = state.task().and_then(|task| task.assignee) else { return Ok(()) };
        let Some(facts) = commands.user(assignee).await? else { return Ok(()) };
        let person = Person { id: facts.id, role: facts.role };
        let ctx = self.context("act", index, self.now, Some(person));
        let (_, available) = commands.available_actions(&ctx, id).await.map_err(in_words)?;
        let Some(first) = available.into_iter().next() else { return Ok(()) };
        let comment = parse_comment(COMMENT).map_err(|bad| anyhow!("{bad}"))?;
        let acted = commands.act_on_task(&ctx, id, first.action.id, None, Some(comment)).await;
        acted.map_err(in_words)?;
        Ok(())
    }
}
