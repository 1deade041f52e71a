//! Signing out.

use domain::UserId;
use domain::audit::{AuditEvent, LoggedOut};
use uuid::Uuid;

use super::store::Revocation;
use crate::core::Commands;
use crate::{CommandError, Context};

impl Commands {
    /// Ends the session of a refresh token, with all tokens of its family. A token that does not
    /// work any more is no error: the session has ended as was wished.
    ///
    /// # Errors
    /// The store's.
    pub async fn log_out(&self, ctx: &Context, token: &str) -> Result<(), CommandError> {
        if let Some((user, _session)) = self.end_session_of(token, Revocation::LoggedOut).await? {
            self.record_logged_out(ctx, user).await?;
        }
        Ok(())
    }

    /// Ends the session that an access token names.
    ///
    /// # Errors
    /// The store's.
    pub async fn log_out_session(
        &self,
        ctx: &Context,
        user: UserId,
        session: Uuid,
    ) -> Result<(), CommandError> {
        if self.end_session(session, Revocation::LoggedOut).await? {
            self.record_logged_out(ctx, user).await?;
        }
        Ok(())
    }

    async fn record_logged_out(&self, ctx: &Context, user: UserId) -> Result<(), CommandError> {
        self.record_audit(ctx, Some(user), &AuditEvent::LoggedOut(LoggedOut {})).await?;
        Ok(())
    }
}
