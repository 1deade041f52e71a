//! `GET /tasks`

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use domain::task::TaskStatus;
use domain::{FieldErrorKind, RoleId, WorkflowId};
use projections::{
    Count, Direction, Freshness, TaskFilter, TaskQuery, TaskScope, TaskSortKey, TicketRef,
};

use super::answer::work_roles;
use crate::Api;
use crate::auth::{Caller, Reach};
use crate::conventions::{Params, Problem, page_params, wait_for_views};
use crate::permissions::Capability;
use crate::render::{ListBody, TaskBody};
use crate::routes::tickets::assignments;

/// Most tasks that one request reads, skipped ones included.
const MAX_READ: usize = 20_000;

/// List tasks
///
/// The caller's own, unless `role`, `assigned_to`, `ticket`, `waiting=true` or `all=true` asks for others. Publishers and viewers see
/// those they have and those of their work roles. Filters may be repeated: a task matches when it matches one value
/// of every filter. Tasks of deleted and merged tickets are not listed.
#[utoipa::path(get, path = "/api/v1/tasks", tag = "Tasks",
    params(
        ("all" = Option<bool>, Query, description = "All that the caller may see; false for the caller's own"),
        ("role" = Option<Vec<String>>, Query, description = "Work role of the current step: name or id, or `mine` for those the caller holds"),
        ("status" = Option<Vec<String>>, Query, description = "`pending`, `in_progress`, `on_hold`, `completed`, `cancelled`, `escalated`"),
        ("assigned_to" = Option<Vec<String>>, Query, description = "Assignee: e-mail address or id, `me`, or `none`"),
        ("ticket" = Option<String>, Query, description = "Id or number of a ticket"),
        ("workflow" = Option<Vec<uuid::Uuid>>, Query, description = "Id of a workflow"),
        ("waiting" = Option<bool>, Query, description = "Could nobody be found to give it to?"),
        ("due_before" = Option<String>, Query, description = "Due before this time"),
        ("overdue" = Option<bool>, Query, description = "`true`: due before now"),
        ("sort" = Option<String>, Query, description = "`created_at`, `updated_at`, `due_at` or `priority` (of the ticket), a `-` before it for descending; `-created_at` when nothing is said"),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 200, description = "Items of a page; 50 when nothing is said"),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before"),
        ("count" = Option<bool>, Query, description = "Is the total wanted?"),
    ),
    responses((status = 200, description = "A page of tasks.", body = ListBody<TaskBody>)))]
pub(crate) async fn list_tasks(
    State(api): State<Api>,
    caller: Caller,
    headers: HeaderMap,
    mut params: Params,
) -> Result<Json<ListBody<TaskBody>>, Problem> {
    let reach = caller.may(Capability::ListTasks)?;
    let page = page_params(&mut params);
    let (sort, direction) = sort(&mut params);
    let wanted = Wanted::read(&api, &mut params);
    params.finish()?;
    wait_for_views(&api, &headers, Freshness::Views).await?;
    let Some((scope, filter)) = wanted.look_up(&api, &caller, reach).await? else {
        // Only people, roles or tickets that nobody knows: nothing can match.
        let total = page.count.then_some(0);
        return Ok(Json(ListBody { items: Vec::new(), next_cursor: None, total }));
    };
    let query = TaskQuery {
        scope,
        filter,
        sort,
        direction,
        cursor: page.after(),
        limit: page.end().min(MAX_READ),
        count: if page.count { Count::Wanted } else { Count::Omitted },
    };
    let found = api.queries.tasks(&query).await?;
    let total = found.total.map(|total| total.value);
    let found = projections::Page { items: found.items, next_cursor: found.next_cursor };
    Ok(Json(page.list(found, total, TaskBody::of_row)))
}

fn sort(params: &mut Params) -> (TaskSortKey, Direction) {
    let sort = params.parse_one(&["sort", "ordering"], |text| {
        let (direction, key) = match text.strip_prefix('-') {
            Some(key) => (Direction::Descending, key),
            None => (Direction::Ascending, text),
        };
        let key = match key {
            "created_at" => TaskSortKey::CreatedAt,
            "updated_at" => TaskSortKey::UpdatedAt,
            "due_at" => TaskSortKey::DueAt,
            "priority" => TaskSortKey::Priority,
            _ => {
                let allowed = ["created_at", "updated_at", "due_at", "priority"];
                let allowed = allowed.map(str::to_owned).to_vec();
                return Err(FieldErrorKind::NotOneOf { allowed });
            }
        };
        Ok((key, direction))
    });
    sort.unwrap_or((TaskSortKey::CreatedAt, Direction::Descending))
}

