//! Changing a user: name, e-mail address, role, departments, work roles, absence, activity.

use domain::field::FieldErrors;
use domain::user::{
    AwayDraft, ChangeDepartments, ChangeEmail, ChangeRole, ChangeWorkRoles, DeactivateUser,
    ReactivateUser, RenameUser, Role, SetAway, User, UserEvent, UserState, UserStatus,
    change_departments, change_email, change_role, change_work_roles, deactivate_user,
    parse_departments, parse_full_name, reactivate_user, rename_user, set_away,
};
use domain::{
    Department, EmailAddress, FieldError, FieldErrorKind, RoleId, Text, Timestamp, UserId,
};
use eventstore::Claim;

use super::admins::{self, Admins};
use super::{AwayInput, after, lost_a_race, stream};
use crate::core::{Commands, Decision, Target};
use crate::rotation::holder_claim;
use crate::session::Revocation;
use crate::{CommandError, Committed, Context};

/// What is to change of a user; what is absent stays.
#[derive(Debug, Clone, Default)]
pub struct UserEdit {
    /// The name.
    pub full_name: Option<String>,
    /// The e-mail address to sign in with.
    pub email: Option<String>,
    /// The permission role.
    pub role: Option<String>,
    /// All departments.
    pub departments: Option<Vec<String>>,
    /// All work roles.
    pub work_roles: Option<Vec<RoleId>>,
    /// Whether the user may sign in.
    pub status: Option<UserStatus>,
    /// When the user is away; the inner one is none for somebody who is here again.
    pub away: Option<Option<AwayInput>>,
}

/// The same, parsed.
struct Parsed {
    full_name: Option<Text>,
    email: Option<EmailAddress>,
    role: Option<Role>,
    departments: Option<Vec<Department>>,
    work_roles: Option<Vec<RoleId>>,
    status: Option<UserStatus>,
    away: Option<SetAway>,
}

impl UserEdit {
    fn parse(self, now: Timestamp) -> Result<Parsed, CommandError> {
        let mut errors = FieldErrors::new();
        let full_name = errors.take_given("full_name", self.full_name.as_deref(), parse_full_name);
        let email = errors.take_given("email", self.email.as_deref(), EmailAddress::parse);
        let role = errors.take_given("role", self.role.as_deref(), Role::parse);
        let departments = self
            .departments
            .and_then(|names| errors.take("departments", parse_departments(&names)));
        let away = self.away.and_then(|away| match away {
            None => Some(SetAway { away: None }),
            Some(AwayInput { from, until, hand_over }) => {
                match AwayDraft::parse(from, until, hand_over, now) {
                    Ok(draft) => Some(SetAway { away: Some(draft) }),
                    Err(error) => errors.take(error.field, Err(error.kind)),
                }
            }
        });
        if !errors.is_empty() {
            return Err(CommandError::Invalid(errors.into_vec()));
        }
        let (work_roles, status) = (self.work_roles, self.status);
        Ok(Parsed { full_name, email, role, departments, work_roles, status, away })
    }
}

/// What was looked up for a decision on a user.
struct Facts {
    admins: Admins,
    handle: Option<Claim>,
}

impl Commands {
    /// Changes what is given, in one append. A change of role, and a deactivation, end the user's
    /// sessions.
    ///
    /// # Errors
    /// [`CommandError::NotFound`], [`CommandError::Invalid`], [`CommandError::EmailTaken`], or a
    /// refusal: the last admin must stay one.
    pub async fn edit_user(
        &self,
        ctx: &Context,
        user: UserId,
        edit: UserEdit,
    ) -> Result<Committed<UserState>, CommandError> {
        let now = ctx.occurred_at.unwrap_or_else(|| self.ambient().now());
        let edit = edit.parse(now)?;
        let ends_sessions = edit.role.is_some() || edit.status == Some(UserStatus::Deactivated);
        if let Some(work_roles) = &edit.work_roles {
            self.check_work_roles(work_roles).await?;
        }
        let mut result = Err(CommandError::Contended);
        for attempt in 0.. {
            let facts = Facts {
                admins: self.admins().await?,
                handle: match &edit.email {
                    Some(email) => self.free_handle(email, user.uuid()).await?,
                    None => None,
                },
            };
            let streams = stream(user);
            result = self
                .execute(ctx, Target::Existing(&streams), |states| {
                    self.decide_edit(user, &states[0].state, &edit, &facts, now)
                })
                .await;
            if !lost_a_race(&result, attempt) {
                break;
            }
        }
        let committed = result?;
        if ends_sessions {
            let repeat_of = committed.replayed.then_some(committed.recorded_at);
            self.revoke_sessions(user, Revocation::UserChanged, repeat_of, None).await?;
        }
        Ok(committed)
    }

