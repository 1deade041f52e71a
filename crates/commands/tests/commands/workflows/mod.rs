//! Workflows and tasks against a real Postgres.

mod claims;
mod definitions;
mod external;
mod hand_over;
mod office;
mod paths;
mod reconcile;
mod roles;
mod start;
mod turns;
