//! A user whose roles or presence changed has the tasks that are for them, and no others.

use commands::timer::TimerKind;
use commands::{CommandError, derive_command_id};
use domain::UserId;
use domain::rotation::Presence;
use domain::task::UnassignReason;
use serde_json::json;

use crate::jobs::{Done, JobRun};
use crate::work::{Assignment, Cause, Work, context, told};

/// Tasks of a work role that are given in one job. The first who gets a role may find a million waiting: what else is
/// to be done is not to wait until all of them are given.
const AT_ONCE: usize = 200;

pub(super) async fn seat_user(run: JobRun) -> Done {
    let Assignment { id, cause } = told(&run.job)?;
    let (user, commands) = (UserId(id), &run.commands);
    let Some(found) = commands.user_state(user).await? else { return Ok(json!({})) };
    let Some(facts) = found.state.user() else { return Ok(json!({})) };
    let now = commands.store().ambient().now();
    let ctx = context(commands, &run.job, cause);

    let mut handed_over = 0;
    if facts.is_active() {
        handed_over += commands.hand_over_tasks(&ctx, user, UnassignReason::RoleLost).await?;
    } else {
        handed_over += commands.hand_over_tasks(&ctx, user, UnassignReason::Deactivated).await?;
    }
    let (mut assigned, mut is_done) = (0, true);
    match (facts.is_active(), facts.presence(now)) {
        (true, Presence::Here) => {
            for role in &facts.work_roles {
                let given = commands.assign_waiting(&ctx, *role, AT_ONCE).await?;
                assigned += given;
                is_done &= given < AT_ONCE;
            }
        }
        (true, Presence::Away) if facts.away.as_ref().is_some_and(|away| away.hand_over) => {
            handed_over += commands.hand_over_tasks(&ctx, user, UnassignReason::Away).await?;
        }
        (true, Presence::Away) | (false, _) => {}
    }

    let changes = facts.away.iter().flat_map(|away| [Some(away.from), away.until]).flatten();
    let next = changes.filter(|at| *at > now).min();
    commands.set_timer(TimerKind::Away, id, next, found.version).await?;
    if !is_done {
        let id = derive_command_id(commands.store().secrets(), run.job.id, "more", 0);
        let pool = commands.store().pool();
        let mut connection = pool.acquire().await.map_err(CommandError::from)?;
        let more = Work::SeatUser(user).job(Cause::Job { id });
        commands.enqueue_job(&mut connection, more).await?;
    }
    Ok(json!({ "handed_over": handed_over, "assigned": assigned }))
}
