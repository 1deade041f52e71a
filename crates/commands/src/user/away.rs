//! Saying that a user is away.

use domain::user::UserState;
use domain::{Timestamp, UserId};

use super::UserEdit;
use crate::core::Commands;
use crate::{CommandError, Committed, Context};

/// When a user is away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AwayInput {
    /// From when on; from now on when left out.
    pub from: Option<Timestamp>,
    /// Until when; until further notice when left out.
    pub until: Option<Timestamp>,
    /// Whether the open tasks go to others then.
    pub hand_over: bool,
}

impl Commands {
    /// Says that a user is away, or is here again.
    ///
    /// # Errors
    /// As [`Commands::edit_user`].
    pub async fn set_away(
        &self,
        ctx: &Context,
        user: UserId,
        away: Option<AwayInput>,
    ) -> Result<Committed<UserState>, CommandError> {
        self.edit_user(ctx, user, UserEdit { away: Some(away), ..UserEdit::default() }).await
    }
}
