//! Workflows: which way tickets of a kind go, step by step.

mod answer;
mod check;
mod define;
mod edit;
mod export;
mod form;
mod list;
mod transitions;
mod version;
mod view;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Api;

/// The routes of workflows.
pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(list::list_workflows, define::define_workflow))
        .routes(routes!(check::check_workflow))
        .routes(routes!(view::view_workflow, edit::edit_workflow))
        .routes(routes!(export::export_workflow))
        .routes(routes!(version::view_workflow_version))
        .routes(routes!(transitions::list_transitions))
}
