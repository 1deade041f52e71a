//! Query parameters, taken out one by one like the fields of a body.

use std::str::FromStr;

use axum::extract::FromRequestParts;
use axum::http::request;
use percent_encoding::percent_decode_str;

use domain::{FieldErrorKind, Timestamp};

use super::{FieldProblem, Ignored, Place, Problem, Shape};

/// The parameters of a request. What is left at the end is unknown.
pub(crate) struct Params {
    pairs: Vec<(String, String)>,
    shape: Shape,
    ignored: Ignored,
    pub(crate) errors: Vec<FieldProblem>,
}

impl<S: Send + Sync> FromRequestParts<S> for Params {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut request::Parts, _: &S) -> Result<Self, Problem> {
        let pairs = parse(parts.uri.query().unwrap_or(""))?;
        let shape = parts.extensions.get().copied().unwrap_or(Shape::V1);
        let ignored = parts.extensions.get().cloned().unwrap_or_default();
        Ok(Self { pairs, shape, ignored, errors: Vec::new() })
    }
}

fn parse(query: &str) -> Result<Vec<(String, String)>, Problem> {
    let decode = |text: &str| {
        let spaced = text.replace('+', " ");
        percent_decode_str(&spaced).decode_utf8().map(std::borrow::Cow::into_owned)
    };
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            match (decode(name), decode(value)) {
                (Ok(name), Ok(value)) if !value.contains('\0') => Ok((name, value)),
                _ => Err(Problem::malformed("A query parameter is not valid UTF-8 text.")),
            }
        })
        .collect()
}

impl Params {
    /// The parameters of a query, as it stands in an address.
    #[cfg(test)]
    pub(crate) fn of(query: &str, shape: Shape) -> Result<Self, Problem> {
        Ok(Self { pairs: parse(query)?, shape, ignored: Ignored::default(), errors: Vec::new() })
    }

    /// The names that begin so, in the order in which they were given; not taken out.
    pub(crate) fn names(&self, prefix: &str) -> impl Iterator<Item = &str> {
        let names = self.pairs.iter().map(|(name, _)| name.as_str());
        names.filter(move |name| name.starts_with(prefix))
    }

    /// All values of a parameter; not taken out.
    pub(crate) fn values(&self, names: &[&str]) -> impl Iterator<Item = &str> {
        let wanted = self.pairs.iter().filter(move |(name, _)| names.contains(&name.as_str()));
        wanted.map(|(_, value)| value.as_str())
    }

    pub(crate) fn shape(&self) -> Shape {
        self.shape
    }

    /// All values of a parameter; empty ones are no filter.
    pub(crate) fn all(&mut self, names: &[&str]) -> Vec<String> {
        let mut values = Vec::new();
        self.pairs.retain_mut(|(name, value)| {
            let wanted = names.contains(&name.as_str());
            if wanted && !value.is_empty() {
                values.push(std::mem::take(value));
            }
            !wanted
        });
        values
    }

    /// The value of a parameter that can be given once.
    pub(crate) fn one(&mut self, names: &[&'static str]) -> Option<String> {
        let mut values = self.all(names);
        if values.len() > 1 {
            let name = names.first().copied().unwrap_or_default();
            self.error(name, &FieldErrorKind::Malformed { expected: "given once" });
        }
        values.pop()
    }

    /// Parses every value of a parameter.
    pub(crate) fn parse_all<T>(
        &mut self,
        names: &[&'static str],
        parse: impl Fn(&str) -> Result<T, FieldErrorKind>,
    ) -> Vec<T> {
        let name = names.first().copied().unwrap_or_default();
        let values = self.all(names);
        values
            .iter()
            .filter_map(|value| parse(value).map_err(|kind| self.error(name, &kind)).ok())
            .collect()
    }

    /// Parses the value of a parameter that can be given once.
    pub(crate) fn parse_one<T>(
        &mut self,
        names: &[&'static str],
        parse: impl Fn(&str) -> Result<T, FieldErrorKind>,
    ) -> Option<T> {
        let name = names.first().copied().unwrap_or_default();
        let value = self.one(names)?;
        parse(&value).map_err(|kind| self.error(name, &kind)).ok()
    }

    /// What was read of a parameter; an error counts as one of it.
    pub(crate) fn parsed<T>(&mut self, name: &str, read: Result<T, FieldErrorKind>) -> Option<T> {
        read.map_err(|kind| self.error(name, &kind)).ok()
    }

    /// A whole number within a range.
    pub(crate) fn number<T>(&mut self, names: &[&'static str], min: T, max: T) -> Option<T>
    where
        T: FromStr + PartialOrd + Copy + TryInto<i64>,
    {
        let bound = |n: T| n.try_into().unwrap_or(i64::MAX);
        self.parse_one(names, |text| {
            text.parse()
                .ok()
                .filter(|n| (min..=max).contains(n))
                .ok_or(FieldErrorKind::OutOfRange { min: bound(min), max: bound(max) })
        })
    }

    /// `true` or `false` (also `1` and `0`).
    pub(crate) fn flag(&mut self, names: &[&'static str]) -> Option<bool> {
        self.parse_one(names, |text| match text {
            "true" | "1" | "True" => Ok(true),
            "false" | "0" | "False" => Ok(false),
            _ => Err(FieldErrorKind::Malformed { expected: "true or false" }),
        })
    }

    /// A time: RFC 3339, or a date (its beginning in UTC).
    pub(crate) fn time(&mut self, names: &[&'static str]) -> Option<Timestamp> {
        self.parse_one(names, parse_time)
    }

    pub(crate) fn error(&mut self, name: &str, kind: &FieldErrorKind) {
        self.errors.push(FieldProblem::new(Place::Query, name, kind));
    }

    /// Counts what is left as unknown; a problem when anything was wrong.
    pub(crate) fn finish(mut self) -> Result<(), Problem> {
        for (name, _) in std::mem::take(&mut self.pairs) {
            match self.shape {
                Shape::Legacy => self.ignored.note(&name),
                Shape::V1 => self.errors.push(FieldProblem {
                    place: Place::Query,
                    field: name,
                    msg: "There is no such parameter.".to_owned(),
                    kind: "extra_forbidden",
                }),
            }
        }
        if self.errors.is_empty() { Ok(()) } else { Err(Problem::invalid(self.errors)) }
    }
}

/// Reads RFC 3339 or `YYYY-MM-DD`; years 1 to 9999.
pub(crate) fn parse_time(text: &str) -> Result<Timestamp, FieldErrorKind> {
    use chrono::{Datelike, NaiveDate, SubsecRound};
    let expected = "a time like 2026-01-31T08:00:00Z or a date like 2026-01-31";
    let time = chrono::DateTime::parse_from_rfc3339(&text.replace(' ', "+"))
        .or_else(|_| chrono::DateTime::parse_from_rfc3339(text))
        .map(|time| time.to_utc())
        .ok()
        .or_else(|| {
            let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
            Some(date.and_hms_opt(0, 0, 0)?.and_utc())
        });
    time.filter(|time| (1..=9999).contains(&time.year()))
        .map(|time| time.trunc_subsecs(6))
        .ok_or(FieldErrorKind::Malformed { expected })
}
