//! The user: events, state, and one file per capability.

pub mod events;
mod fields;
mod state;
mod values;

mod change_departments;
mod change_email;
mod change_password;
mod change_role;
mod change_work_roles;
mod create_api_token;
mod deactivate_user;
mod reactivate_user;
mod register_user;
mod rename_user;
mod revoke_api_token;
mod set_away;

#[cfg(test)]
pub(crate) mod samples;

pub use change_departments::{ChangeDepartments, change_departments};
pub use change_email::{ChangeEmail, change_email};
pub use change_password::{ChangePassword, change_password};
pub use change_role::{ChangeRole, OtherActiveAdmins, change_role};
pub use change_work_roles::{ChangeWorkRoles, change_work_roles};
pub use create_api_token::{CreateApiToken, MAX_API_TOKENS, create_api_token};
pub use deactivate_user::{DeactivateUser, deactivate_user};
pub use events::UserEvent;
pub use fields::{parse_departments, parse_full_name, parse_scopes, parse_token_name};
pub use reactivate_user::{ReactivateUser, reactivate_user};
pub use register_user::{RegisterUser, register_user};
pub use rename_user::{RenameUser, rename_user};
pub use revoke_api_token::{RevokeApiToken, revoke_api_token};
pub use set_away::{AwayDraft, SetAway, set_away};
pub use state::{ApiToken, User, UserState, evolve};
pub use values::{Away, Role, Scope, UserStatus};
