//! The caller of a request, once it is known.

use axum::extract::FromRequestParts;
use axum::http::request;
use domain::UserId;
use domain::user::{Role, Scope};
use eventstore::Actor;
use uuid::Uuid;

use crate::conventions::Problem;
use crate::permissions::{Access, Capability};

/// Who is calling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Caller {
    pub(crate) actor: Actor,
    pub(crate) role: Role,
    /// `None` in open mode.
    pub(crate) user: Option<UserId>,
    /// The API token, where one was used.
    pub(crate) token: Option<Uuid>,
    /// What the API token may be used for; `None` for a signed-in user, who may all that the role may.
    pub(crate) scopes: Option<Vec<Scope>>,
    /// The log-in that the access token belongs to.
    pub(crate) session: Option<Uuid>,
}

impl Caller {
    pub(crate) fn of(parts: &request::Parts) -> Result<Self, Problem> {
        let caller = parts.extensions.get::<Self>().cloned();
        caller.ok_or_else(|| Problem::unauthorized("Sign in first."))
    }

    /// How far the caller may go: everywhere, or with what is its own.
    ///
    /// # Errors
    /// 403 when not at all.
    pub(crate) fn may(&self, capability: Capability) -> Result<Reach, Problem> {
        let row = capability.row();
        if let Some(scopes) = &self.scopes
            && !row.scope.is_met_by(scopes)
        {
            let detail = format!("The API token lacks the scope for \"{capability}\".");
            return Err(refused(detail, capability));
        }
        if self.scopes.is_none() && !row.scope.admits_sessions() {
            let detail = format!("\"{capability}\" is for API tokens with the scope alone.");
            return Err(refused(detail, capability));
        }
        match row.access(self.role) {
            Access::All => Ok(Reach::All),
            Access::Own => Ok(Reach::Own),
            Access::No => {
                let detail = format!("The role {} may not \"{capability}\".", self.role.as_str());
                Err(refused(detail, capability))
            }
        }
    }

    /// Comments that are not for customers are seen by those who work on tickets.
    pub(crate) fn sees_internal(&self) -> bool {
        match self.role {
            Role::Admin | Role::Handler => true,
            Role::Publisher | Role::Viewer => false,
        }
    }

    /// Tells callers apart, for idempotency keys.
    pub(crate) fn scope(&self) -> String {
        self.user.map_or_else(|| "open".to_owned(), |user| user.to_string())
    }

    /// The user, for what only a user has (a profile, tokens).
    pub(crate) fn require_user(&self) -> Result<UserId, Problem> {
        self.user.ok_or_else(|| Problem::unauthorized("Sign in first: this belongs to a user."))
    }
}

fn refused(detail: String, capability: Capability) -> Problem {
    Problem::forbidden(detail).with("capability", capability.to_string())
}

/// How far a permission reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    All,
    /// Only what is the caller's: tickets that it opened, tasks that concern it.
    Own,
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut request::Parts, _: &S) -> Result<Self, Problem> {
        Self::of(parts)
    }
}
