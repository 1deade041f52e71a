//! What became of an import.

use axum::Json;
use axum::http::HeaderName;
use axum::response::{AppendHeaders, IntoResponse, Response};
use commands::import::{ImportError, ImportReport};
use serde::Serialize;
use utoipa::ToSchema;

use super::upload::Outcome;
use crate::conventions::{FieldProblem, Ignored, Place, Problem, docket_position, replayed};

/// What became of the rows of a file.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ImportReportBody {
    /// How many rows the file has.
    total: u64,
    /// How many became tickets.
    imported: u64,
    /// How many could not be used.
    failed: u64,
    /// What was wrong with those: the first 1,000.
    errors: Vec<RowErrorBody>,
    /// How many errors there were in all.
    error_count: u64,
}

/// What is wrong with a row.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RowErrorBody {
    /// The row, from 1, without a header.
    row: u64,
    /// The column; null when it is not one column's fault.
    field: Option<String>,
    /// What is wrong.
    msg: String,
}

impl From<ImportReport> for ImportReportBody {
    fn from(report: ImportReport) -> Self {
        let errors = report.errors.into_iter();
        Self {
            total: report.total,
            imported: report.imported,
            failed: report.failed,
            errors: errors
                .map(|error| RowErrorBody { row: error.row, field: error.field, msg: error.msg })
                .collect(),
            error_count: report.error_count,
        }
    }
}

/// How far an import has come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct ImportCounts {
    total: u64,
    imported: u64,
    failed: u64,
}

impl ImportCounts {
    pub(super) fn of(report: &ImportReport) -> Self {
        Self { total: report.total, imported: report.imported, failed: report.failed }
    }

    fn on(self, problem: Problem) -> Problem {
        problem
            .with("total", self.total)
            .with("imported", self.imported)
            .with("failed", self.failed)
    }
}

/// The answer to an import that ran to its end, or to the end of what was sent of the file.
pub(super) fn import_answer(
    outcome: Outcome,
    report: ImportReport,
    limit: usize,
    ignored: &Ignored,
) -> Result<Response, Problem> {
    for column in &report.ignored_columns {
        ignored.note(column);
    }
    let counts = ImportCounts::of(&report);
    match outcome {
        Outcome::Whole => {
            let mut headers: Vec<(HeaderName, _)> = vec![docket_position(report.last_position)];
            if report.replayed > 0 && report.replayed == report.imported {
                headers.push(replayed());
            }
            Ok((AppendHeaders(headers), Json(ImportReportBody::from(report))).into_response())
        }
        Outcome::TooLarge => Err(counts.on(Problem::too_large(limit))),
        Outcome::Broken(problem) => Err(counts.on(problem)),
    }
}

/// The answer to an import that did not run, or not to its end. It says how many tickets there are all the same.
pub(super) fn import_problem(
    outcome: Outcome,
    error: &ImportError,
    counts: ImportCounts,
    limit: usize,
) -> Problem {
    let problem = match (error, outcome) {
        (ImportError::File(_), Outcome::TooLarge) => Problem::too_large(limit),
        (ImportError::File(_), Outcome::Broken(problem)) => problem,
        (ImportError::File(error), Outcome::Whole) => {
            let detail = format!("The file cannot be read: {error}.");
            Problem::malformed(detail).with("row", error.row())
        }
        (ImportError::UnknownColumns { names }, _) => {
            Problem::invalid(names.iter().map(|name| unknown_column(name)).collect())
        }
        (ImportError::Command(error), _) => Problem::of_command(error),
    };
    counts.on(problem)
}

fn unknown_column(name: &str) -> FieldProblem {
    FieldProblem {
        place: Place::Body,
        field: name.to_owned(),
        msg: "There is no such column.".to_owned(),
        kind: "extra_forbidden",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use commands::CommandError;
    use commands::import::FileError;

    const LIMIT: usize = 9;

    #[test]
    fn whatever_goes_wrong_the_counts_are_told() {
        let counts = ImportCounts { total: 7, imported: 5, failed: 2 };
        let file = || ImportError::File(FileError::EntitiesRefused { line: 3 });
        let broken = Outcome::Broken(Problem::malformed("cut"));
        let columns = ImportError::UnknownColumns { names: vec!["shoe".into()] };
        let store = ImportError::Command(CommandError::Unavailable);
        for (status, outcome, error) in [
            (400, Outcome::Whole, file()),
            (413, Outcome::TooLarge, file()),
            (400, broken, file()),
            (422, Outcome::Whole, columns),
            (503, Outcome::Whole, store),
        ] {
            let problem = import_problem(outcome, &error, counts, LIMIT);
            assert_eq!(problem.status, status, "{error}");
            assert_eq!(problem.extra["imported"], 5, "{error}");
        }
    }

    #[test]
    fn a_file_over_the_limit_is_413_though_rows_were_imported() {
        let report = ImportReport { total: 3, imported: 2, failed: 1, ..ImportReport::default() };
        let ignored = Ignored::default();
        let problem = import_answer(Outcome::TooLarge, report, LIMIT, &ignored).unwrap_err();
        assert_eq!((problem.status.as_u16(), &problem.extra["imported"]), (413, &2.into()));
    }
}
