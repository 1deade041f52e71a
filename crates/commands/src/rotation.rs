//! Among whom work is given, and whose turn it is.

use domain::rotation::{Load, RoleHolder, Rotation, RotationScope};
use domain::user::{UserState, UserStatus};
use domain::{RoleId, Timestamp, UserId};
use eventstore::Claim;
use tokio::sync::OwnedMutexGuard;
use uuid::Uuid;

use crate::CommandError;
use crate::core::{Commands, MaxAge, ROLE_HOLDER, Versioned, derived, pair, unpair};
use crate::task::TASK_ASSIGNEE;

/// Who holds a work role, with the record of each as it was looked up: an assignment relies on the
/// record of whom it chooses.
pub(crate) struct Holders {
    pub(crate) holders: Vec<RoleHolder>,
    states: Vec<Versioned<UserState>>,
}

impl Holders {
    /// The record of one of them.
    pub(crate) fn record(&self, user: UserId) -> Option<&Versioned<UserState>> {
        let index = self.holders.iter().position(|holder| holder.user == user)?;
        self.states.get(index)
    }
}

/// Where the turn stands, held against the other assignments of this process until it is dropped.
pub(crate) struct Turn {
    pub(crate) stream: Uuid,
    pub(crate) rotation: Versioned<Rotation>,
    _queue: Vec<OwnedMutexGuard<()>>,
}

impl Commands {
    /// Who holds a work role.
    pub(crate) async fn holders(
        &self,
        role: RoleId,
        max_age: MaxAge,
        now: Timestamp,
    ) -> Result<Holders, CommandError> {
        let claims = self.claims(ROLE_HOLDER, role.uuid().as_bytes()).await?;
        let users: Vec<Uuid> =
            claims.iter().filter_map(|(key, _)| unpair(key).map(|(_, user)| user)).collect();
        let loaded = self.load_each::<UserState>(&users, max_age).await?;
        let mut holders = Vec::with_capacity(users.len());
        let mut states = Vec::with_capacity(users.len());
        for (id, state) in users.into_iter().zip(loaded) {
            let Some(user) = state.state.user() else { continue };
            holders.push(RoleHolder {
                user: UserId(id),
                status: user.status,
                presence: user.presence(now),
                departments: user.departments.clone(),
            });
            states.push(state);
        }
        Ok(Holders { holders, states })
    }

    /// Where the turn stands. Whoever asks waits for those who asked before, and keeps no other from
    /// anything but a turn of the same rotation; whoever holds a turn must not wait for anything
    /// else.
    pub(crate) async fn turn(&self, scope: &RotationScope) -> Result<Turn, CommandError> {
        let stream = self.rotation_stream(scope);
        let queue = self.turns.lock(&[stream]).await;
        if self.rotations.get(stream).is_none() {
            self.skip_old_turns(stream).await?;
        }
        let rotation = self.load(stream, MaxAge::Now).await?;
        Ok(Turn { stream, rotation, _queue: queue })
    }

    /// Has a rotation read from its last turn on, which says where the pointer stands: the stream of a
    /// role that gets all the tickets is as long as there are tickets.
    async fn skip_old_turns(&self, stream: Uuid) -> Result<(), CommandError> {
        let turns: Option<i32> =
            sqlx::query_scalar("select max(version) from log.events where stream_id = $1")
                .bind(stream)
                .fetch_one(self.store.pool())
                .await?;
        if let Some(before) = turns.map(|turns| turns - 1).filter(|before| *before > 0) {
            let turns = u64::from(before.unsigned_abs());
            let known = Versioned::at(before, Rotation { pointer: None, turns });
            self.rotations.put(stream, &known);
        }
        Ok(())
    }

    /// The open tasks of these users.
    pub(crate) async fn loads(&self, users: &[RoleHolder]) -> Result<Vec<Load>, CommandError> {
        let ids: Vec<Uuid> = users.iter().map(|holder| holder.user.uuid()).collect();
        let counts = self.count_claims(TASK_ASSIGNEE, &ids).await?;
        let load = |(id, count)| Load {
            user: UserId(id),
            open_tasks: u32::try_from(count).unwrap_or(u32::MAX),
        };
        Ok(ids.into_iter().zip(counts).map(load).collect())
    }

    /// The stream of a rotation: follows from its scope.
    fn rotation_stream(&self, scope: &RotationScope) -> Uuid {
        let department = scope.department.as_ref().map_or("", |department| department.as_str());
        let secrets = self.store.secrets();
        derived(secrets, scope.role.uuid(), "rotation", department.as_bytes())
    }
}

/// The claim of a user who holds a work role.
pub(crate) fn holder_claim(role: RoleId, user: UserId) -> Claim {
    Claim::plain(ROLE_HOLDER, pair(role.uuid(), user.uuid()))
}

/// Whether the record is that of a user who may sign in.
pub(crate) fn is_active(state: &Versioned<UserState>) -> bool {
    state.state.user().is_some_and(|user| user.status == UserStatus::Active)
}
