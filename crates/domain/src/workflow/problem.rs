//! What is wrong with a workflow as somebody wrote it down, and where.

use std::fmt;

use super::slug::StepId;
use crate::field::FieldErrorKind;
use crate::ids::RoleId;

/// One problem, for which a workflow is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where it is.
    pub place: Place,
    /// What it is.
    pub kind: ProblemKind,
}

/// One thing to look at, for which a workflow is not refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// Where it is.
    pub place: Place,
    /// What it is.
    pub kind: WarningKind,
}

/// A place in a [`WorkflowForm`](super::WorkflowForm), such as `steps[2].role`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Place(pub Vec<PlacePart>);

/// A part of the way to a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PlacePart {
    /// A field.
    Field(&'static str),
    /// An item of a list, from 0.
    Item(usize),
}

impl Place {
    /// The field `name` of the form itself.
    pub fn field(name: &'static str) -> Self {
        Self(vec![PlacePart::Field(name)])
    }

    /// The item `index` of the list `name` of the form itself.
    pub fn item(name: &'static str, index: usize) -> Self {
        Self(vec![PlacePart::Field(name), PlacePart::Item(index)])
    }

    /// The field `name` of what is here.
    #[must_use]
    pub fn then(&self, name: &'static str) -> Self {
        let mut parts = self.0.clone();
        parts.push(PlacePart::Field(name));
        Self(parts)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (depth, part) in self.0.iter().enumerate() {
            match part {
                PlacePart::Field(name) if depth == 0 => f.write_str(name)?,
                PlacePart::Field(name) => write!(f, ".{name}")?,
                PlacePart::Item(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}

/// What is wrong. `Display` is a sentence for the user.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProblemKind {
    /// A value that is none.
    #[error(transparent)]
    Field(#[from] FieldErrorKind),
    /// There are no steps.
    #[error("A workflow needs at least one step.")]
    NoSteps,
    /// Another step has this id.
    #[error("Another step has this id.")]
    DuplicateStep,
    /// Another transition from the same step has this action.
    #[error("The step has this action already.")]
    DuplicateAction,
    /// There is no such step.
    #[error("There is no step with this id.")]
    UnknownStep,
    /// No way leads to the step.
    #[error("No way leads from the start to this step.")]
    Unreachable,
    /// No way leads from the step to an end.
    #[error("No way leads from this step to an end.")]
    NoWayToAnEnd,
    /// There is no such work role.
    #[error("There is no such work role.")]
    UnknownRole,
    /// Several work roles have this name.
    #[error("Several work roles go by this name. Give the id of one.")]
    AmbiguousRole,
    /// The instructions of all steps together are too long.
    #[error("The instructions of all steps together may have at most {max} characters.")]
    InstructionsTooLong {
        /// The greatest number of characters.
        max: u32,
    },
    /// A field that a step of this kind does not have.
    #[error("A step of this kind does not have this field.")]
    NotOfThisKind,
    /// Matching keys that the order of matching does not know.
    #[error(
        "Matching looks at category and department; then also at subcategory; then also at \
         priority. Give the keys of one of these, or none."
    )]
    KeysNeverLookedAt,
}

impl ProblemKind {
    /// The kind as a machine reads it: stable, in snake case.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Field(kind) => kind.code(),
            Self::NoSteps => "no_steps",
            Self::DuplicateStep => "duplicate_step",
            Self::DuplicateAction => "duplicate_action",
            Self::UnknownStep => "unknown_step",
            Self::Unreachable => "unreachable_step",
            Self::NoWayToAnEnd => "no_way_to_an_end",
            Self::UnknownRole => "unknown_role",
            Self::AmbiguousRole => "ambiguous_role",
            Self::InstructionsTooLong { .. } => "instructions_too_long",
            Self::NotOfThisKind => "not_of_this_kind",
            Self::KeysNeverLookedAt => "keys_never_looked_at",
        }
    }
}

/// What to look at. `Display` is a sentence for the user.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WarningKind {
    /// Nobody active holds the work role.
    #[error("Nobody holds the work role of step {step}, so its tasks will wait.")]
    RoleWithoutUsers {
        /// The step.
        step: StepId,
        /// Its role.
        role: RoleId,
    },
    /// Neither keys nor default.
    #[error("The workflow has no matching keys and is no default, so no ticket finds it.")]
    NeverFound,
}

impl WarningKind {
    /// The kind as a machine reads it: stable, in snake case.
    pub fn code(&self) -> &'static str {
        match self {
            Self::RoleWithoutUsers { .. } => "role_without_users",
            Self::NeverFound => "never_found",
        }
    }
}
