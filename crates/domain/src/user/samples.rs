//! Sample users and events for tests.

use uuid::Uuid;

use super::events::{
    ApiTokenCreated, ApiTokenRevoked, AwayChanged, DepartmentsChanged, EmailChanged,
    PasswordChanged, RoleChanged, UserDeactivated, UserEvent, UserReactivated, UserRegistered,
    UserRenamed, WorkRolesChanged,
};
use super::state::{User, UserState, evolve};
use super::values::{Away, Role, Scope, UserStatus};
use crate::Refusal;
use crate::ids::{RoleId, TokenId};
use crate::personal::Personal;
use crate::ticket::samples::at;
use crate::vocabulary::Department;

pub(crate) fn department(word: &str) -> Department {
    Department::parse(word).unwrap()
}

pub(crate) fn role_id(n: u128) -> RoleId {
    RoleId(Uuid::from_u128(n))
}

pub(crate) fn token_id(n: u128) -> TokenId {
    TokenId(Uuid::from_u128(n))
}

pub(crate) fn registered(role: Role) -> UserEvent {
    UserEvent::Registered(UserRegistered {
        email: "ada@example.com".into(),
        full_name: "Ada".into(),
        role,
        departments: vec![],
        work_roles: vec![],
        status: UserStatus::Active,
    })
}

pub(crate) fn token_created(n: u128, expires_in: Option<i64>) -> UserEvent {
    UserEvent::ApiTokenCreated(ApiTokenCreated {
        token_id: token_id(n),
        name: "laptop".into(),
        scopes: vec![Scope::Read],
        expires_at: expires_in.map(at),
    })
}

/// The state after a registration and these events, each a second after the one before.
pub(crate) fn given(role: Role, events: &[UserEvent]) -> UserState {
    let first = registered(role);
    let all = std::iter::once(&first).chain(events).zip(0..);
    all.fold(UserState::Unregistered, |state, (event, second)| evolve(state, event, at(second)))
}

pub(crate) fn handler() -> UserState {
    given(Role::Handler, &[])
}

pub(crate) fn admin() -> UserState {
    given(Role::Admin, &[])
}

pub(crate) fn deactivated(role: Role) -> UserState {
    given(role, &[UserEvent::Deactivated(UserDeactivated {})])
}

/// The user after the events that a decision returned, a minute later.
pub(crate) fn then(state: &UserState, decided: Result<Vec<UserEvent>, Refusal>) -> User {
    let events = decided.unwrap();
    let after = events.iter().fold(state.clone(), |state, event| evolve(state, event, at(60)));
    after.user().unwrap().clone()
}

/// Events of every type, with everything optional there and with nothing of it.
pub(crate) fn every_event() -> Vec<UserEvent> {
    vec![
        registered(Role::Viewer),
        UserEvent::Registered(UserRegistered {
            email: Personal::Erased,
            full_name: "".into(),
            role: Role::Publisher,
            departments: vec![department("Billing")],
            work_roles: vec![role_id(1)],
            status: UserStatus::Deactivated,
        }),
        UserEvent::Renamed(UserRenamed { full_name: "Ada L".into() }),
        UserEvent::EmailChanged(EmailChanged { email: "Ada@example.com".into() }),
        UserEvent::RoleChanged(RoleChanged { from: Role::Viewer, to: Role::Admin }),
        UserEvent::DepartmentsChanged(DepartmentsChanged { departments: vec![department("A")] }),
        UserEvent::DepartmentsChanged(DepartmentsChanged { departments: vec![] }),
        UserEvent::WorkRolesChanged(WorkRolesChanged { work_roles: vec![role_id(1)] }),
        UserEvent::AwayChanged(AwayChanged {
            away: Some(Away { from: at(10), until: Some(at(20)), hand_over: true }),
        }),
        UserEvent::AwayChanged(AwayChanged { away: None }),
        UserEvent::Deactivated(UserDeactivated {}),
        UserEvent::Reactivated(UserReactivated {}),
        UserEvent::PasswordChanged(PasswordChanged {}),
        token_created(1, None),
        token_created(2, Some(100)),
        UserEvent::ApiTokenRevoked(ApiTokenRevoked { token_id: token_id(1) }),
    ]
}
