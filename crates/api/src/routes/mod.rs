//! One file per endpoint: extract, authorise, call, map.

mod audit;
mod calendars;
mod events;
mod external;
mod files;
mod health;
mod import;
mod inbound;
mod jobs;
mod roles;
mod settings;
mod sla_policies;
mod status;
mod tasks;
mod ticket_types;
mod tickets;
mod users;
mod workflows;

use utoipa_axum::router::OpenApiRouter;

use crate::{Api, Monitoring};

/// All routes.
pub(crate) fn all() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .merge(tickets::routes())
        .merge(files::routes())
        .merge(ticket_types::routes())
        .merge(workflows::routes())
        .merge(tasks::routes())
        .merge(external::routes())
        .merge(users::routes())
        .merge(roles::routes())
        .merge(settings::routes())
        .merge(calendars::routes())
        .merge(sla_policies::routes())
        .merge(import::routes())
        .merge(jobs::routes())
        .merge(inbound::routes())
        .merge(events::routes())
        .merge(audit::routes())
        .merge(status::routes())
        .merge(health::routes())
}

/// Those of a process that does not answer requests.
pub(crate) fn operations() -> axum::Router<Monitoring> {
    health::operations()
}
