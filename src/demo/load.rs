//! Writing the demo data into the log.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow};
use chrono::{SubsecRound, TimeDelta};
use commands::user::RegisterUserInput;
use commands::{Assignee, CommandError, Context, NewComment, TicketChange, derive_command_id};
use domain::ticket::{
    Change, EditTicketInput, OpenTicketInput, Status, Visibility, parse_comment, parse_reason,
    parse_tags,
};
use domain::user::Role;
use domain::{RoleId, RoleName, TicketId, Timestamp, UserId};
use eventstore::{Actor, AppendRequest, Appended, EventFilter, Metadata};
use files::FileStore;
use futures_util::future::try_join_all;
use futures_util::stream::{self, StreamExt, TryStreamExt};
use projections::{Freshness, QueryError};
use serde_json::{Value, json};
use tokio::sync::oneshot;
use uuid::Uuid;

use super::content::{self, DemoAction, DemoTicket, DemoUser};
use crate::desk::Desk;

/// All demo users have it. It stands in the documentation; a desk with demo data is for looking at.
const PASSWORD: &str = "docket-demo";
/// The command that all commands here follow from: 1 January 2026.
const PARENT: Uuid = Uuid::from_u128(0x019b_75d6_c800_7d0c_8e7d_e305_a1a5_0001);
/// How many commands are under way at a time. Their appends meet in the batches of the log.
pub(super) const AT_A_TIME: usize = 96;
/// When the users were registered, in days before now.
pub(super) const USERS_SINCE: i64 = 60;
/// How long the views may take to show it all.
const VIEWS_WAIT: Duration = Duration::from_secs(30);

/// Who can sign in.
#[derive(Debug)]
pub struct LogIns {
    /// The password of all of them.
    pub password: &'static str,
    /// One user of each role.
    pub users: Vec<LogIn>,
}

/// One user.
#[derive(Debug)]
pub struct LogIn {
    /// The permission role.
    pub role: String,
    /// The address to sign in with.
    pub email: String,
}

/// Something that happened to a ticket.
struct Step<'a> {
    at: Timestamp,
    ticket: &'a DemoTicket,
    /// 0 is the opening.
    index: usize,
    /// Tells that the step before is done.
    after: Option<oneshot::Receiver<TicketId>>,
    /// Tells the next step.
    next: oneshot::Sender<TicketId>,
}

/// A demo user in the log.
#[derive(Clone, Copy)]
pub(super) struct Person {
    pub(super) id: UserId,
    pub(super) role: Role,
}

pub(super) struct Loader<'a> {
    pub(super) desk: &'a Desk,
    pub(super) files: &'a FileStore,
    pub(super) now: Timestamp,
    /// Whether commands may be repeats of an interrupted load.
    repeats: bool,
}

impl<'a> Loader<'a> {
    pub(super) fn new(desk: &'a Desk, files: &'a FileStore) -> Self {
        Self { desk, files, now: desk.store.ambient().now(), repeats: false }
    }

    pub(super) async fn load(mut self) -> Result<Option<LogIns>> {
        let users = content::users()?;
        let store = &self.desk.store;
        if store.receipt(self.command_id("loaded", 0)).await?.is_some() {
            return Ok(Some(log_ins(&users)));
        }
        self.repeats = store.receipt(self.command_id("begun", 0)).await?.is_some();
        if !self.repeats && self.has_tickets().await? {
            tracing::warn!("the desk has tickets, so it gets no demo data");
            return Ok(None);
        }
        self.leave_receipt("begun").await?;
        let people = self.register(&users).await?;
        self.define_ticket_types(&people).await?;
        let tickets = content::tickets()?;
        let opened = self.relive(&tickets, &people).await?;
        self.set_up_flows(&people).await?;
        self.begin_tasks(&opened).await?;
        let position = self.leave_receipt("loaded").await?;
        let (tickets, events) = (tickets.len(), position);
        tracing::info!(tickets, events, "the demo data are in");
        match self.desk.queries.wait_for(position, Freshness::ViewsAndSearch, VIEWS_WAIT).await {
            Ok(()) => {}
            // A projector of another process may not be there yet.
            Err(QueryError::Behind { reached, .. }) => {
                tracing::warn!(reached, "the views do not show them yet; is there a projector?");
            }
            Err(error) => return Err(error.into()),
        }
        Ok(Some(log_ins(&users)))
    }

    async fn has_tickets(&self) -> Result<bool> {
        let opened =
            EventFilter { types: vec!["ticket.opened".to_owned()], ..EventFilter::default() };
        Ok(!self.desk.store.read_after(0, 1, &opened).await?.is_empty())
    }

