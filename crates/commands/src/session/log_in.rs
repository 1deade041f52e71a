//! Signing in with an e-mail address and a password.

use domain::UserId;
use domain::audit::{AuditEvent, LoginRefusal, LoginSucceeded};

use super::SignedIn;
use crate::core::{Commands, MaxAge};
use crate::user::{PASSWORD, Verdict};
use crate::{CommandError, Context, UserFacts};

/// Why it was refused, for the audit.
struct Rejected {
    user: Option<UserId>,
    reason: LoginRefusal,
}

impl Commands {
    /// Signs a user in. Success and refusal are both audited.
    ///
    /// # Errors
    /// [`CommandError::CredentialsRejected`], after the same time whether the address, the password
    /// or the account was at fault.
    pub async fn log_in(
        &self,
        ctx: &Context,
        email: &str,
        password: &str,
    ) -> Result<SignedIn, CommandError> {
        match self.checked(email, password).await? {
            Ok((user, hash)) => match self.open_session(user.id, &hash).await? {
                Some((session, next)) => {
                    let event = AuditEvent::LoginSucceeded(LoginSucceeded {});
                    self.record_audit(ctx, Some(user.id), &event).await?;
                    Ok(SignedIn {
                        user,
                        session,
                        refresh_token: next.token,
                        refresh_expires_at: next.expires_at,
                    })
                }
                // The password was changed while it was checked.
                None => {
                    let reason = LoginRefusal::WrongPassword;
                    self.reject(ctx, Rejected { user: Some(user.id), reason }, email).await
                }
            },
            Err(rejected) => self.reject(ctx, rejected, email).await,
        }
    }

    /// The user whom these credentials belong to, without signing anybody in and without audit.
    ///
    /// # Errors
    /// [`CommandError::CredentialsRejected`].
    pub async fn verify_credentials(
        &self,
        email: &str,
        password: &str,
    ) -> Result<UserFacts, CommandError> {
        match self.checked(email, password).await? {
            Ok((user, _hash)) => Ok(user),
            Err(_rejected) => Err(CommandError::CredentialsRejected),
        }
    }

    async fn checked(
        &self,
        email: &str,
        password: &str,
    ) -> Result<Result<(UserFacts, Vec<u8>), Rejected>, CommandError> {
        let id = self.user_by_email(email).await?;
        let (facts, hash) = match id {
            Some(id) => (
                self.user_facts(id, MaxAge::Now).await?,
                self.store.credential(id.uuid(), PASSWORD).await?,
            ),
            None => (None, None),
        };
        // Always compared with something, so that the time tells nothing.
        let verdict = self.passwords.verify(password, hash.as_deref(), self.ambient()).await?;
        let rejected = |reason| Ok(Err(Rejected { user: id, reason }));
        match (facts, hash, verdict) {
            (None, _, _) => rejected(LoginRefusal::UnknownUser),
            (Some(_), None, _) | (Some(_), Some(_), Verdict::Wrong) => {
                rejected(LoginRefusal::WrongPassword)
            }
            (Some(facts), Some(_), Verdict::Right) if !facts.active => {
                rejected(LoginRefusal::Deactivated)
            }
            (Some(facts), Some(hash), Verdict::Right) => Ok(Ok((facts, hash))),
        }
    }

    async fn reject<T>(
        &self,
        ctx: &Context,
        rejected: Rejected,
        email: &str,
    ) -> Result<T, CommandError> {
        let Rejected { user, reason } = rejected;
        self.record_login_refused(ctx, user, reason, Some(email)).await?;
        Err(CommandError::CredentialsRejected)
    }
}
