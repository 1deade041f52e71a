//! The fold of all views but search: one batch of events, one transaction.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::time::Duration;

use domain::ticket::{self, TicketEvent};
use domain::user::{self, UserEvent, UserState};
use domain::work_role::WorkRoleEvent;
use futures_util::future::BoxFuture;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::decoded::{Decoded, Happened};
use crate::files::OfTicket;
use crate::runner::Fold;
use crate::schema::{Group, View};
use crate::states::States;
use crate::ticket_comments::NewComment;
use crate::ticket_detail::{DetailRow, Folded};
use crate::ticket_list::{DataRow, ListRow};
use crate::ticket_stats::Deltas;
use crate::{
    ProjectionError, audit, files, sla_rules, tasks, ticket_comments, ticket_detail, ticket_list,
    ticket_sla, ticket_stats, ticket_types, users, work_roles, workflows,
};

pub(crate) struct Views {
    /// Which of them are folded.
    folded: Vec<View>,
    states: States,
    /// The states of the batch that is being written.
    pending: HashMap<Uuid, Folded>,
}

impl Default for Views {
    fn default() -> Self {
        Self::of(Group::Views.views())
    }
}

impl Fold for Views {
    const GROUP: Group = Group::Views;
    const GATHER: Duration = Duration::from_millis(100);

    fn wants(_event_type: &str) -> bool {
        true
    }

    fn fold<'a>(
        &'a mut self,
        connection: &'a mut PgConnection,
        events: &'a [Decoded],
    ) -> BoxFuture<'a, Result<(), ProjectionError>> {
        Box::pin(self.write(connection, events))
    }

    fn committed(&mut self) {
        self.states.put(std::mem::take(&mut self.pending));
    }

    fn failed(&mut self) {
        self.pending.clear();
        self.states.clear();
    }
}

impl Views {
    /// Some of the views; of others nothing is written.
    pub(crate) fn of(folded: Vec<View>) -> Self {
        Self { folded, states: States::default(), pending: HashMap::new() }
    }

    async fn write(
        &mut self,
        connection: &mut PgConnection,
        events: &[Decoded],
    ) -> Result<(), ProjectionError> {
        let mut deltas = Deltas::default();
        let mut counted = tasks::Counted::default();
        let mut clocks = ticket_sla::Counted::default();
        for view in self.folded.clone() {
            match view {
                View::Tickets => self.fold_tickets(connection, events, &mut deltas).await?,
                View::Comments => fold_comments(connection, events).await?,
                View::Users => fold_users(connection, events).await?,
                View::WorkRoles => fold_work_roles(connection, events).await?,
                View::Workflows => workflows::fold(connection, events).await?,
                View::Tasks => tasks::fold(connection, events, &mut counted).await?,
                View::SlaRules => sla_rules::fold(connection, events).await?,
                View::TicketSla => ticket_sla::fold(connection, events, &mut clocks).await?,
                View::TicketTypes => ticket_types::fold(connection, events).await?,
                View::Files => files::fold(connection, events).await?,
                View::Audit => audit::store(connection, events).await?,
                // Has a fold of its own.
                View::Search => {}
            }
        }
        // Last: others wait for these rows.
        ticket_stats::store(connection, deltas).await?;
        tasks::store_counted(connection, counted).await?;
        ticket_sla::store_counted(connection, clocks).await?;
        Ok(())
    }

