//! Exchanging a refresh token for its successor.

use domain::audit::{AuditEvent, TokenReused};

use super::SignedIn;
use super::store::{Exchange, Revocation};
use crate::core::{Commands, MaxAge};
use crate::{CommandError, Context, UserFacts};

impl Commands {
    /// Exchanges a refresh token: the user as of now, and the next token. The old one works on until
    /// the next is first used.
    ///
    /// # Errors
    /// [`CommandError::SessionEnded`], also when the user was deactivated; and
    /// [`CommandError::TokenReused`] after it was spent, which is audited.
    pub async fn refresh_session(
        &self,
        ctx: &Context,
        token: &str,
    ) -> Result<SignedIn, CommandError> {
        match self.exchange(token).await? {
            Exchange::For { user, family, opened_at, next } => {
                let facts = self.user_facts(user, MaxAge::Now).await?;
                // A new password, and a deactivation, end sessions; should that have been cut short,
                // it is made good here.
                let holds = |facts: &UserFacts| {
                    facts.active && facts.password_changed_at.is_none_or(|at| at < opened_at)
                };
                let Some(user) = facts.filter(holds) else {
                    self.end_session(family, Revocation::UserChanged).await?;
                    return Err(CommandError::SessionEnded);
                };
                Ok(SignedIn {
                    user,
                    session: family,
                    refresh_token: next.token,
                    refresh_expires_at: next.expires_at,
                })
            }
            Exchange::Ended => Err(CommandError::SessionEnded),
            Exchange::Reused { user } => {
                let event = AuditEvent::TokenReused(TokenReused {});
                self.record_audit(ctx, Some(user), &event).await?;
                Err(CommandError::TokenReused { user })
            }
        }
    }
}
