//! Tasks: who has what to do, and doing it.

mod act;
mod answer;
mod assign;
mod available_actions;
mod cancel;
mod escalate;
mod explanation;
mod fields;
mod history;
mod hold;
mod list;
mod resume;
mod view;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Api;

pub(crate) use answer::{running_task, running_task_answer, task_answer};
pub(crate) use fields::remark;

/// The routes of tasks.
pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(list::list_tasks))
        .routes(routes!(view::view_task))
        .routes(routes!(available_actions::list_available_actions))
        .routes(routes!(history::view_task_history))
        .routes(routes!(explanation::explain_task))
        .routes(routes!(act::act_on_task))
        .routes(routes!(assign::assign_task))
        .routes(routes!(hold::hold_task))
        .routes(routes!(resume::resume_task))
        .routes(routes!(escalate::escalate_task))
        .routes(routes!(cancel::cancel_task))
}
