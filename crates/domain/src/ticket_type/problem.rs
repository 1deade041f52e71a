//! What is wrong with a ticket type as somebody wrote it down, and where.

use crate::field::FieldErrorKind;
use crate::workflow::Place;

/// One problem, for which a ticket type is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypeProblem {
    /// Where it is in the form, such as `fields[2].visible_if`.
    pub place: Place,
    /// What it is.
    pub kind: TypeProblemKind,
}

/// What is wrong. `Display` is a sentence for the user.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TypeProblemKind {
    /// A value that is none.
    #[error(transparent)]
    Field(#[from] FieldErrorKind),
    /// Another field or section has this id.
    #[error("Another one has this id.")]
    DuplicateId,
    /// Another option of the list has this value.
    #[error("Another option has this value.")]
    DuplicateOption,
    /// No option of the list can be chosen.
    #[error("A list needs at least one option that is not retired.")]
    NoOptions,
    /// A setting that a field of this kind does not have.
    #[error("A field of this kind does not have this setting.")]
    NotOfThisKind,
    /// The least is greater than the greatest.
    #[error("The least is greater than the greatest.")]
    EmptyRange,
    /// A field of this kind is always personal.
    #[error("A field of this kind is always personal: nothing can be filtered by it.")]
    AlwaysPersonal,
    /// What can be filtered by is not personal.
    #[error("What tickets can be filtered by cannot be personal.")]
    FilterablePersonal,
    /// There is no such section.
    #[error("There is no section with this id.")]
    UnknownSection,
    /// There is no such field.
    #[error("There is no field with this id.")]
    UnknownField,
    /// The value does not fit the field.
    #[error("The field cannot have this value.")]
    NotAValueOfTheField,
    /// Values of fields of this kind are not compared.
    #[error("A condition cannot compare fields of this kind; it can ask whether one is set.")]
    NotComparable,
    /// Neither or both of a test and a group.
    #[error(
        "A condition is a field with one of `equals`, `in` and `is_set`, or one of `all` and `any`."
    )]
    NotACondition,
    /// Conditions nested too deeply.
    #[error("Conditions may be nested at most {max} levels deep.")]
    ConditionTooDeep {
        /// The greatest depth.
        max: usize,
    },
    /// The condition leads back to its own field.
    #[error("The condition leads back to the field itself.")]
    ConditionCycle,
    /// All of it takes too much room.
    #[error("The form as a whole is too large: it may take at most {max_bytes} bytes of JSON.")]
    FormTooLarge {
        /// The greatest number of bytes.
        max_bytes: usize,
    },
}

impl TypeProblemKind {
    /// The kind as a machine reads it: stable, in snake case.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Field(kind) => kind.code(),
            Self::DuplicateId => "duplicate_id",
            Self::DuplicateOption => "duplicate_option",
            Self::NoOptions => "no_options",
            Self::NotOfThisKind => "not_of_this_kind",
            Self::EmptyRange => "empty_range",
            Self::AlwaysPersonal => "always_personal",
            Self::FilterablePersonal => "filterable_personal",
            Self::UnknownSection => "unknown_section",
            Self::UnknownField => "unknown_field",
            Self::NotAValueOfTheField => "not_a_value_of_the_field",
            Self::NotComparable => "not_comparable",
            Self::NotACondition => "not_a_condition",
            Self::ConditionTooDeep { .. } => "condition_too_deep",
            Self::ConditionCycle => "condition_cycle",
            Self::FormTooLarge { .. } => "form_too_large",
        }
    }
}
