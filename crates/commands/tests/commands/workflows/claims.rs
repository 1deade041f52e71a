//! Claims say what the streams say, whatever happened.

use std::collections::BTreeSet;

use commands::{Assignee, Commands, Context, Start, UserEdit};
use domain::task::UnassignReason;
use domain::user::{Role, UserStatus};
use domain::{TaskId, TicketId};
use uuid::Uuid;

use super::office::*;
use crate::support::*;

/// Throws the same every time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, sides: usize) -> usize {
        // Knuth's linear congruential generator (MMIX); its high bits are the good ones.
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }
}

type Claims = BTreeSet<(String, Vec<u8>, Uuid)>;

async fn claimed(commands: &Commands) -> Claims {
    sqlx::query_as::<_, (String, Vec<u8>, Uuid)>(
        "select kind, key, owner from log.claims \
         where kind like 'task.%' or kind = 'work_role.holder'",
    )
    .fetch_all(commands.store().pool())
    .await
    .unwrap()
    .into_iter()
    .collect()
}

async fn streams(commands: &Commands, kind: &str) -> Vec<Uuid> {
    sqlx::query_scalar("select stream_id from log.events where kind = $1 and version = 1")
        .bind(kind)
        .fetch_all(commands.store().pool())
        .await
        .unwrap()
}

/// What the folded states would claim.
async fn folded(commands: &Commands) -> Claims {
    let mut claims = Claims::new();
    let pair = |a: Uuid, b: Uuid| [*a.as_bytes(), *b.as_bytes()].concat();
    for id in streams(commands, "task").await {
        let task = known(commands, TaskId(id)).await;
        let run = [task.ticket.uuid().as_bytes().as_slice(), &task.run.to_be_bytes()].concat();
        claims.insert(("task.run".into(), run, id));
        if task.status().is_ended() {
            continue;
        }
        if let Some(user) = task.assignee {
            claims.insert(("task.assignee".into(), pair(user.uuid(), id), id));
        }
        if let Some(waiting) = task.waiting {
            claims.insert(("task.waiting".into(), pair(waiting.scope.role.uuid(), id), id));
        }
    }
    for id in streams(commands, "user").await {
        for role in commands.user(domain::UserId(id)).await.unwrap().unwrap().work_roles {
            claims.insert(("work_role.holder".into(), pair(role.uuid(), id), id));
        }
    }
    claims
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_random_history_they_say_what_the_streams_say() {
    let desk = Desk::new().await;
    let office = Office::new(&desk).await;
    let other = desk.process().await;
    let writers = (0..4).map(|n| {
        let commands = if n % 2 == 0 { office.commands.clone() } else { other.clone() };
        let (users, roles) =
            ([office.one, office.two, office.three], [office.level_2, office.approver]);
        async move {
            let mut rng = Dice(n);
            let mut mine: Vec<TicketId> = vec![];
            for _ in 0..60 {
                let ctx = Context { role: Role::Admin, ..ctx(&commands) };
                if mine.is_empty() || rng.below(5) == 0 {
                    let ticket = open(&commands, "a").await;
                    commands.start_task(&ctx, ticket, Start::IfNone).await.unwrap();
                    mine.push(ticket);
                }
                let ticket = mine[rng.below(mine.len())];
                let user = users[rng.below(users.len())];
                let task = commands.running_task(ticket).await.unwrap();
                // Refusals are part of it: what matters is what is left behind.
                match (rng.below(12), task) {
                    (0, _) => drop(commands.start_task(&ctx, ticket, Start::Restart).await),
                    (1, _) => {
                        let roles = roles.into_iter().filter(|_| rng.below(5) < 3).collect();
                        let edit = UserEdit { work_roles: Some(roles), ..UserEdit::default() };
                        drop(commands.edit_user(&ctx, user, edit).await);
                        let why = UnassignReason::RoleLost;
                        drop(commands.hand_over_tasks(&ctx, user, why).await);
                    }
                    (2, _) => {
                        let status = if rng.below(2) == 0 {
                            UserStatus::Active
                        } else {
                            UserStatus::Deactivated
                        };
                        let edit = UserEdit { status: Some(status), ..UserEdit::default() };
                        drop(commands.edit_user(&ctx, user, edit).await);
                        let why = UnassignReason::Deactivated;
                        drop(commands.hand_over_tasks(&ctx, user, why).await);
                    }
                    (3, _) => drop(commands.assign_waiting(&ctx, roles[0], usize::MAX).await),
                    (4, _) => drop(commands.assign_waiting(&ctx, roles[1], usize::MAX).await),
                    (5, Some(task)) => drop(commands.hold_task(&ctx, task, None).await),
                    (6, Some(task)) => drop(commands.resume_task(&ctx, task).await),
                    (7, Some(task)) => drop(commands.cancel_task(&ctx, task, None).await),
                    (8, Some(task)) => {
                        let to = (rng.below(2) == 0).then_some(Assignee::User(user));
                        drop(commands.assign_task(&ctx, task, to).await);
                    }
                    (n, Some(task)) => {
                        let action = ["submit", "reject", "return"][n % 3];
                        let action = action_id(action);
                        drop(commands.act_on_task(&ctx, task, action, None, None).await);
                    }
                    (_, None) => drop(commands.reconcile_task(&ctx, ticket).await),
                }
            }
        }
    });
    futures_util::future::join_all(writers).await;
    // One task waits at least.
    for user in [office.one, office.two, office.three] {
        office.commands.deactivate_user(&office.ctx(), user).await.unwrap();
    }
    office.task().await;
    let (claimed, folded) = (claimed(&office.commands).await, folded(&office.commands).await);
    for kind in ["task.run", "task.assignee", "task.waiting", "work_role.holder"] {
        assert!(folded.iter().any(|(of, _, _)| of == kind), "no {kind} came of it");
    }
    assert_eq!(claimed, folded);
}

#[tokio::test]
async fn the_migration_finds_who_held_roles_before() {
    let desk = Desk::new().await;
    let office = Office::bare(&desk).await;
    let commands = &office.commands;
    let roles = |roles: Vec<_>| UserEdit { work_roles: Some(roles), ..UserEdit::default() };
    let two_roles = roles(vec![office.approver, office.level_2]);
    commands.edit_user(&office.ctx(), office.one, two_roles).await.unwrap();
    commands.edit_user(&office.ctx(), office.two, roles(vec![])).await.unwrap();
    register(commands, "none@example.com", Role::Viewer).await;
    let before = claimed(commands).await;
    assert_eq!(before.len(), 3);
    let pool = commands.store().pool();
    sqlx::query("delete from log.claims where kind = 'work_role.holder'")
        .execute(pool)
        .await
        .unwrap();
    let migration = include_str!("../../../../../migrations/0008_workflows.sql");
    sqlx::raw_sql(migration).execute(pool).await.unwrap();
    assert_eq!(claimed(commands).await, before);
}
