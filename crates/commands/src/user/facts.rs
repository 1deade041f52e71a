//! What other commands, and those who check rights, ask of a user.

use domain::user::{Away, Role, User, UserState};
use domain::{Department, EmailAddress, FieldError, FieldErrorKind, RoleId, Timestamp, UserId};
use eventstore::Claim;

use crate::core::{Commands, MaxAge, USER_EMAIL, Versioned};
use crate::{Assignee, CommandError};

/// A user as it was at most [`max_fact_age`](crate::CommandsConfig::max_fact_age) ago.
#[derive(Debug, Clone, PartialEq)]
pub struct UserFacts {
    /// The user.
    pub id: UserId,
    /// The version of the record.
    pub version: i32,
    /// The e-mail address; none once erased.
    pub email: Option<String>,
    /// The name, perhaps empty; none once erased.
    pub full_name: Option<String>,
    /// The permission role.
    pub role: Role,
    /// Whether the user may sign in.
    pub active: bool,
    /// The departments.
    pub departments: Vec<Department>,
    /// The work roles.
    pub work_roles: Vec<RoleId>,
    /// When the user is away; perhaps over already.
    pub away: Option<Away>,
    /// When the password was last changed, if it was. Tokens issued before are void.
    pub password_changed_at: Option<Timestamp>,
}

impl UserFacts {
    pub(crate) fn new(id: UserId, version: i32, user: &User) -> Self {
        Self {
            id,
            version,
            email: user.email.as_str().map(str::to_owned),
            full_name: user.full_name.as_str().map(str::to_owned),
            role: user.role,
            active: user.is_active(),
            departments: user.departments.clone(),
            work_roles: user.work_roles.clone(),
            away: user.away,
            password_changed_at: user.password_changed_at,
        }
    }

    /// Whether tickets may be given to the user: an active admin or handler.
    pub fn is_assignable(&self) -> bool {
        self.active
            && match self.role {
                Role::Admin | Role::Handler => true,
                Role::Publisher | Role::Viewer => false,
            }
    }
}

impl Commands {
    /// The facts about a user; none when there is no such user.
    ///
    /// # Errors
    /// The store's.
    pub async fn user(&self, id: UserId) -> Result<Option<UserFacts>, CommandError> {
        self.user_facts(id, MaxAge::Of(self.config.max_fact_age)).await
    }

    pub(crate) async fn user_facts(
        &self,
        id: UserId,
        max_age: MaxAge,
    ) -> Result<Option<UserFacts>, CommandError> {
        self.forget_erased().await?;
        let loaded = self.load::<UserState>(id.uuid(), max_age).await?;
        Ok(loaded.state.user().map(|user| UserFacts::new(id, loaded.version, user)))
    }

    /// The record of a user as it is now, and its version; none when there is no such user.
    ///
    /// # Errors
    /// The store's.
    pub async fn user_state(
        &self,
        id: UserId,
    ) -> Result<Option<Versioned<UserState>>, CommandError> {
        let loaded = self.load::<UserState>(id.uuid(), MaxAge::Now).await?;
        Ok((loaded.version > 0).then_some(loaded))
    }

    /// The user who signs in with this address, in whatever spelling.
    ///
    /// # Errors
    /// The store's.
    pub async fn user_by_email(&self, email: &str) -> Result<Option<UserId>, CommandError> {
        let Ok(email) = EmailAddress::parse(email) else { return Ok(None) };
        Ok(self.store.claim_owner(&self.email_claim(&email)).await?.map(UserId))
    }

    pub(crate) fn email_claim(&self, email: &EmailAddress) -> Claim {
        self.store.secrets().claim(USER_EMAIL, &email.identity())
    }

    /// The user whom an assignee names.
    ///
    /// # Errors
    /// [`CommandError::Invalid`] at `assigned_to` when there is none, or none to whom tickets may be
    /// given.
    pub async fn assignable(&self, assignee: &Assignee) -> Result<UserId, CommandError> {
        let refuse = || {
            let kind = FieldErrorKind::Malformed { expected: "an active admin or handler" };
            CommandError::from(FieldError::new("assigned_to", kind))
        };
        let id = match assignee {
            Assignee::User(id) => *id,
            Assignee::Email(email) => self.user_by_email(email).await?.ok_or_else(refuse)?,
        };
        let facts = self.user(id).await?.ok_or_else(refuse)?;
        if facts.is_assignable() { Ok(id) } else { Err(refuse()) }
    }
}
