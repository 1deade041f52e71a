//! What is wrong with a field of the input.

use std::fmt;

/// One bad field: its name on the outside, and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// The field as clients call it; a dot leads into an object (`customer.email`).
    pub field: &'static str,
    /// What is wrong.
    pub kind: FieldErrorKind,
}

impl FieldError {
    /// The error `kind` at `field`.
    pub fn new(field: &'static str, kind: FieldErrorKind) -> Self {
        Self { field, kind }
    }

    /// A sentence for the user, without the field's name and without the rejected value.
    pub fn message(&self) -> String {
        self.kind.to_string()
    }
}

/// What is wrong with a value. `Display` is a sentence for the user; it never repeats the value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldErrorKind {
    /// The field is required.
    Missing,
    /// Fewer than `min` characters.
    TooShort {
        /// The least number of Unicode characters.
        min: u32,
    },
    /// More than `max` characters.
    TooLong {
        /// The greatest number of Unicode characters.
        max: u32,
    },
    /// A control character that text may not hold.
    ControlCharacter,
    /// No e-mail address.
    NotAnEmail,
    /// A value outside the list.
    NotOneOf {
        /// What may be given.
        allowed: Vec<String>,
    },
    /// A list with too many items.
    TooMany {
        /// The greatest number of items.
        max: usize,
    },
    /// JSON that takes too many bytes.
    TooLarge {
        /// The greatest number of bytes.
        max_bytes: usize,
    },
    /// JSON nested too deeply.
    TooDeep {
        /// The greatest number of levels.
        max: usize,
    },
    /// A value of another JSON type.
    WrongType {
        /// What was expected, with its article: `a string`, `an object`.
        expected: &'static str,
    },
    /// A number outside its range.
    OutOfRange {
        /// The least allowed number.
        min: i64,
        /// The greatest allowed number.
        max: i64,
    },
    /// A value of the right type but not of the right form.
    Malformed {
        /// What was expected, with its article: `a UUID`.
        expected: &'static str,
    },
}

impl FieldErrorKind {
    /// The kind as a machine reads it; the names are those that validation errors of common Python
    /// services carry, as Docket's older clients know them.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::TooShort { .. } => "string_too_short",
            Self::TooLong { .. } => "string_too_long",
            Self::ControlCharacter => "string_control_character",
            Self::NotAnEmail => "email",
            Self::NotOneOf { .. } => "enum",
            Self::TooMany { .. } => "too_long",
            Self::TooLarge { .. } => "too_large",
            Self::TooDeep { .. } => "too_deep",
            Self::WrongType { .. } => "type_error",
            Self::OutOfRange { .. } => "out_of_range",
            Self::Malformed { .. } => "value_error",
        }
    }
}

impl fmt::Display for FieldErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("This field is required."),
            Self::TooShort { min: 1 } => f.write_str("This must not be empty."),
            Self::TooShort { min } => write!(f, "This must have at least {min} characters."),
            Self::TooLong { max } => write!(f, "This must have at most {max} characters."),
            Self::ControlCharacter => f.write_str("This must not contain control characters."),
            Self::NotAnEmail => f.write_str("This must be an e-mail address."),
            Self::NotOneOf { allowed } => write!(f, "This must be one of: {}.", allowed.join(", ")),
            Self::TooMany { max } => write!(f, "This must have at most {max} items."),
            Self::TooLarge { max_bytes } => write!(f, "This must take at most {max_bytes} bytes."),
            Self::TooDeep { max } => write!(f, "This must be nested at most {max} levels deep."),
            Self::WrongType { expected } | Self::Malformed { expected } => {
                write!(f, "This must be {expected}.")
            }
            Self::OutOfRange { min, max } => write!(f, "This must be from {min} to {max}."),
        }
    }
}

impl std::error::Error for FieldErrorKind {}

/// Collects errors while fields are parsed one by one.
#[derive(Debug, Default)]
pub struct FieldErrors(Vec<FieldError>);

impl FieldErrors {
    /// No errors yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The parsed value, or nothing and one more error at `field`.
    pub fn take<T>(&mut self, field: &'static str, parsed: Result<T, FieldErrorKind>) -> Option<T> {
        match parsed {
            Ok(value) => Some(value),
            Err(kind) => {
                self.0.push(FieldError::new(field, kind));
                None
            }
        }
    }

    /// Like [`FieldErrors::take`], for a field that may be left out.
    pub fn take_given<T>(
        &mut self,
        field: &'static str,
        given: Option<&str>,
        parse: impl FnOnce(&str) -> Result<T, FieldErrorKind>,
    ) -> Option<T> {
        given.and_then(|text| self.take(field, parse(text)))
    }

    /// The errors so far.
    pub fn into_vec(self) -> Vec<FieldError> {
        self.0
    }

    /// Whether nothing was wrong so far.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
