//! Tickets.

mod answer;
mod assign;
mod beside;
mod bulk;
mod comments;
mod data_filter;
mod delete;
mod edit;
mod history;
mod input;
mod links;
mod list;
mod merge;
mod open;
mod push_to_workflow;
mod restore;
mod stats;
mod status;
mod tags;
mod view;
mod watch;

pub(crate) use answer::{target, ticket_answer};
pub(crate) use history::{HistoryEntry, history_entry};
pub(crate) use input::OpenTicketBody;
pub(crate) use list::assignments;
pub(crate) use open::read_open;
pub(crate) use view::seen;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Api;

/// The routes of tickets.
pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(open::open_ticket, list::list_tickets))
        .routes(routes!(stats::view_statistics))
        .routes(routes!(bulk::change_tickets))
        .routes(routes!(
            view::view_ticket,
            edit::edit_ticket,
            edit::put_ticket,
            delete::delete_ticket
        ))
        .routes(routes!(restore::restore_ticket))
        .routes(routes!(status::change_status))
        .routes(routes!(assign::assign_ticket))
        .routes(routes!(push_to_workflow::push_to_workflow))
        .routes(routes!(merge::merge_ticket))
        .routes(routes!(merge::unmerge_ticket))
        .routes(routes!(links::link_ticket))
        .routes(routes!(links::unlink_ticket))
        .routes(routes!(tags::tag_ticket))
        .routes(routes!(watch::watch_ticket, watch::unwatch_ticket))
        .routes(routes!(comments::list_comments, comments::comment_on_ticket))
        .routes(routes!(history::view_history))
}
