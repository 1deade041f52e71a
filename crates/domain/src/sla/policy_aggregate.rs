//! The policy's stream: its events, its state, its decisions.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::policy::PolicyDefinition;
use crate::event::DomainEvent;
use crate::refusal::Refusal;

/// An event of a policy's stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", content = "data")]
pub enum SlaPolicyEvent {
    /// The policy was created; always the first event.
    #[serde(rename = "sla_policy.created")]
    Created(Box<SlaPolicyCreated>),
    /// It says something else from now on.
    #[serde(rename = "sla_policy.changed")]
    Changed(Box<SlaPolicyChanged>),
    /// It was removed for good.
    #[serde(rename = "sla_policy.removed")]
    Removed(SlaPolicyRemoved),
}

/// Data of `sla_policy.created`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SlaPolicyCreated {
    /// What it says.
    pub definition: PolicyDefinition,
}

/// Data of `sla_policy.changed`. The whole is told: due times are
/// computed anew under the whole too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SlaPolicyChanged {
    /// What it says from now on.
    pub definition: PolicyDefinition,
}

/// Data of `sla_policy.removed`: nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SlaPolicyRemoved {}

impl DomainEvent for SlaPolicyEvent {
    const KIND: &'static str = "sla_policy";

    const TYPES: &'static [(&'static str, i16)] =
        &[("sla_policy.created", 1), ("sla_policy.changed", 1), ("sla_policy.removed", 1)];

    fn event_type(&self) -> &'static str {
        match self {
            Self::Created(_) => "sla_policy.created",
            Self::Changed(_) => "sla_policy.changed",
            Self::Removed(_) => "sla_policy.removed",
        }
    }
}

/// Where a policy's stream stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum SlaPolicyState {
    /// There is no such policy.
    #[default]
    Uncreated,
    /// Clocks run by it.
    Active {
        /// What it says.
        definition: Box<PolicyDefinition>,
        /// How often it was said anew, from 1.
        revision: u32,
    },
    /// It was removed. Clocks that run by it go on as it last was.
    Removed {
        /// What it said last.
        definition: Box<PolicyDefinition>,
        /// Its last revision.
        revision: u32,
    },
}

impl SlaPolicyState {
    /// What the policy says, if it is in force.
    ///
    /// # Errors
    /// There is no such policy, or it was removed.
    pub fn active(&self) -> Result<&PolicyDefinition, Refusal> {
        match self {
            Self::Uncreated => Err(Refusal::SlaPolicyUnknown),
            Self::Active { definition, .. } => Ok(definition),
            Self::Removed { .. } => Err(Refusal::SlaPolicyRemoved),
        }
    }

    /// What it says or said last, with its revision, unless there is none.
    pub fn latest(&self) -> Option<(&PolicyDefinition, u32)> {
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
pub fn evolve(state: SlaPolicyState, event: &SlaPolicyEvent) -> SlaPolicyState {
    match (state, event) {
        (SlaPolicyState::Uncreated, SlaPolicyEvent::Created(e)) => {
            SlaPolicyState::Active { definition: Box::new(e.definition.clone()), revision: 1 }
        }
        (SlaPolicyState::Active { revision, .. }, SlaPolicyEvent::Changed(e)) => {
            SlaPolicyState::Active {
                definition: Box::new(e.definition.clone()),
                revision: revision.saturating_add(1),
            }
        }
        (SlaPolicyState::Active { definition, revision }, SlaPolicyEvent::Removed(_)) => {
            SlaPolicyState::Removed { definition, revision }
        }
        (
            state,
            SlaPolicyEvent::Created(_) | SlaPolicyEvent::Changed(_) | SlaPolicyEvent::Removed(_),
        ) => state,
    }
}

/// Creates a policy.
///
/// # Errors
/// The stream has a policy already.
pub fn create_sla_policy(
    state: &SlaPolicyState,
    definition: PolicyDefinition,
) -> Result<Vec<SlaPolicyEvent>, Refusal> {
    match state {
        SlaPolicyState::Uncreated => {
            Ok(vec![SlaPolicyEvent::Created(Box::new(SlaPolicyCreated { definition }))])
        }
        SlaPolicyState::Active { .. } | SlaPolicyState::Removed { .. } => {
            Err(Refusal::SlaPolicyAlreadyCreated)
        }
    }
}

/// Gives a policy another definition; the same one is no change.
///
/// # Errors
/// There is no such policy, or it was removed.
pub fn change_sla_policy(
    state: &SlaPolicyState,
    definition: PolicyDefinition,
) -> Result<Vec<SlaPolicyEvent>, Refusal> {
    if *state.active()? == definition {
        return Ok(vec![]);
    }
    Ok(vec![SlaPolicyEvent::Changed(Box::new(SlaPolicyChanged { definition }))])
}

/// Removes a policy for good. Clocks that run by it go on.
///
/// # Errors
/// There is no such policy, or it was removed before.
pub fn remove_sla_policy(state: &SlaPolicyState) -> Result<Vec<SlaPolicyEvent>, Refusal> {
    state.active()?;
    Ok(vec![SlaPolicyEvent::Removed(SlaPolicyRemoved {})])
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::sla::samples::{policy, rule};

    pub(crate) fn every_event() -> Vec<SlaPolicyEvent> {
        let definition = policy(vec![rule("category=radio priority=high", 15, 60)]);
        vec![
            SlaPolicyEvent::Created(Box::new(SlaPolicyCreated { definition: definition.clone() })),
            SlaPolicyEvent::Changed(Box::new(SlaPolicyChanged { definition })),
            SlaPolicyEvent::Removed(SlaPolicyRemoved {}),
        ]
    }

    #[test]
    fn a_policy_is_created_changed_by_revisions_and_removed() {
        let (gold, lead) = (policy(vec![rule("", 1, 2)]), policy(vec![rule("", 3, 4)]));
        let none = SlaPolicyState::Uncreated;
        assert_eq!(change_sla_policy(&none, gold.clone()), Err(Refusal::SlaPolicyUnknown));
        assert_eq!(remove_sla_policy(&none), Err(Refusal::SlaPolicyUnknown));
        let created = create_sla_policy(&none, gold.clone()).unwrap();
        let active = created.iter().fold(none, evolve);
        let again = create_sla_policy(&active, gold.clone());
        assert_eq!(again, Err(Refusal::SlaPolicyAlreadyCreated));
        assert_eq!(change_sla_policy(&active, gold), Ok(vec![]));
        let changed = change_sla_policy(&active, lead.clone()).unwrap();
        let active = changed.iter().fold(active, evolve);
        assert_eq!(active.latest(), Some((&lead, 2)));
        let removed = remove_sla_policy(&active).unwrap().iter().fold(active, evolve);
        assert_eq!(removed.latest(), Some((&lead, 2)));
        assert_eq!(removed.active(), Err(Refusal::SlaPolicyRemoved));
        for event in every_event() {
            assert_eq!(evolve(removed.clone(), &event), removed);
        }
    }
}
