//! What is known of a user, folded from the events.

use serde::{Deserialize, Serialize};

use super::events::{ApiTokenCreated, UserEvent, UserRegistered};
use super::values::{Away, Role, Scope, UserStatus};
use crate::Timestamp;
use crate::ids::{RoleId, TokenId};
use crate::personal::Personal;
use crate::refusal::Refusal;
use crate::rotation::Presence;
use crate::vocabulary::Department;

/// Where a user's stream stands.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum UserState {
    /// There is no such user.
    #[default]
    Unregistered,
    /// There is; whether active or not is the user's `status`.
    Registered(Box<User>),
}

/// A user.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct User {
    /// The e-mail address to sign in with.
    pub email: Personal<String>,
    /// The name, perhaps empty.
    pub full_name: Personal<String>,
    /// The permission role.
    pub role: Role,
    /// The departments, each once.
    pub departments: Vec<Department>,
    /// The work roles, each once.
    pub work_roles: Vec<RoleId>,
    /// Whether the user may sign in.
    pub status: UserStatus,
    /// When the user is away; perhaps over already.
    #[serde(default)]
    pub away: Option<Away>,
    /// The API tokens that were not revoked, expired ones included.
    pub api_tokens: Vec<ApiToken>,
    /// When the user was registered.
    pub created_at: Timestamp,
    /// When the record last changed; never goes back.
    pub updated_at: Timestamp,
    /// When the password was last changed, if it was. Tokens issued before are void.
    pub password_changed_at: Option<Timestamp>,
}

/// An API token, without its secret.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ApiToken {
    /// The token.
    pub id: TokenId,
    /// What its user calls it.
    pub name: Personal<String>,
    /// What it may be used for.
    pub scopes: Vec<Scope>,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it stops working; none for never.
    pub expires_at: Option<Timestamp>,
}

impl ApiToken {
    /// Whether it has stopped working by `now`.
    pub fn is_expired(&self, now: Timestamp) -> bool {
        self.expires_at.is_some_and(|at| at <= now)
    }
}

impl User {
    /// Whether the user may sign in.
    pub fn is_active(&self) -> bool {
        self.status == UserStatus::Active
    }

    /// Whether the user is there at `now`.
    pub fn presence(&self, now: Timestamp) -> Presence {
        if self.away.is_some_and(|away| away.holds(now)) { Presence::Away } else { Presence::Here }
    }

    /// Whether the user is an admin who may sign in.
    pub fn is_active_admin(&self) -> bool {
        self.is_active() && self.role == Role::Admin
    }
}

impl UserState {
    /// The user, active or not, unless there is none.
    pub fn user(&self) -> Option<&User> {
        match self {
            Self::Unregistered => None,
            Self::Registered(user) => Some(user),
        }
    }

    /// The user, active or not.
    ///
    /// # Errors
    /// There is none.
    pub fn known(&self) -> Result<&User, Refusal> {
        self.user().ok_or(Refusal::UserUnknown)
    }

    /// The user if active.
    ///
    /// # Errors
    /// There is none, or the user is deactivated.
    pub fn active(&self) -> Result<&User, Refusal> {
        let user = self.known()?;
        if user.is_active() { Ok(user) } else { Err(Refusal::UserDeactivated) }
    }
}

/// The state after `event`, which happened at `at`. Total.
#[must_use]
pub fn evolve(state: UserState, event: &UserEvent, at: Timestamp) -> UserState {
    match state {
        UserState::Unregistered => {
            // Any other event before the registration has no user to change.
            let UserEvent::Registered(registered) = event else { return UserState::Unregistered };
            UserState::Registered(Box::new(User::registered(registered, at)))
        }
        UserState::Registered(mut user) => {
            user.apply(event, at);
            UserState::Registered(user)
        }
    }
}

impl User {
    fn registered(registered: &UserRegistered, at: Timestamp) -> Self {
        Self {
            email: registered.email.clone(),
            full_name: registered.full_name.clone(),
            role: registered.role,
            departments: registered.departments.clone(),
            work_roles: registered.work_roles.clone(),
            status: registered.status,
            away: None,
            api_tokens: Vec::new(),
            created_at: at,
            updated_at: at,
            password_changed_at: None,
        }
    }

    fn apply(&mut self, event: &UserEvent, at: Timestamp) {
        self.updated_at = self.updated_at.max(at);
        match event {
            UserEvent::Registered(_) => {}
            UserEvent::Renamed(e) => self.full_name = e.full_name.clone(),
            UserEvent::EmailChanged(e) => self.email = e.email.clone(),
            UserEvent::RoleChanged(e) => self.role = e.to,
            UserEvent::DepartmentsChanged(e) => self.departments = e.departments.clone(),
            UserEvent::WorkRolesChanged(e) => self.work_roles = e.work_roles.clone(),
            UserEvent::AwayChanged(e) => self.away = e.away,
            UserEvent::Deactivated(_) => self.status = UserStatus::Deactivated,
            UserEvent::Reactivated(_) => self.status = UserStatus::Active,
            UserEvent::PasswordChanged(_) => self.password_changed_at = Some(at),
            UserEvent::ApiTokenCreated(e) => self.add_token(e, at),
            UserEvent::ApiTokenRevoked(e) => self.api_tokens.retain(|t| t.id != e.token_id),
        }
    }

    fn add_token(&mut self, created: &ApiTokenCreated, at: Timestamp) {
        if self.api_tokens.iter().any(|token| token.id == created.token_id) {
            return;
        }
        self.api_tokens.push(ApiToken {
            id: created.token_id,
            name: created.name.clone(),
            scopes: created.scopes.clone(),
            created_at: at,
            expires_at: created.expires_at,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    use crate::ticket::samples::at;
    use crate::user::samples::every_event;

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        /// Whatever happens in whatever order, folding it is total and keeps what it promises.
        #[test]
        fn any_sequence_of_events_folds(
            steps in prop::collection::vec((0..every_event().len(), -50_i64..50), 0..60)
        ) {
            let events = every_event();
            let mut state = UserState::Unregistered;
            let mut clock = 0;
            for (index, pause) in steps {
                clock += pause;
                let before = state.user().map(|user| user.updated_at);
                state = evolve(state, &events[index], at(clock));
                let Some(user) = state.user() else { continue };
                prop_assert!(before.is_none_or(|before| before <= user.updated_at));
                for (n, token) in user.api_tokens.iter().enumerate() {
                    prop_assert!(user.api_tokens[..n].iter().all(|other| other.id != token.id));
                }
            }
        }
    }
}
