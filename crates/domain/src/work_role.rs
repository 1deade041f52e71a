//! Work roles: names an admin makes, by which steps of workflows find their people.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::event::DomainEvent;
use crate::refusal::Refusal;
use crate::vocabulary::RoleName;

/// An event of a work role's stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", content = "data")]
pub enum WorkRoleEvent {
    /// The role was created; always the first event.
    #[serde(rename = "work_role.created")]
    Created(WorkRoleCreated),
    /// It got another name.
    #[serde(rename = "work_role.renamed")]
    Renamed(WorkRoleRenamed),
    /// It was removed for good.
    #[serde(rename = "work_role.removed")]
    Removed(WorkRoleRemoved),
}

/// Data of `work_role.created`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WorkRoleCreated {
    /// Its name.
    pub name: RoleName,
}

/// Data of `work_role.renamed`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WorkRoleRenamed {
    /// Its new name.
    pub name: RoleName,
}

/// Data of `work_role.removed`: nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WorkRoleRemoved {}

impl DomainEvent for WorkRoleEvent {
    const KIND: &'static str = "work_role";

    const TYPES: &'static [(&'static str, i16)] =
        &[("work_role.created", 1), ("work_role.renamed", 1), ("work_role.removed", 1)];

    fn event_type(&self) -> &'static str {
        match self {
            Self::Created(_) => "work_role.created",
            Self::Renamed(_) => "work_role.renamed",
            Self::Removed(_) => "work_role.removed",
        }
    }
}

/// Where a work role's stream stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum WorkRole {
    /// There is no such role.
    #[default]
    Uncreated,
    /// Users can hold it.
    Active {
        /// Its name.
        name: RoleName,
    },
    /// It was removed.
    Removed {
        /// Its last name.
        name: RoleName,
    },
}

impl WorkRole {
    /// The name, if users can hold the role.
    ///
    /// # Errors
    /// There is no such role, or it was removed.
    pub fn active(&self) -> Result<&RoleName, Refusal> {
        match self {
            Self::Uncreated => Err(Refusal::WorkRoleUnknown),
            Self::Active { name } => Ok(name),
            Self::Removed { .. } => Err(Refusal::WorkRoleRemoved),
        }
    }
}

/// The state after `event`. Total.
#[must_use]
pub fn evolve(state: WorkRole, event: &WorkRoleEvent) -> WorkRole {
    match (state, event) {
        (WorkRole::Uncreated, WorkRoleEvent::Created(e)) => {
            WorkRole::Active { name: e.name.clone() }
        }
        (WorkRole::Active { .. }, WorkRoleEvent::Renamed(e)) => {
            WorkRole::Active { name: e.name.clone() }
        }
        (WorkRole::Active { name }, WorkRoleEvent::Removed(_)) => WorkRole::Removed { name },
        (
            state,
            WorkRoleEvent::Created(_) | WorkRoleEvent::Renamed(_) | WorkRoleEvent::Removed(_),
        ) => state,
    }
}

/// Creates a work role. That its name is unique is claimed at append.
///
/// # Errors
/// The stream has a role already.
pub fn create_work_role(state: &WorkRole, name: RoleName) -> Result<Vec<WorkRoleEvent>, Refusal> {
    match state {
        WorkRole::Uncreated => Ok(vec![WorkRoleEvent::Created(WorkRoleCreated { name })]),
        WorkRole::Active { .. } | WorkRole::Removed { .. } => Err(Refusal::WorkRoleAlreadyCreated),
    }
}

/// Gives a work role another name; the same one is no change.
///
/// # Errors
/// There is no such role, or it was removed.
pub fn rename_work_role(state: &WorkRole, name: RoleName) -> Result<Vec<WorkRoleEvent>, Refusal> {
    if *state.active()? == name {
        return Ok(vec![]);
    }
    Ok(vec![WorkRoleEvent::Renamed(WorkRoleRenamed { name })])
}

/// Removes a work role for good. Users who hold it are looked after by whoever reads the event.
///
/// # Errors
/// There is no such role, or it was removed before.
pub fn remove_work_role(state: &WorkRole) -> Result<Vec<WorkRoleEvent>, Refusal> {
    state.active()?;
    Ok(vec![WorkRoleEvent::Removed(WorkRoleRemoved {})])
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn every_event() -> Vec<WorkRoleEvent> {
        vec![
            WorkRoleEvent::Created(WorkRoleCreated { name: name("Level 2") }),
            WorkRoleEvent::Renamed(WorkRoleRenamed { name: name("Level 3") }),
            WorkRoleEvent::Removed(WorkRoleRemoved {}),
        ]
    }

    fn name(text: &str) -> RoleName {
        RoleName::parse(text).unwrap()
    }

    fn active() -> WorkRole {
        WorkRole::Active { name: name("Level 2") }
    }

    fn then(state: WorkRole, decided: Result<Vec<WorkRoleEvent>, Refusal>) -> WorkRole {
        decided.unwrap().iter().fold(state, evolve)
    }

    #[test]
    fn given_no_role_then_it_is_created_and_nothing_else() {
        let created = create_work_role(&WorkRole::Uncreated, name("Level 2"));
        assert_eq!(then(WorkRole::Uncreated, created), active());
        let renamed = rename_work_role(&WorkRole::Uncreated, name("x"));
        assert_eq!(renamed, Err(Refusal::WorkRoleUnknown));
        assert_eq!(remove_work_role(&WorkRole::Uncreated), Err(Refusal::WorkRoleUnknown));
    }

    #[test]
    fn given_a_role_then_it_is_renamed_or_removed() {
        let renamed = then(active(), rename_work_role(&active(), name("Level 3")));
        assert_eq!(renamed.active(), Ok(&name("Level 3")));
        assert_eq!(rename_work_role(&active(), name("Level 2")), Ok(vec![]));
        let removed = then(active(), remove_work_role(&active()));
        assert_eq!(removed.active(), Err(Refusal::WorkRoleRemoved));
        assert_eq!(create_work_role(&active(), name("x")), Err(Refusal::WorkRoleAlreadyCreated));
    }

    #[test]
    fn given_a_removed_role_then_everything_is_refused() {
        let removed = WorkRole::Removed { name: name("Level 2") };
        assert_eq!(remove_work_role(&removed), Err(Refusal::WorkRoleRemoved));
        assert_eq!(rename_work_role(&removed, name("x")), Err(Refusal::WorkRoleRemoved));
        assert_eq!(create_work_role(&removed, name("x")), Err(Refusal::WorkRoleAlreadyCreated));
    }

    #[test]
    fn events_out_of_order_change_nothing() {
        let removed = evolve(active(), &WorkRoleEvent::Removed(WorkRoleRemoved {}));
        for event in every_event() {
            assert_eq!(evolve(removed.clone(), &event), removed);
        }
        let renamed = WorkRoleEvent::Renamed(WorkRoleRenamed { name: name("x") });
        assert_eq!(evolve(WorkRole::Uncreated, &renamed), WorkRole::Uncreated);
    }
}
