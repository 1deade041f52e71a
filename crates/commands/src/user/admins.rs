//! Somebody must be left to administer.
//!
//! Active admins are claims, as views cannot be asked. That two of them cannot leave at once, each
//! counting on the other, is what the numbered claim of [`Admins::leaving`] is for: both would take
//! the same number, and only one can have it.

use domain::UserId;
use domain::user::OtherActiveAdmins;
use eventstore::Claim;
use sqlx::Row;
use uuid::Uuid;

use crate::CommandError;
use crate::core::Commands;

const ADMIN: &str = "user.admin";
const LEAVING: &str = "user.admin_leaving";

/// Who administers.
pub(crate) struct Admins {
    active: Vec<Uuid>,
    /// How often an admin has left.
    left: u32,
}

impl Admins {
    /// How many there are besides a user.
    pub(crate) fn besides(&self, user: UserId) -> OtherActiveAdmins {
        OtherActiveAdmins(self.active.iter().filter(|admin| **admin != user.uuid()).count())
    }

    /// The claim of whoever leaves next.
    pub(crate) fn leaving(&self) -> Claim {
        Claim::plain(LEAVING, (self.left + 1).to_be_bytes())
    }
}

/// The claim that an active admin holds.
pub(crate) fn admin(user: UserId) -> Claim {
    Claim::plain(ADMIN, *user.uuid().as_bytes())
}

impl Commands {
    pub(crate) async fn admins(&self) -> Result<Admins, CommandError> {
        // The number first: who leaves after this takes it from us.
        let last: Option<Vec<u8>> = sqlx::query_scalar(
            "select key from log.claims where kind = $1 order by key desc limit 1",
        )
        .bind(LEAVING)
        .fetch_optional(self.store.pool())
        .await?;
        let left = last.and_then(|key| <[u8; 4]>::try_from(key).ok()).map_or(0, u32::from_be_bytes);
        let rows = sqlx::query("select owner from log.claims where kind = $1 limit 1000")
            .bind(ADMIN)
            .fetch_all(self.store.pool())
            .await?;
        Ok(Admins { active: rows.iter().map(|row| row.get(0)).collect(), left })
    }

    /// Whether anybody administers: the first start makes an admin when nobody does.
    ///
    /// # Errors
    /// The store's.
    pub async fn has_admin(&self) -> Result<bool, CommandError> {
        Ok(!self.admins().await?.active.is_empty())
    }
}