    /// Marks how far the load is; answers the head of the log.
    async fn leave_receipt(&self, mark: &str) -> Result<i64> {
        let request = AppendRequest {
            command_id: self.command_id(mark, 0),
            body_hash: [0; 32],
            streams: Vec::new(),
            claims: Vec::new(),
            releases: Vec::new(),
            credentials: Vec::new(),
            metadata: Metadata::system("demo"),
        };
        match self.desk.store.append(request).await? {
            Appended::Written { last_position, .. } => Ok(last_position),
            Appended::Duplicate(receipt) => Ok(receipt.last_position),
            Appended::Conflict { .. } | Appended::Claimed { .. } => {
                Err(anyhow!("a receipt without events was refused"))
            }
        }
    }

    async fn register(&self, users: &[DemoUser]) -> Result<HashMap<String, Person>> {
        let at = self.now - TimeDelta::days(USERS_SINCE);
        let mut names: Vec<&str> =
            users.iter().flat_map(|user| &user.work_roles).map(String::as_str).collect();
        names.sort_unstable();
        names.dedup();
        let work_roles = names.iter().enumerate().map(async |(index, name)| {
            let ctx = self.context("work-role", index, at, None);
            let role = RoleName::parse(name).map_err(|bad| anyhow!("{name}: {bad}"))?;
            let created = self.desk.commands.create_work_role(&ctx, role).await?;
            anyhow::Ok((*name, RoleId(created.id)))
        });
        let work_roles: HashMap<&str, RoleId> =
            try_join_all(work_roles).await?.into_iter().collect();
        let people = users.iter().enumerate().map(async |(index, user)| {
            let ctx = self.context("user", index, at, None);
            let input = RegisterUserInput {
                email: Some(user.email.clone()),
                full_name: Some(user.full_name.clone()),
                role: Some(user.role.clone()),
                departments: user.departments.clone(),
                work_roles: user
                    .work_roles
                    .iter()
                    .filter_map(|name| work_roles.get(name.as_str()).copied())
                    .collect(),
                password: Some(PASSWORD.to_owned()),
                ..RegisterUserInput::default()
            };
            let role = Role::parse(&user.role).map_err(|bad| anyhow!("{}: {bad}", user.role))?;
            let registered = self.desk.commands.register_user(&ctx, input).await;
            let id = match registered.map_err(in_words) {
                Ok(registered) => UserId(registered.id),
                Err(error) => return Err(error.context(user.email.clone())),
            };
            anyhow::Ok((user.email.clone(), Person { id, role }))
        });
        Ok(try_join_all(people).await?.into_iter().collect())
    }

    async fn define_ticket_types(&self, people: &HashMap<String, Person>) -> Result<()> {
        let at = self.now - TimeDelta::days(USERS_SINCE);
        let admin = people.values().find(|person| person.role == Role::Admin).copied();
        for (index, form) in content::ticket_types()?.iter().enumerate() {
            let ctx = self.context("ticket-type", index, at, admin);
            let defined = self.desk.commands.define_ticket_type(&ctx, form).await;
            defined.map_err(in_words).with_context(|| form.name.clone())?;
        }
        Ok(())
    }

    /// Lets everything happen again in the order of time, many tickets at once, each of them in its
    /// own order.
    ///
    /// Answers the tickets, the oldest first.
    async fn relive(
        &self,
        tickets: &[DemoTicket],
        people: &HashMap<String, Person>,
    ) -> Result<Vec<TicketId>> {
        let steps = self.steps(tickets);
        // Whoever waits for another waits for one that began earlier, so somebody can always go on.
        let mut relived: Vec<(usize, TicketId)> = stream::iter(steps)
            .enumerate()
            .map(async |(index, step)| anyhow::Ok((index, self.take(step, people).await?)))
            .buffer_unordered(AT_A_TIME)
            .try_collect()
            .await?;
        relived.sort_unstable();
        let mut seen = HashSet::new();
        Ok(relived.into_iter().map(|(_, ticket)| ticket).filter(|id| seen.insert(*id)).collect())
    }

