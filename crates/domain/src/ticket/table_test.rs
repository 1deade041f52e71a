//! The states and commands as a table.
