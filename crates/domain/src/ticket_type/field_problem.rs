//! What is wrong with the data of a ticket, field by field.

use crate::field::FieldErrorKind;

/// One problem, for which data is refused. A field has one at most.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldProblem {
    /// Where it is in the data, as a JSON Pointer (RFC 6901): `/photos/2`, or empty for all of it.
    pub pointer: String,
    /// What it is.
    pub kind: FieldProblemKind,
}

/// What is wrong. `Display` is a sentence for the user; it never repeats the value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FieldProblemKind {
    /// What can be wrong with any input.
    #[error(transparent)]
    Field(#[from] FieldErrorKind),
    /// The type has no such field.
    #[error("The ticket type has no such field.")]
    UnknownField,
    /// The field is hidden, given the values of other fields.
    #[error("This field is not asked for here. Leave it out.")]
    Hidden,
    /// A number or a time before the least.
    #[error("This must not be below {min}.")]
    BelowMin {
        /// The least, as text.
        min: String,
    },
    /// A number or a time after the greatest.
    #[error("This must not be above {max}.")]
    AboveMax {
        /// The greatest, as text.
        max: String,
    },
    /// A number between the steps.
    #[error("This must be a multiple of {step}.")]
    NotAMultiple {
        /// The step, as text.
        step: String,
    },
    /// Text that does not match the pattern.
    #[error("This must match the pattern {pattern}")]
    NotMatching {
        /// The pattern.
        pattern: String,
    },
    /// An option that can be chosen no more.
    #[error("This option is no longer offered.")]
    OptionRetired,
    /// Given before in the same list.
    #[error("This is given more than once.")]
    Repeated,
    /// There is no such active user.
    #[error("There is no such active user.")]
    UnknownUser,
    /// There is no such file.
    #[error("There is no such file.")]
    UnknownFile,
    /// A file of a type that is not asked for.
    #[error("The file must be of the type {}.", allowed.join(" or "))]
    MediaTypeNotAllowed {
        /// What is asked for.
        allowed: Vec<String>,
    },
}

impl FieldProblemKind {
    /// The kind as a machine reads it: stable, in snake case.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Field(kind) => kind.code(),
            Self::UnknownField => "unknown_field",
            Self::Hidden => "hidden_field",
            Self::BelowMin { .. } => "below_min",
            Self::AboveMax { .. } => "above_max",
            Self::NotAMultiple { .. } => "not_a_multiple",
            Self::NotMatching { .. } => "pattern_mismatch",
            Self::OptionRetired => "option_retired",
            Self::Repeated => "repeated",
            Self::UnknownUser => "unknown_user",
            Self::UnknownFile => "unknown_file",
            Self::MediaTypeNotAllowed { .. } => "media_type_not_allowed",
        }
    }
}

/// The JSON Pointer to a member of the data.
pub(super) fn pointer(name: &str) -> String {
    format!("/{}", name.replace('~', "~0").replace('/', "~1"))
}