    async fn fold_tickets(
        &mut self,
        connection: &mut PgConnection,
        events: &[Decoded],
        deltas: &mut Deltas,
    ) -> Result<(), ProjectionError> {
        self.pending = self.states.take(connection, events).await?;
        for (_, state) in self.pending.values() {
            deltas.take(state);
        }
        // Most events leave the values of forms and the files alone, and then so do we.
        let data_before: HashMap<Uuid, Vec<DataRow>> =
            self.pending.iter().map(|(id, (_, state))| (*id, DataRow::all(state))).collect();
        let files_before: HashMap<Uuid, Vec<OfTicket>> =
            self.pending.iter().map(|(id, (_, state))| (*id, OfTicket::all(state))).collect();
        let mut touched = Vec::new();
        let mut seen = std::collections::HashSet::new();
        for event in events {
            let Happened::Ticket(what) = &event.what else { continue };
            if seen.insert(event.stream_id) {
                touched.push(event.stream_id);
            }
            let (version, state) = self.pending.entry(event.stream_id).or_default();
            event.follows(*version)?;
            *version = event.version;
            *state = ticket::evolve(std::mem::take(state), what, event.at);
        }
        if touched.is_empty() {
            return Ok(());
        }
        let mut rows = Vec::with_capacity(touched.len());
        let mut details = Vec::with_capacity(touched.len());
        let (mut data, mut files) = (Vec::new(), Vec::new());
        for id in touched {
            let Some((version, state)) = self.pending.get(&id) else { continue };
            deltas.add(state);
            rows.extend(ListRow::of(id, *version, state));
            let data_now = DataRow::all(state);
            if data_before.get(&id).map_or(&[][..], Vec::as_slice) != data_now.as_slice() {
                data.push((id, data_now));
            }
            let files_now = OfTicket::all(state);
            if files_before.get(&id).map_or(&[][..], Vec::as_slice) != files_now.as_slice() {
                files.push((id, files_now));
            }
            let json = serde_json::to_string(state)
                .map_err(|source| ProjectionError::Row { view: "ticket_details", source })?;
            details.push(DetailRow { id, version: *version, state: json });
        }
        ticket_list::store(connection, &rows).await?;
        ticket_list::store_data(connection, &data).await?;
        files::store_of_tickets(connection, &files).await?;
        ticket_detail::store(connection, &details).await?;
        Ok(())
    }
}

async fn fold_comments(
    connection: &mut PgConnection,
    events: &[Decoded],
) -> Result<(), ProjectionError> {
    let mut comments = Vec::new();
    for event in events {
        if let Happened::Ticket(TicketEvent::CommentAdded(comment)) = &event.what {
            comments.push(NewComment {
                ticket_id: event.stream_id,
                version: event.version,
                created_at: event.at,
                comment,
            });
        }
    }
    if !comments.is_empty() {
        ticket_comments::store(connection, &comments).await?;
    }
    Ok(())
}

async fn fold_users(
    connection: &mut PgConnection,
    events: &[Decoded],
) -> Result<(), ProjectionError> {
    let changes: Vec<(&Decoded, &UserEvent)> = events
        .iter()
        .filter_map(|event| {
            let Happened::User(what) = &event.what else { return None };
            Some((event, what))
        })
        .collect();
    if changes.is_empty() {
        return Ok(());
    }
    let ids: Vec<Uuid> = changes.iter().map(|(event, _)| event.stream_id).collect();
    let mut folded = users::load(connection, &ids).await?;
    for (event, what) in changes {
        let (version, state) = match folded.entry(event.stream_id) {
            Entry::Occupied(entry) => {
                let (version, user) = entry.remove();
                (version, UserState::Registered(Box::new(user)))
            }
            Entry::Vacant(_) => (0, UserState::Unregistered),
        };
        event.follows(version)?;
        match user::evolve(state, what, event.at) {
            UserState::Unregistered => {}
            UserState::Registered(user) => {
                folded.insert(event.stream_id, (event.version, *user));
            }
        }
    }
    users::store(connection, &folded).await
}

async fn fold_work_roles(
    connection: &mut PgConnection,
    events: &[Decoded],
) -> Result<(), ProjectionError> {
    let happened: Vec<(&Decoded, &WorkRoleEvent)> = events
        .iter()
        .filter_map(|event| {
            let Happened::WorkRole(what) = &event.what else { return None };
            Some((event, what))
        })
        .collect();
    if happened.is_empty() {
        return Ok(());
    }
    let ids: Vec<Uuid> = happened.iter().map(|(event, _)| event.stream_id).collect();
    let mut versions = work_roles::versions(connection, &ids).await?;
    let mut changes = work_roles::Changes::default();
    for (event, what) in happened {
        let version = versions.entry(event.stream_id).or_default();
        event.follows(*version)?;
        *version = event.version;
        work_roles::fold(&mut changes, event.stream_id, event.version, what, event.at);
    }
    work_roles::store(connection, &changes).await?;
    Ok(())
}
