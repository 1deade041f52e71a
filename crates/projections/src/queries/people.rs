//! Queries about people, and about what they did.

use domain::{RoleId, UserId};

use super::Queries;
use crate::{
    AuditFilter, AuditRow, Cursor, Page, QueryError, UserBrief, UserFilter, UserRow, WorkRoleRow,
    audit, users, work_roles,
};

impl Queries {
    /// A page of users, in the order they were registered.
    pub async fn users(
        &self,
        filter: &UserFilter,
        cursor: Option<&Cursor>,
        limit: usize,
    ) -> Result<Page<UserRow>, QueryError> {
        users::list(&self.pool, filter, cursor, limit).await
    }

    /// How many users match.
    pub async fn count_users(&self, filter: &UserFilter) -> Result<i64, QueryError> {
        users::count(&self.pool, filter).await
    }

    /// One user.
    pub async fn user(&self, id: UserId) -> Result<Option<UserRow>, QueryError> {
        users::by_id(&self.pool, id).await
    }

    /// The user with this e-mail address, in any case.
    pub async fn user_by_email(&self, email: &str) -> Result<Option<UserRow>, QueryError> {
        users::by_email(&self.pool, email).await
    }

    /// The short form of these users; unknown ids are left out.
    pub async fn user_briefs(&self, ids: &[UserId]) -> Result<Vec<UserBrief>, QueryError> {
        let ids = ids.iter().map(|id| id.uuid()).collect();
        Ok(users::briefs(&self.pool, ids).await?.into_values().collect())
    }

    /// All work roles, by name.
    pub async fn work_roles(&self) -> Result<Vec<WorkRoleRow>, QueryError> {
        work_roles::list(&self.pool).await
    }

    /// One work role.
    pub async fn work_role(&self, id: RoleId) -> Result<Option<WorkRoleRow>, QueryError> {
        work_roles::by_id(&self.pool, id).await
    }

    /// A page of who did what, the newest first.
    pub async fn audit(
        &self,
        filter: &AuditFilter,
        cursor: Option<&Cursor>,
        limit: usize,
    ) -> Result<Page<AuditRow>, QueryError> {
        audit::list(&self.pool, &self.store, filter, cursor, limit).await
    }

    /// How many entries of the audit match, counted to `cap`.
    pub async fn count_audit(&self, filter: &AuditFilter, cap: i64) -> Result<i64, QueryError> {
        audit::count(&self.pool, filter, cap).await
    }
}