    fn decide_edit(
        &self,
        user: UserId,
        state: &UserState,
        edit: &Parsed,
        facts: &Facts,
        now: Timestamp,
    ) -> Result<Decision<UserEvent>, CommandError> {
        let other_admins = facts.admins.besides(user);
        let mut events = Vec::new();
        if let Some(full_name) = edit.full_name.clone() {
            events.extend(rename_user(state, RenameUser { full_name })?);
        }
        if let Some(email) = edit.email.clone() {
            events.extend(change_email(state, ChangeEmail { email })?);
        }
        if let Some(departments) = edit.departments.clone() {
            events.extend(change_departments(state, ChangeDepartments { departments })?);
        }
        if let Some(work_roles) = edit.work_roles.clone() {
            events.extend(change_work_roles(state, ChangeWorkRoles { work_roles })?);
        }
        if let Some(away) = edit.away {
            events.extend(set_away(state, away, now)?);
        }
        match edit.status {
            Some(UserStatus::Active) => events.extend(reactivate_user(state, ReactivateUser)?),
            Some(UserStatus::Deactivated) => {
                events.extend(deactivate_user(state, DeactivateUser { other_admins })?);
            }
            None => {}
        }
        if let Some(role) = edit.role {
            events.extend(change_role(state, ChangeRole { role, other_admins })?);
        }
        let before = state.known()?;
        let after = after(self, state, &events);
        let mut decision = Decision::of(events);
        self.move_claims(user, before, after.known()?, facts, &mut decision);
        Ok(decision)
    }

    /// Lets go of what the user no longer is, and takes what the user became.
    fn move_claims(
        &self,
        user: UserId,
        before: &User,
        after: &User,
        facts: &Facts,
        decision: &mut Decision<UserEvent>,
    ) {
        let owner = user.uuid();
        let address = |user: &User| user.email.as_str().and_then(|e| EmailAddress::parse(e).ok());
        let (old, new) = (address(before), address(after));
        let identity = |email: &Option<EmailAddress>| email.as_ref().map(EmailAddress::identity);
        if identity(&old) != identity(&new) {
            decision.releases.extend(old.as_ref().map(|email| self.email_claim(email)));
            decision.claims.extend(new.as_ref().map(|email| (self.email_claim(email), owner)));
            decision.claims.extend(facts.handle.clone().map(|handle| (handle, owner)));
        }
        let (held, holds) = (&before.work_roles, &after.work_roles);
        let lost = held.iter().filter(|role| !holds.contains(role));
        decision.releases.extend(lost.map(|role| holder_claim(*role, user)));
        let won = holds.iter().filter(|role| !held.contains(role));
        decision.claims.extend(won.map(|role| (holder_claim(*role, user), owner)));
        match (before.is_active_admin(), after.is_active_admin()) {
            (false, true) => decision.claims.push((admins::admin(user), owner)),
            (true, false) => {
                decision.releases.push(admins::admin(user));
                decision.claims.push((facts.admins.leaving(), owner));
            }
            (false, false) | (true, true) => {}
        }
    }

    /// Checks that work roles exist.
    pub(crate) async fn check_work_roles(&self, roles: &[RoleId]) -> Result<(), CommandError> {
        for role in roles {
            if self.work_role(*role).await?.is_none() {
                let kind =
                    FieldErrorKind::Malformed { expected: "a list of work roles that exist" };
                return Err(FieldError::new("work_roles", kind).into());
            }
        }
        Ok(())
    }

    /// Changes one's own name.
    ///
    /// # Errors
    /// As [`Commands::edit_user`].
    pub async fn change_profile(
        &self,
        ctx: &Context,
        user: UserId,
        full_name: Option<String>,
        email: Option<String>,
    ) -> Result<Committed<UserState>, CommandError> {
        self.edit_user(ctx, user, UserEdit { full_name, email, ..UserEdit::default() }).await
    }

    /// Gives a user another permission role; ends the user's sessions.
    ///
    /// # Errors
    /// As [`Commands::edit_user`].
    pub async fn change_role(
        &self,
        ctx: &Context,
        user: UserId,
        role: Role,
    ) -> Result<Committed<UserState>, CommandError> {
        let role = Some(role.as_str().to_owned());
        self.edit_user(ctx, user, UserEdit { role, ..UserEdit::default() }).await
    }

    /// Keeps a user from signing in; ends the user's sessions.
    ///
    /// # Errors
    /// As [`Commands::edit_user`].
    pub async fn deactivate_user(
        &self,
        ctx: &Context,
        user: UserId,
    ) -> Result<Committed<UserState>, CommandError> {
        let status = Some(UserStatus::Deactivated);
        self.edit_user(ctx, user, UserEdit { status, ..UserEdit::default() }).await
    }

    /// Lets a user sign in again.
    ///
    /// # Errors
    /// As [`Commands::edit_user`].
    pub async fn reactivate_user(
        &self,
        ctx: &Context,
        user: UserId,
    ) -> Result<Committed<UserState>, CommandError> {
        let status = Some(UserStatus::Active);
        self.edit_user(ctx, user, UserEdit { status, ..UserEdit::default() }).await
    }
}
