//! Errors of nested input, each at its path.

use crate::field::FieldErrorKind;

/// One bad value of nested input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathError {
    /// Where it stands: `weekly_hours.monday.0.to`; items of lists count from 0.
    pub path: String,
    /// What is wrong.
    pub kind: FieldErrorKind,
}

/// Collects errors while nested input is read.
#[derive(Debug, Default)]
pub struct PathErrors(Vec<PathError>);

impl PathErrors {
    /// The value, or nothing and one more error at `path`.
    pub fn take<T>(
        &mut self,
        path: impl Into<String>,
        parsed: Result<T, FieldErrorKind>,
    ) -> Option<T> {
        match parsed {
            Ok(value) => Some(value),
            Err(kind) => {
                self.add(path, kind);
                None
            }
        }
    }

    /// The parsed text, or nothing and one more error: text is required here.
    pub fn take_required<T>(
        &mut self,
        path: impl Into<String>,
        given: Option<&str>,
        parse: impl FnOnce(&str) -> Result<T, FieldErrorKind>,
    ) -> Option<T> {
        self.take(path, given.ok_or(FieldErrorKind::Missing).and_then(parse))
    }

    /// One more error at `path`.
    pub fn add(&mut self, path: impl Into<String>, kind: FieldErrorKind) {
        self.0.push(PathError { path: path.into(), kind });
    }

    /// Whether nothing was wrong so far.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The value, if it is there and nothing was wrong.
    ///
    /// # Errors
    /// Everything that was wrong; whoever has no value has added why.
    pub fn finish<T>(self, value: Option<T>) -> Result<T, Vec<PathError>> {
        match value {
            Some(value) if self.0.is_empty() => Ok(value),
            Some(_) | None => Err(self.0),
        }
    }
}
