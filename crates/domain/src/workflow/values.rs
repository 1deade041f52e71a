//! The closed sets of values in a workflow.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::field::FieldErrorKind;
use crate::ticket::choice;

choice! {
    /// Who does the work of a step.
    StepKind {
        /// A person who holds the step's work role.
        Human = "human",
        /// Another system, asked for its decision.
        External = "external",
    } aliases {}
}

choice! {
    /// How the person for a step is found.
    #[derive(Default)]
    Strategy {
        /// In turn.
        #[default]
        RoundRobin = "round_robin",
        /// Whoever has the fewest open tasks.
        LeastLoaded = "least_loaded",
    } aliases {}
}

choice! {
    /// From where the people for a step come.
    #[derive(Default)]
    Pool {
        /// All who hold the role.
        #[default]
        Role = "role",
        /// Those of them who belong to the ticket's department; all, when it has none.
        Department = "department",
    } aliases {}
}

choice! {
    /// Whether new tasks begin with a workflow.
    WorkflowStatus {
        /// They may.
        Active = "active",
        /// They may not; tasks that run go on.
        Retired = "retired",
    } aliases {}
}
