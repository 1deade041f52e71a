//! What tasks, forms and the worker ask of workflows and work roles.

use domain::work_role::WorkRole;
use domain::workflow::{MatchCandidate, RoleFacts, WorkflowState};
use domain::{RoleId, WorkflowId};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::CommandError;
use crate::core::{Commands, MaxAge, ROLE_HOLDER, ROLE_NAME, Versioned, WORKFLOW_NAME, unpair};
use crate::rotation::is_active;

impl Commands {
    /// A workflow as it is now, active or retired; none when there is no such workflow.
    ///
    /// # Errors
    /// The store's.
    pub async fn workflow(
        &self,
        workflow: WorkflowId,
    ) -> Result<Option<Versioned<WorkflowState>>, CommandError> {
        self.forget_erased().await?;
        let loaded = self.load::<WorkflowState>(workflow.uuid(), MaxAge::Now).await?;
        Ok(loaded.state.workflow().is_some().then_some(loaded))
    }

    /// All work roles as they are now, with how many active users hold each.
    ///
    /// # Errors
    /// The store's.
    pub async fn role_facts(&self) -> Result<Vec<RoleFacts>, CommandError> {
        let roles = self.owners(ROLE_NAME).await?;
        let states = self.load_each::<WorkRole>(&roles, MaxAge::Now).await?;
        let holders: Vec<(Uuid, Uuid)> = self
            .claims(ROLE_HOLDER, &[])
            .await?
            .iter()
            .filter_map(|(key, _)| unpair(key))
            .collect();
        let mut users: Vec<Uuid> = holders.iter().map(|(_, user)| *user).collect();
        users.sort_unstable();
        users.dedup();
        let mut active = Vec::new();
        for (user, state) in users.iter().zip(self.load_each(&users, MaxAge::Now).await?) {
            if is_active(&state) {
                active.push(*user);
            }
        }
        let facts = roles.iter().zip(&states).filter_map(|(role, state)| {
            let of_role = holders
                .iter()
                .filter(|(held, user)| held == role && active.binary_search(user).is_ok());
            Some(RoleFacts {
                id: RoleId(*role),
                name: state.state.active().ok()?.clone(),
                active_users: u32::try_from(of_role.count()).unwrap_or(u32::MAX),
            })
        });
        Ok(facts.collect())
    }

    /// What matching looks at in the active workflows as they are now.
    ///
    /// # Errors
    /// The store's.
    pub async fn match_candidates(&self) -> Result<Vec<MatchCandidate>, CommandError> {
        let workflows = self.owners_at(WORKFLOW_NAME).await?;
        let states = self.load_each_at::<WorkflowState>(&workflows).await?;
        let candidate = |((id, _), loaded): (&(Uuid, i32), &Versioned<WorkflowState>)| {
            loaded.state.workflow()?.match_candidate(WorkflowId(*id))
        };
        Ok(workflows.iter().zip(&states).filter_map(candidate).collect())
    }

    /// The names of the active workflows that have a step for a work role, as they are now.
    pub(crate) async fn workflows_with_role(
        &self,
        role: RoleId,
    ) -> Result<Vec<String>, CommandError> {
        let workflows = self.owners(WORKFLOW_NAME).await?;
        let states = self.load_each::<WorkflowState>(&workflows, MaxAge::Now).await?;
        let active = states.iter().filter_map(|loaded| loaded.state.active().ok());
        let with_role = active.filter(|workflow| workflow.definition.roles().contains(&role));
        Ok(with_role.map(|workflow| workflow.name.as_str().to_owned()).collect())
    }

    /// Whether there is any workflow, active or retired.
    ///
    /// # Errors
    /// The store's.
    pub async fn has_workflows(&self, connection: &mut PgConnection) -> Result<bool, CommandError> {
        let any = sqlx::query_scalar("select exists (select from log.claims where kind = $1)")
            .bind(WORKFLOW_NAME)
            .fetch_one(connection)
            .await?;
        Ok(any)
    }
}
