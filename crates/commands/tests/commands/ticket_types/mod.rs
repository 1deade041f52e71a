//! Ticket types, and tickets that are filled in with their forms.

mod definitions;
mod forms;
mod imports;
mod office;
