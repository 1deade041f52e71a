//! Working calendars, by whose open time service levels count.

use domain::CalendarId;
use domain::calendar::{
    CalendarDefinition, CalendarInput, CalendarState, change_calendar, create_calendar,
    remove_calendar,
};
use eventstore::Claim;

use crate::core::{Commands, Decision, MaxAge, Target};
use crate::sla::SlaRules;
use crate::{CommandError, Committed, Context};

/// The kind of the claims on names.
pub(crate) const CALENDAR_NAME: &str = "calendar.name";

impl Commands {
    /// Creates a calendar.
    ///
    /// # Errors
    /// [`CommandError::BadPaths`], or [`CommandError::NameTaken`].
    pub async fn create_calendar(
        &self,
        ctx: &Context,
        input: CalendarInput,
    ) -> Result<Committed<CalendarState>, CommandError> {
        let definition = input.parse()?;
        let calendar = CalendarId(self.ambient().uuid_v7());
        let claim = claim(&definition);
        self.change_sla_rules(ctx, Target::New(calendar.uuid()), |states, _rules| {
            let state: &CalendarState = &states[0].state;
            let mut decision = Decision::of(create_calendar(state, definition.clone())?);
            decision.claims.push((claim.clone(), calendar.uuid()));
            Ok(decision)
        })
        .await
    }

    /// Gives a calendar another definition. Due times by it are told anew by whoever follows the log.
    ///
    /// # Errors
    /// [`CommandError::NotFound`], [`CommandError::BadPaths`], [`CommandError::NameTaken`], or a
    /// refusal: it was removed.
    pub async fn change_calendar(
        &self,
        ctx: &Context,
        calendar: CalendarId,
        input: CalendarInput,
    ) -> Result<Committed<CalendarState>, CommandError> {
        let definition = input.parse()?;
        self.change_sla_rules(ctx, Target::Existing(&[calendar.uuid()]), |states, _rules| {
            let state: &CalendarState = &states[0].state;
            let mut decision = Decision::of(change_calendar(state, definition.clone())?);
            let (old, new) = (claim(state.active()?), claim(&definition));
            if old != new {
                decision.releases.push(old);
                decision.claims.push((new, calendar.uuid()));
            }
            Ok(decision)
        })
        .await
    }

    /// Removes a calendar for good; its name is free again. Clocks that run by it for a policy that
    /// was removed too go on as it last was.
    ///
    /// # Errors
    /// [`CommandError::InUse`] when a policy names it; [`CommandError::NotFound`], or a refusal: it
    /// was removed before.
    pub async fn remove_calendar(
        &self,
        ctx: &Context,
        calendar: CalendarId,
    ) -> Result<Committed<CalendarState>, CommandError> {
        self.change_sla_rules(ctx, Target::Existing(&[calendar.uuid()]), |states, rules| {
            let state: &CalendarState = &states[0].state;
            let mut decision = Decision::of(remove_calendar(state)?);
            check_unused(rules, calendar)?;
            decision.releases.push(claim(state.active()?));
            Ok(decision)
        })
        .await
    }

    /// A calendar as people write it, as it is now, with its version; none if there is no such
    /// calendar or it was removed.
    ///
    /// # Errors
    /// The store's.
    pub async fn calendar_input(
        &self,
        calendar: CalendarId,
    ) -> Result<Option<(CalendarInput, i32)>, CommandError> {
        let loaded = self.load::<CalendarState>(calendar.uuid(), MaxAge::Now).await?;
        let Ok(definition) = loaded.state.active() else { return Ok(None) };
        Ok(Some((as_written(definition)?, loaded.version)))
    }
}

fn check_unused(rules: &SlaRules, calendar: CalendarId) -> Result<(), CommandError> {
    let by = rules.policies_by(calendar);
    if by.is_empty() { Ok(()) } else { Err(CommandError::InUse { by }) }
}

/// What events hold reads as input too: an export is an import.
fn as_written(definition: &CalendarDefinition) -> Result<CalendarInput, CommandError> {
    serde_json::to_value(definition)
        .and_then(serde_json::from_value::<CalendarInput>)
        .map_err(|_| CommandError::Internal("a calendar does not read as it was written"))
}

/// Names that differ in nothing but case are one.
fn claim(definition: &CalendarDefinition) -> Claim {
    Claim::plain(CALENDAR_NAME, definition.name.as_str().to_lowercase())
}
