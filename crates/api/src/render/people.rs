//! Users, as others see them.

use projections::UserBrief;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// Enough of a user to show who it is.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct UserRef {
    /// The user.
    pub(crate) id: Uuid,
    /// E-mail address; null once erased.
    pub(crate) email: Option<String>,
    /// Full name; null once erased.
    pub(crate) full_name: Option<String>,
}

impl From<UserBrief> for UserRef {
    fn from(user: UserBrief) -> Self {
        Self { id: user.id.uuid(), email: user.email, full_name: user.full_name }
    }
}
