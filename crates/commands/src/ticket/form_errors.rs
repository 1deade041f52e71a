//! What is wrong with a request about a ticket.

use domain::FieldError;
use domain::ticket_type::FieldProblem;

use crate::CommandError;

/// What is wrong with the fields of a request and with its form data: all of it together.
#[derive(Debug, Default)]
pub(crate) struct FormErrors {
    fields: Vec<FieldError>,
    problems: Vec<FieldProblem>,
}

impl FormErrors {
    pub(super) fn of_field(error: FieldError) -> Self {
        Self { fields: vec![error], problems: Vec::new() }
    }

    pub(super) fn of_data(problems: Vec<FieldProblem>) -> Self {
        Self { fields: Vec::new(), problems }
    }

    /// The problems of the form data alone.
    pub(crate) fn problems(&self) -> &[FieldProblem] {
        &self.problems
    }

    /// Whether nothing was wrong so far.
    pub(crate) fn is_empty(&self) -> bool {
        self.fields.is_empty() && self.problems.is_empty()
    }

    /// Adds what else is wrong.
    pub(crate) fn join(&mut self, more: Self) {
        self.fields.extend(more.fields);
        self.problems.extend(more.problems);
    }

    /// Adds bad fields.
    pub(crate) fn add(&mut self, fields: Vec<FieldError>) {
        self.fields.extend(fields);
    }

    /// Takes what an error says about the input.
    ///
    /// # Errors
    /// Any other error.
    pub(crate) fn take<T>(
        &mut self,
        result: Result<T, CommandError>,
    ) -> Result<Option<T>, CommandError> {
        match result {
            Ok(value) => Ok(Some(value)),
            Err(CommandError::Invalid(fields)) => {
                self.fields.extend(fields);
                Ok(None)
            }
            Err(CommandError::BadForm { fields, problems }) => {
                self.fields.extend(fields);
                self.problems.extend(problems);
                Ok(None)
            }
            Err(other) => Err(other),
        }
    }

    /// Nothing, if nothing is wrong.
    ///
    /// # Errors
    /// [`CommandError::BadForm`] or [`CommandError::Invalid`].
    pub(crate) fn finish(self) -> Result<(), CommandError> {
        let Self { fields, problems } = self;
        match (fields.is_empty(), problems.is_empty()) {
            (true, true) => Ok(()),
            (false, true) => Err(CommandError::Invalid(fields)),
            (_, false) => Err(CommandError::BadForm { fields, problems }),
        }
    }
}

impl From<FormErrors> for CommandError {
    fn from(errors: FormErrors) -> Self {
        errors.finish().err().unwrap_or(Self::Internal("bad fields without any"))
    }
}
