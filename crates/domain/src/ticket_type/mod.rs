//! The ticket type: which form a ticket of a kind is filled in with.
//!
//! - [`TicketTypeForm`] is a ticket type as people write it down, in JSON.
//!   [`TicketTypeForm::parse`] says everything that is wrong with it, or makes a
//!   [`TicketTypeDraft`]; [`TicketTypeForm::of`] goes back.
//! - [`Definition`] is the part that has versions: the fields and when they are visible. A ticket
//!   stays with the version it was filled in with, which [`form_of_version`] finds: a new version
//!   changes nothing about data that is there. Name, title and description make no version.
//! - [`validate()`] judges the data of a ticket, in one spelling ([`normalise()`]); [`compile()`] says
//!   the same as JSON Schema. [`with_defaults`] begins data, [`validate_change()`]
//!   changes it, [`changed_fields`] says what changed.
//! - [`SplitData`] parts what an event holds in clear from what it seals.
//! - [`TicketTypeEvent`], [`TicketTypeState`], [`evolve`] and one file per capability: the aggregate.
//!
//! Names of types and units, labels, options, patterns, defaults and what conditions compare with
//! are vocabulary, ids of fields are ids; help and descriptions are personal. So is the value of a
//! field, unless the type declares that it is not.

mod compile;
mod condition;
mod decimal;
mod definition;
mod edit_data;
pub mod events;
mod export;
mod field_problem;
mod fixed;
mod form;
mod formats;
mod key;
mod normalise;
mod parse;
mod parse_condition;
mod parse_rules;
mod pattern;
mod problem;
mod references;
mod refusal;
mod split_data;
mod state;
mod validate;
mod validate_change;
mod value_check;
mod values;

mod define_ticket_type;
mod describe_ticket_type;
mod edit_ticket_type;
mod rename_ticket_type;
mod retire_ticket_type;
mod revise_ticket_type;

#[cfg(test)]
mod form_test;
#[cfg(test)]
mod matrix_test;
#[cfg(test)]
pub(crate) mod samples;
#[cfg(test)]
mod schema_equal_test;

pub use compile::compile;
pub use condition::{Condition, MAX_CONDITION_DEPTH, visible_fields};
pub use define_ticket_type::define_ticket_type;
pub use definition::{Choice, Definition, Field, Labels, NumberRules, Rules, Section, Span, Texts};
pub use describe_ticket_type::describe_ticket_type;
pub use edit_data::{changed_fields, merge, with_defaults};
pub use edit_ticket_type::edit_ticket_type;
pub use events::TicketTypeEvent;
pub use field_problem::{FieldProblem, FieldProblemKind};
pub use fixed::{Day, FixedValue};
pub use form::{ConditionForm, FieldForm, LocalForm, OptionForm, SectionForm, TicketTypeForm};
pub use key::{FieldId, SectionId};
pub use normalise::{MAX_INTEGER, normalise};
pub use parse::{
    MAX_DEFINITION_BYTES, MAX_DESCRIPTION, MAX_FIELDS, MAX_HELP, MAX_SECTIONS, TicketTypeDraft,
};
pub use parse_condition::MAX_CONDITION_PARTS;
pub use parse_rules::{DEFAULT_FILES, MAX_DECIMAL, MAX_FILES, MAX_MEDIA_TYPES, MAX_OPTIONS};
pub use pattern::Pattern;
pub use problem::{TypeProblem, TypeProblemKind};
pub use references::{References, references};
pub use refusal::TicketTypeRefusal;
pub use rename_ticket_type::rename_ticket_type;
pub use retire_ticket_type::{reinstate_ticket_type, retire_ticket_type};
pub use revise_ticket_type::revise_ticket_type;
pub use split_data::{DeclaredData, SplitData};
pub use state::{TicketType, TicketTypeState, evolve, form_of_version};
pub use validate::{FormFacts, MAX_UNKNOWN_NAMED, validate};
pub use validate_change::validate_change;
pub use values::{FieldKind, Language, Privacy, TicketTypeStatus};
