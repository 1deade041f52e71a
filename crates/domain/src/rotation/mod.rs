//! Whose turn it is: fair assignment over the people of a work role.
//!
//! - [`Candidates::of`] says who of a role's holders can be given work now, or why nobody can.
//! - [`Rotation`] is an aggregate, one stream for each work role and, where steps stay within the
//!   ticket's department, for each department of it. [`advance_rotation`] says whose turn is next.
//!   Its event goes into the same append as the task's, on the rotation's version: so of two
//!   writers at once one looks again, and the turns survive restarts.
//! - [`least_loaded()`] chooses by open tasks instead, and needs no memory.

mod candidates;
mod least_loaded;
mod turns;

#[cfg(test)]
mod turns_test;

pub use candidates::{Candidates, NoCandidate, Presence, RoleHolder};
pub use least_loaded::{Load, least_loaded};
pub use turns::{
    Rotation, RotationAdvanced, RotationEvent, RotationItem, RotationScope, advance_rotation,
    evolve,
};
