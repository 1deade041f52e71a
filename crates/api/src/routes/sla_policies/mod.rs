//! SLA policies: how soon tickets are to be answered and resolved.

mod answer;
mod change;
mod create;
mod form;
mod list;
mod remove;
mod view;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Api;

/// The routes of SLA policies.
pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(list::list_sla_policies, create::create_sla_policy)).routes(
        routes!(view::view_sla_policy, change::change_sla_policy, remove::remove_sla_policy),
    )
}