    fn steps<'t>(&self, tickets: &'t [DemoTicket]) -> Vec<Step<'t>> {
        let mut steps = Vec::new();
        for ticket in tickets {
            let opened = self.now - hours(ticket.opened_days_ago * 24.0);
            let (next, mut after) = oneshot::channel();
            steps.push(Step { at: opened, ticket, index: 0, after: None, next });
            for (index, event) in (1..).zip(&ticket.events) {
                let at = (opened + hours(event.after_hours)).min(self.now);
                let (next, following) = oneshot::channel();
                steps.push(Step { at, ticket, index, after: Some(after), next });
                after = following;
            }
        }
        // Stable: what happened to one ticket at one time keeps its order.
        steps.sort_by_key(|step| step.at);
        steps
    }

    async fn take(&self, step: Step<'_>, people: &HashMap<String, Person>) -> Result<TicketId> {
        let Step { at, ticket: demo, index, after, next } = step;
        let ticket = match after {
            Some(after) => Some(after.await.context("the step before failed")?),
            None => None,
        };
        let event = index.checked_sub(1).and_then(|index| demo.events.get(index));
        let by = event.map_or(&demo.opened_by, |event| &event.by);
        let person = people.get(by).with_context(|| format!("{by} is no demo user"))?;
        let ctx = self.context(&demo.key, index, at, Some(*person));
        let commands = &self.desk.commands;
        let committed = match (event, ticket) {
            (Some(event), Some(ticket)) => {
                commands.change_ticket(&ctx, ticket, vec![change(&event.action)?]).await
            }
            (Some(_) | None, _) => {
                let (ticket, input) = (commands.new_ticket_id(), opening(demo, at));
                let files = self.store_pictures(&demo.key, ticket, &input, &demo.images).await?;
                let attached = (!files.is_empty()).then_some(TicketChange::AttachFiles(files));
                commands.open_ticket_as(&ctx, ticket, input, attached.into_iter().collect()).await
            }
        };
        let committed =
            committed.map_err(in_words).with_context(|| format!("{}, step {index}", demo.key))?;
        // Nobody waits for the last step of a ticket.
        next.send(TicketId(committed.id)).ok();
        Ok(TicketId(committed.id))
    }

    pub(super) fn context(
        &self,
        part: &str,
        index: usize,
        at: Timestamp,
        by: Option<Person>,
    ) -> Context {
        let ambient = self.desk.store.ambient();
        Context {
            actor: by.map_or(Actor::System, |person| Actor::User { id: person.id.uuid() }),
            role: by.map_or(Role::Admin, |person| person.role),
            user: by.map(|person| person.id),
            command_id: self.command_id(part, index),
            idempotent: self.repeats,
            occurred_at: Some(at),
            ..Context::system(ambient, "demo")
        }
    }

    pub(super) fn command_id(&self, part: &str, index: usize) -> Uuid {
        derive_command_id(self.desk.store.secrets(), PARENT, part, index as u64)
    }
}

fn opening(demo: &DemoTicket, at: Timestamp) -> OpenTicketInput {
    let customer = demo.customer.as_ref();
    let mut data = demo.data.clone();
    if let (Some(data), Some(minutes)) = (&mut data, demo.began_minutes_before) {
        let began = (at - TimeDelta::minutes(minutes)).trunc_subsecs(0);
        data.insert("began_at".to_owned(), json!(began));
    }
    OpenTicketInput {
        subject: Some(demo.subject.clone()),
        description: Some(demo.description.clone()),
        category: demo.category.clone(),
        subcategory: demo.subcategory.clone(),
        department: Some(demo.department.clone()),
        priority: Some(demo.priority.clone()),
        customer_id: customer.and_then(|customer| customer.id.clone()),
        customer_email: customer.and_then(|customer| customer.email.clone()),
        customer_name: customer.and_then(|customer| customer.name.clone()),
        tags: demo.tags.clone(),
        source: Some(demo.source.clone()),
        browser: demo.browser.clone(),
        device_type: demo.device_type.clone(),
        ticket_type: demo.ticket_type.clone(),
        data: data.map(Value::Object),
        ..OpenTicketInput::default()
    }
}

fn change(action: &DemoAction) -> Result<TicketChange> {
    let bad = |kind: domain::FieldErrorKind| anyhow!("{kind}");
    Ok(match action {
        DemoAction::Comment { text, visibility } => TicketChange::Comment(NewComment {
            visibility: Visibility::parse(visibility).map_err(bad)?,
            text: parse_comment(text).map_err(bad)?,
        }),
        DemoAction::Status { to, reason } => TicketChange::ChangeStatus {
            status: Status::parse(to).map_err(bad)?,
            reason: reason.as_deref().map(parse_reason).transpose().map_err(bad)?,
        },
        DemoAction::Assign { to } => TicketChange::Assign(Assignee::Email(to.clone())),
        DemoAction::Priority { to } => TicketChange::Edit(Box::new(EditTicketInput {
            priority: Change::Set(to.clone()),
            ..EditTicketInput::default()
        })),
        DemoAction::TagsAdd { tags } => TicketChange::AddTags(parse_tags(tags).map_err(bad)?),
        DemoAction::Category { to } => TicketChange::Edit(Box::new(EditTicketInput {
            category: Change::Set(to.clone()),
            ..EditTicketInput::default()
        })),
    })
}

fn log_ins(users: &[DemoUser]) -> LogIns {
    let roles = ["admin", "handler", "publisher", "viewer"];
    let of_role = |role: &str| users.iter().find(|user| user.role == role);
    let users = roles.into_iter().filter_map(of_role);
    let users = users.map(|user| LogIn { role: user.role.clone(), email: user.email.clone() });
    LogIns { password: PASSWORD, users: users.collect() }
}

pub(super) fn in_words(error: CommandError) -> anyhow::Error {
    match &error {
        CommandError::Invalid(fields) => {
            let fields: Vec<String> =
                fields.iter().map(|bad| format!("{}: {}", bad.field, bad.kind)).collect();
            anyhow!("{}", fields.join("; "))
        }
        _ => error.into(),
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "weeks in seconds fit, and a part of a second does not matter"
)]
fn hours(hours: f64) -> TimeDelta {
    TimeDelta::seconds((hours * 3600.0) as i64)
}
