//! Rules that an admin changes without a restart: one stream for all.

use std::sync::Arc;

use domain::settings::{Settings, SettingsCommand, set_settings};
use uuid::Uuid;

use crate::core::{Commands, Decision, MaxAge, Target, Versioned};
use crate::{CommandError, Committed, Context};

/// The stream of the settings: the same in every Docket.
const SETTINGS: Uuid = Uuid::from_u128(0x0000_0000_0000_7000_8000_0000_0000_5e77);

impl Commands {
    /// The rules in force at most [`max_fact_age`](crate::CommandsConfig::max_fact_age) ago.
    ///
    /// # Errors
    /// The store's.
    pub async fn settings(&self) -> Result<Arc<Settings>, CommandError> {
        let loaded = self.load(SETTINGS, MaxAge::Of(self.config.max_fact_age)).await?;
        if loaded.version == 0 {
            // Most desks never change them, and streams that do not exist are not kept otherwise.
            self.settings.put(SETTINGS, &loaded);
        }
        Ok(loaded.state)
    }

    /// The rules in force now, and their version; 0 while they are the defaults.
    ///
    /// # Errors
    /// The store's.
    pub async fn current_settings(&self) -> Result<Versioned<Settings>, CommandError> {
        self.load(SETTINGS, MaxAge::Now).await
    }

    /// Changes the rules that are given.
    ///
    /// # Errors
    /// [`CommandError::Invalid`] for limits that cannot be met, or a refusal.
    pub async fn change_settings(
        &self,
        ctx: &Context,
        command: SettingsCommand,
    ) -> Result<Committed<Settings>, CommandError> {
        if let Some(limits) = command.limits {
            limits.check()?;
        }
        self.execute(ctx, Target::Existing(&[SETTINGS]), |states| {
            Ok(Decision::of(set_settings(&states[0].state, command.clone())?))
        })
        .await
    }
}