/// What the parameters ask for, its people, roles and tickets not looked up yet.
struct Wanted {
    all: Option<bool>,
    roles: Vec<String>,
    assigned: Vec<String>,
    ticket: Option<String>,
    filter: TaskFilter,
}

impl Wanted {
    fn read(api: &Api, params: &mut Params) -> Self {
        let before = params.time(&["due_before"]);
        let overdue = params.flag(&["overdue"]).unwrap_or(false).then(|| api.ambient.now());
        let filter = TaskFilter {
            status: params.parse_all(&["status"], TaskStatus::parse),
            workflow: params.parse_all(&["workflow"], |text| {
                let expected = "the id of a workflow";
                text.parse::<WorkflowId>().map_err(|_| FieldErrorKind::Malformed { expected })
            }),
            waiting: params.flag(&["waiting"]),
            due_before: match (before, overdue) {
                (Some(before), Some(now)) => Some(before.min(now)),
                (before, overdue) => before.or(overdue),
            },
            ..TaskFilter::default()
        };
        Self {
            all: params.flag(&["all"]),
            roles: params.all(&["role"]),
            assigned: params.all(&["assigned_to", "assignee"]),
            ticket: params.one(&["ticket", "ticket_id"]),
            filter,
        }
    }

    /// Whose tasks, and which of them; nothing when nothing can match.
    async fn look_up(
        self,
        api: &Api,
        caller: &Caller,
        reach: Reach,
    ) -> Result<Option<(TaskScope, TaskFilter)>, Problem> {
        let Self { all, roles, assigned, ticket, mut filter } = self;
        // What waits for somebody is nobody's.
        let waiting = filter.waiting == Some(true);
        let asks_for_others =
            waiting || !roles.is_empty() || !assigned.is_empty() || ticket.is_some();
        let scope = match (all.unwrap_or(asks_for_others), reach, caller.user) {
            // Without a sign-in nobody has tasks of their own.
            (true, Reach::All, _) | (false, Reach::All, None) => TaskScope::All,
            (false, _, Some(user)) => TaskScope::Mine(user),
            (true, Reach::Own, Some(user)) => {
                TaskScope::Own { user, roles: work_roles(api, caller).await? }
            }
            (_, Reach::Own, None) => return Ok(None),
        };
        if !roles.is_empty() {
            filter.role = wanted_roles(api, caller, &roles).await?;
            if filter.role.is_empty() {
                return Ok(None);
            }
        }
        if !assigned.is_empty() {
            filter.assigned = assignments(api, caller, &assigned).await?;
            if filter.assigned.is_empty() {
                return Ok(None);
            }
        }
        if let Some(ticket) = ticket {
            filter.ticket = match ticket.parse::<commands::TicketRef>() {
                Ok(commands::TicketRef::Id(id)) => Some(id),
                Ok(commands::TicketRef::Number(number)) => {
                    api.queries.ticket_id(TicketRef::Number(number)).await?
                }
                Err(_) => None,
            };
            if filter.ticket.is_none() {
                return Ok(None);
            }
        }
        Ok(Some((scope, filter)))
    }
}

/// The roles that are known.
async fn wanted_roles(
    api: &Api,
    caller: &Caller,
    texts: &[String],
) -> Result<Vec<RoleId>, Problem> {
    let all = api.queries.work_roles().await?;
    let mut wanted = Vec::new();
    for text in texts {
        if text == "mine" {
            wanted.extend(work_roles(api, caller).await?);
            continue;
        }
        let id = text.parse::<RoleId>().ok();
        let name = text.to_lowercase();
        let found = all.iter().find(|role| Some(role.id) == id || role.name.to_lowercase() == name);
        wanted.extend(found.map(|role| role.id));
    }
    Ok(wanted)
}
