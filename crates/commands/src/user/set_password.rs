//! Setting a password: one's own, which takes the present one, or somebody else's.

use domain::user::{ChangePassword, UserState, change_password};
use domain::{FieldError, FieldErrorKind, UserId};
use eventstore::Credential;
use uuid::Uuid;

use super::password::Verdict;
use super::{PASSWORD, check_password, stream};
use crate::core::{Commands, Decision, MaxAge, Target};
use crate::session::Revocation;
use crate::{CommandError, Committed, Context};

impl Commands {
    /// Sets a user's password; ends all of the user's sessions but `present`.
    ///
    /// # Errors
    /// [`CommandError::NotFound`], [`CommandError::Invalid`] at `password`, or a refusal: the user
    /// is deactivated.
    pub async fn set_password(
        &self,
        ctx: &Context,
        user: UserId,
        password: &str,
        present: Option<Uuid>,
    ) -> Result<Committed<UserState>, CommandError> {
        let facts = self.user_facts(user, MaxAge::Now).await?.ok_or(CommandError::NotFound)?;
        check_password("password", password, facts.email.as_deref())?;
        let committed = match self.replayed(ctx).await? {
            Some(first) => first,
            None => {
                let secret = self.passwords.hash(password, self.ambient()).await?.into_bytes();
                self.execute(ctx, Target::Existing(&stream(user)), |states| {
                    let events = change_password(&states[0].state, ChangePassword)?;
                    let mut decision = Decision::of(events);
                    decision.credentials.push(Credential {
                        owner: user.uuid(),
                        kind: PASSWORD,
                        secret: Some(secret.clone()),
                    });
                    Ok(decision)
                })
                .await?
            }
        };
        let repeat_of = committed.replayed.then_some(committed.recorded_at);
        self.revoke_sessions(user, Revocation::PasswordChanged, repeat_of, present).await?;
        Ok(committed)
    }

    /// Sets one's own password, for whoever knows the present one.
    ///
    /// # Errors
    /// As [`Commands::set_password`]; [`CommandError::Invalid`] at `current_password` when it is
    /// not the present one.
    pub async fn change_own_password(
        &self,
        ctx: &Context,
        user: UserId,
        current: &str,
        password: &str,
        present: Option<Uuid>,
    ) -> Result<Committed<UserState>, CommandError> {
        // A repeat comes with the password that was the present one then.
        let repeated = self.replayed::<UserState>(ctx).await?.is_some();
        if !repeated {
            let hash = self.store.credential(user.uuid(), PASSWORD).await?;
            let verdict = self.passwords.verify(current, hash.as_deref(), self.ambient()).await?;
            if verdict == Verdict::Wrong {
                let kind = FieldErrorKind::Malformed { expected: "your present password" };
                return Err(FieldError::new("current_password", kind).into());
            }
        }
        self.set_password(ctx, user, password, present).await
    }
}
