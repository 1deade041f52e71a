//! Work roles: names an admin makes, by which steps of workflows find their people.

use domain::work_role::{WorkRole, create_work_role, remove_work_role, rename_work_role};
use domain::{RoleId, RoleName};
use eventstore::Claim;

use crate::core::{Commands, Decision, MaxAge, ROLE_NAME, Target};
use crate::task::TASK_WAITING;
use crate::{CommandError, Committed, Context};

impl Commands {
    /// The name of a work role as it was at most
    /// [`max_fact_age`](crate::CommandsConfig::max_fact_age) ago; none when users cannot hold it.
    ///
    /// # Errors
    /// The store's.
    pub async fn work_role(&self, role: RoleId) -> Result<Option<RoleName>, CommandError> {
        let max_age = MaxAge::Of(self.config.max_fact_age);
        let loaded = self.load::<WorkRole>(role.uuid(), max_age).await?;
        Ok(loaded.state.active().ok().cloned())
    }

    /// Creates a work role.
    ///
    /// # Errors
    /// [`CommandError::RoleNameTaken`].
    pub async fn create_work_role(
        &self,
        ctx: &Context,
        name: RoleName,
    ) -> Result<Committed<WorkRole>, CommandError> {
        let role = self.ambient().uuid_v7();
        self.execute(ctx, Target::New(role), |states| {
            let mut decision = Decision::of(create_work_role(&states[0].state, name.clone())?);
            decision.claims.push((claim(&name), role));
            Ok(decision)
        })
        .await
    }

    /// Gives a work role another name.
    ///
    /// # Errors
    /// [`CommandError::NotFound`], [`CommandError::RoleNameTaken`], or a refusal: it was removed.
    pub async fn rename_work_role(
        &self,
        ctx: &Context,
        role: RoleId,
        name: RoleName,
    ) -> Result<Committed<WorkRole>, CommandError> {
        self.execute(ctx, Target::Existing(&[role.uuid()]), |states| {
            let state: &WorkRole = &states[0].state;
            let mut decision = Decision::of(rename_work_role(state, name.clone())?);
            let old = claim(state.active()?);
            let new = claim(&name);
            if old != new {
                decision.releases.push(old);
                decision.claims.push((new, role.uuid()));
            }
            Ok(decision)
        })
        .await
    }

    /// Removes a work role for good; its name is free again.
    ///
    /// # Errors
    /// [`CommandError::InUse`] when an active workflow, a task that waits for one of its holders, or a
    /// policy names it; [`CommandError::NotFound`], or a refusal: it was removed before.
    pub async fn remove_work_role(
        &self,
        ctx: &Context,
        role: RoleId,
    ) -> Result<Committed<WorkRole>, CommandError> {
        let by = self.users_of_role(role).await?;
        self.execute(ctx, Target::Existing(&[role.uuid()]), |states| {
            let state: &WorkRole = &states[0].state;
            let mut decision = Decision::of(remove_work_role(state)?);
            if !by.is_empty() {
                return Err(CommandError::InUse { by: by.clone() });
            }
            decision.releases.push(claim(state.active()?));
            Ok(decision)
        })
        .await
    }

    /// What names a work role, in words. Whoever begins to name it just now may be missed, and goes on
    /// with those who held it.
    async fn users_of_role(&self, role: RoleId) -> Result<Vec<String>, CommandError> {
        let workflows = self.workflows_with_role(role).await?;
        let waiting = self.count_claims(TASK_WAITING, &[role.uuid()]).await?.iter().sum::<i64>();
        let policies = self.sla_rules(MaxAge::Now).await?.policies_with_role(role);
        let workflows = workflows.into_iter().map(|name| format!("workflow {name:?}"));
        let policies = policies.into_iter().map(|name| format!("SLA policy {name:?}"));
        let waiting = (waiting > 0).then(|| format!("waiting tasks: {waiting}"));
        Ok(workflows.chain(policies).chain(waiting).collect())
    }
}

/// Names that differ in nothing but case are one.
fn claim(name: &RoleName) -> Claim {
    Claim::plain(ROLE_NAME, name.as_str().to_lowercase())
}
