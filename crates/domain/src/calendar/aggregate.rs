//! The calendar's stream: its events, its state, its decisions.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::definition::CalendarDefinition;
use crate::event::DomainEvent;
use crate::refusal::Refusal;

/// An event of a calendar's stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", content = "data")]
pub enum CalendarEvent {
    /// The calendar was created; always the first event.
    #[serde(rename = "calendar.created")]
    Created(Box<CalendarCreated>),
    /// It says something else from now on.
    #[serde(rename = "calendar.changed")]
    Changed(Box<CalendarChanged>),
    /// It was removed for good.
    #[serde(rename = "calendar.removed")]
    Removed(CalendarRemoved),
}

/// Data of `calendar.created`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CalendarCreated {
    /// What it says.
    pub definition: CalendarDefinition,
}

/// Data of `calendar.changed`. The whole is told: what depends on hours and holidays is computed
/// anew as a whole too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CalendarChanged {
    /// What it says from now on.
    pub definition: CalendarDefinition,
}

/// Data of `calendar.removed`: nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CalendarRemoved {}

impl DomainEvent for CalendarEvent {
    const KIND: &'static str = "calendar";

    const TYPES: &'static [(&'static str, i16)] =
        &[("calendar.created", 1), ("calendar.changed", 1), ("calendar.removed", 1)];

    fn event_type(&self) -> &'static str {
        match self {
            Self::Created(_) => "calendar.created",
            Self::Changed(_) => "calendar.changed",
            Self::Removed(_) => "calendar.removed",
        }
    }
}

/// Where a calendar's stream stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum CalendarState {
    /// There is no such calendar.
    #[default]
    Uncreated,
    /// Policies can name it.
    Active {
        /// What it says.
        definition: Box<CalendarDefinition>,
        /// How often it was said anew, from 1.
        revision: u32,
    },
    /// It was removed. Clocks that run by it go on as it last was.
    Removed {
        /// What it said last.
        definition: Box<CalendarDefinition>,
        /// Its last revision.
        revision: u32,
    },
}

impl CalendarState {
    /// What the calendar says, if policies can name it.
    ///
    /// # Errors
    /// There is no such calendar, or it was removed.
    pub fn active(&self) -> Result<&CalendarDefinition, Refusal> {
        match self {
            Self::Uncreated => Err(Refusal::CalendarUnknown),
            Self::Active { definition, .. } => Ok(definition),
            Self::Removed { .. } => Err(Refusal::CalendarRemoved),
        }
    }

    /// What it says or said last, with its revision, unless there is none.
    pub fn latest(&self) -> Option<(&CalendarDefinition, u32)> {
        match self {
            Self::Uncreated => None,
            Self::Active { definition, revision } | Self::Removed { definition, revision } => {
                Some((definition, *revision))
            }
        }
    }
}

/// The state after `event`. Total.
#[must_use]
pub fn evolve(state: CalendarState, event: &CalendarEvent) -> CalendarState {
    match (state, event) {
        (CalendarState::Uncreated, CalendarEvent::Created(e)) => {
            CalendarState::Active { definition: Box::new(e.definition.clone()), revision: 1 }
        }
        (CalendarState::Active { revision, .. }, CalendarEvent::Changed(e)) => {
            CalendarState::Active {
                definition: Box::new(e.definition.clone()),
                revision: revision.saturating_add(1),
            }
        }
        (CalendarState::Active { definition, revision }, CalendarEvent::Removed(_)) => {
            CalendarState::Removed { definition, revision }
        }
        (
            state,
            CalendarEvent::Created(_) | CalendarEvent::Changed(_) | CalendarEvent::Removed(_),
        ) => state,
    }
}

/// Creates a calendar.
///
/// # Errors
/// The stream has a calendar already.
pub fn create_calendar(
    state: &CalendarState,
    definition: CalendarDefinition,
) -> Result<Vec<CalendarEvent>, Refusal> {
    match state {
        CalendarState::Uncreated => {
            Ok(vec![CalendarEvent::Created(Box::new(CalendarCreated { definition }))])
        }
        CalendarState::Active { .. } | CalendarState::Removed { .. } => {
            Err(Refusal::CalendarAlreadyCreated)
        }
    }
}

/// Gives a calendar another definition; the same one is no change.
///
/// # Errors
/// There is no such calendar, or it was removed.
pub fn change_calendar(
    state: &CalendarState,
    definition: CalendarDefinition,
) -> Result<Vec<CalendarEvent>, Refusal> {
    if *state.active()? == definition {
        return Ok(vec![]);
    }
    Ok(vec![CalendarEvent::Changed(Box::new(CalendarChanged { definition }))])
}

/// Removes a calendar for good. That no policy names it is a fact for whoever asks.
///
/// # Errors
/// There is no such calendar, or it was removed before.
pub fn remove_calendar(state: &CalendarState) -> Result<Vec<CalendarEvent>, Refusal> {
    state.active()?;
    Ok(vec![CalendarEvent::Removed(CalendarRemoved {})])
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::calendar::samples::{office, round_the_clock};

    pub(crate) fn every_event() -> Vec<CalendarEvent> {
        let definition = office("Europe/Berlin");
        vec![
            CalendarEvent::Created(Box::new(CalendarCreated { definition: definition.clone() })),
            CalendarEvent::Changed(Box::new(CalendarChanged { definition })),
            CalendarEvent::Removed(CalendarRemoved {}),
        ]
    }

    fn then(state: CalendarState, decided: Result<Vec<CalendarEvent>, Refusal>) -> CalendarState {
        decided.unwrap().iter().fold(state, evolve)
    }

    #[test]
    fn given_no_calendar_then_it_is_created_and_nothing_else() {
        let none = CalendarState::Uncreated;
        let created = then(none.clone(), create_calendar(&none, office("UTC")));
        assert_eq!(created.latest(), Some((&office("UTC"), 1)));
        assert_eq!(change_calendar(&none, office("UTC")), Err(Refusal::CalendarUnknown));
        assert_eq!(remove_calendar(&none), Err(Refusal::CalendarUnknown));
        let again = create_calendar(&created, office("UTC"));
        assert_eq!(again, Err(Refusal::CalendarAlreadyCreated));
    }

    #[test]
    fn given_a_calendar_then_each_real_change_is_a_revision() {
        let none = CalendarState::Uncreated;
        let office_hours = then(none.clone(), create_calendar(&none, office("UTC")));
        assert_eq!(change_calendar(&office_hours, office("UTC")), Ok(vec![]));
        let changed = change_calendar(&office_hours, round_the_clock("UTC"));
        let changed = then(office_hours, changed);
        assert_eq!(changed.latest(), Some((&round_the_clock("UTC"), 2)));
    }

    #[test]
    fn given_a_removed_calendar_then_everything_is_refused_but_it_is_still_known() {
        let none = CalendarState::Uncreated;
        let active = then(none.clone(), create_calendar(&none, office("UTC")));
        let removed = then(active.clone(), remove_calendar(&active));
        assert_eq!(removed.active(), Err(Refusal::CalendarRemoved));
        assert_eq!(removed.latest(), active.latest());
        assert_eq!(remove_calendar(&removed), Err(Refusal::CalendarRemoved));
        assert_eq!(change_calendar(&removed, office("UTC")), Err(Refusal::CalendarRemoved));
        for event in every_event() {
            assert_eq!(evolve(removed.clone(), &event), removed);
        }
    }
}
