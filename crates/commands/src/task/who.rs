//! Who asks for something to be done to a task.

use domain::task::{By, Person};
use eventstore::Actor;

use crate::core::Commands;
use crate::{CommandError, Context};

impl Commands {
    /// The person who asks. Without a user (in open mode, from the command line) it is somebody with
    /// the rights of the context and no work role.
    pub(super) async fn person(&self, ctx: &Context) -> Result<Person, CommandError> {
        let facts = match ctx.user {
            Some(user) => self.user(user).await?,
            None => None,
        };
        let work_roles = facts.map(|facts| facts.work_roles).unwrap_or_default();
        Ok(Person { user: ctx.user, role: ctx.role, work_roles })
    }

    /// The person who asks, or Docket itself.
    pub(super) async fn asker(&self, ctx: &Context) -> Result<By, CommandError> {
        match ctx.actor {
            Actor::System => Ok(By::Docket),
            Actor::User { .. } | Actor::Token { .. } | Actor::Open | Actor::Anonymous => {
                Ok(By::Person(self.person(ctx).await?))
            }
        }
    }
}
