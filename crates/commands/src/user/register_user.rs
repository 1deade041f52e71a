//! Registering a user.

use domain::field::FieldErrors;
use domain::user::{
    RegisterUser, Role, UserState, UserStatus, parse_departments, parse_full_name, register_user,
};
use domain::{EmailAddress, FieldErrorKind, RoleId, UserId};
use eventstore::{Claim, Credential};

use super::{PASSWORD, admins, after, check_password, lost_a_race};
use crate::core::{Commands, Decision, Target};
use crate::rotation::holder_claim;
use crate::{CommandError, Committed, Context};

/// A user's fields as a client gave them.
#[derive(Clone, Default)]
pub struct RegisterUserInput {
    /// The e-mail address to sign in with. Required.
    pub email: Option<String>,
    /// The name; empty when left out.
    pub full_name: Option<String>,
    /// The permission role; `viewer` when left out.
    pub role: Option<String>,
    /// The departments.
    pub departments: Vec<String>,
    /// The work roles.
    pub work_roles: Vec<RoleId>,
    /// The password; without one the user cannot sign in until one is set.
    pub password: Option<String>,
    /// Whether the user may sign in; active when left out.
    pub status: UserStatus,
}

impl std::fmt::Debug for RegisterUserInput {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RegisterUserInput(…)")
    }
}

impl RegisterUserInput {
    fn parse(&self) -> Result<RegisterUser, CommandError> {
        let mut errors = FieldErrors::new();
        let email = match self.email.as_deref() {
            Some(email) => errors.take("email", EmailAddress::parse(email)),
            None => errors.take("email", Err(FieldErrorKind::Missing)),
        };
        let full_name = self.full_name.as_deref().unwrap_or_default();
        let full_name = errors.take("full_name", parse_full_name(full_name));
        let role = errors.take_given("role", self.role.as_deref(), Role::parse);
        let departments = errors.take("departments", parse_departments(&self.departments));
        if let Some(password) = &self.password
            && let Err(error) = check_password("password", password, self.email.as_deref())
        {
            errors.take::<()>(error.field, Err(error.kind));
        }
        match (email, full_name, departments) {
            (Some(email), Some(full_name), Some(departments)) if errors.is_empty() => {
                Ok(RegisterUser {
                    email,
                    full_name,
                    role: role.unwrap_or(Role::Viewer),
                    departments,
                    work_roles: self.work_roles.clone(),
                    status: self.status,
                })
            }
            (_, _, _) => Err(CommandError::Invalid(errors.into_vec())),
        }
    }
}

impl Commands {
    /// Registers a user.
    ///
    /// # Errors
    /// [`CommandError::Invalid`], or [`CommandError::EmailTaken`].
    pub async fn register_user(
        &self,
        ctx: &Context,
        input: RegisterUserInput,
    ) -> Result<Committed<UserState>, CommandError> {
        if let Some(first) = self.replayed(ctx).await? {
            return Ok(first);
        }
        let command = input.parse()?;
        self.check_work_roles(&command.work_roles).await?;
        let secret = match &input.password {
            Some(password) => Some(self.passwords.hash(password, self.ambient()).await?),
            None => None,
        };
        let user = UserId(self.ambient().uuid_v7());
        for attempt in 0.. {
            let handle = self.free_handle(&command.email, user.uuid()).await?;
            let result = self.register(ctx, user, &command, secret.as_deref(), handle).await;
            if !lost_a_race(&result, attempt) {
                return result;
            }
        }
        Err(CommandError::Contended)
    }

    async fn register(
        &self,
        ctx: &Context,
        user: UserId,
        command: &RegisterUser,
        secret: Option<&str>,
        handle: Option<Claim>,
    ) -> Result<Committed<UserState>, CommandError> {
        self.execute(ctx, Target::New(user.uuid()), |states| {
            let mut decision = Decision::of(register_user(&states[0].state, command.clone())?);
            decision.claims.push((self.email_claim(&command.email), user.uuid()));
            decision.claims.extend(handle.clone().map(|handle| (handle, user.uuid())));
            if command.role == Role::Admin && command.status == UserStatus::Active {
                decision.claims.push((admins::admin(user), user.uuid()));
            }
            let state = after(self, &*states[0].state, &decision.events[0]);
            let roles = state.user().map(|user| user.work_roles.clone()).unwrap_or_default();
            let holds = roles.into_iter().map(|role| (holder_claim(role, user), user.uuid()));
            decision.claims.extend(holds);
            decision.credentials.extend(secret.map(|hash| Credential {
                owner: user.uuid(),
                kind: PASSWORD,
                secret: Some(hash.as_bytes().to_vec()),
            }));
            Ok(decision)
        })
        .await
    }
}
