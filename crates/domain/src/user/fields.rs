//! Parsers of a user's fields. E-mail addresses and roles parse themselves.

use super::values::Scope;
use crate::field::FieldErrorKind;
use crate::text::Text;
use crate::vocabulary::Department;

const MAX_NAME: u32 = 200;
const MAX_TOKEN_NAME: u32 = 100;
const MAX_DEPARTMENTS: usize = 50;

/// Reads a full name: one line of at most 200 characters, trimmed, perhaps empty.
///
/// # Errors
/// Too long, or a control character.
pub fn parse_full_name(text: &str) -> Result<Text, FieldErrorKind> {
    Text::line(text, 0, MAX_NAME)
}

/// Reads what a user calls an API token: one line of 1–100 characters, trimmed.
///
/// # Errors
/// Too short, too long, or a control character.
pub fn parse_token_name(text: &str) -> Result<Text, FieldErrorKind> {
    Text::line(text, 1, MAX_TOKEN_NAME)
}

/// Reads departments: each once, in the order given, at most 50.
///
/// # Errors
/// A bad department, or too many.
pub fn parse_departments<S: AsRef<str>>(texts: &[S]) -> Result<Vec<Department>, FieldErrorKind> {
    let mut departments = Vec::new();
    for text in texts {
        let department = Department::parse(text.as_ref())?;
        if departments.contains(&department) {
            continue;
        }
        if departments.len() == MAX_DEPARTMENTS {
            return Err(FieldErrorKind::TooMany { max: MAX_DEPARTMENTS });
        }
        departments.push(department);
    }
    Ok(departments)
}

/// Reads scopes: each once, in the order given, at least one.
///
/// # Errors
/// No scope, or an unknown one.
pub fn parse_scopes<S: AsRef<str>>(texts: &[S]) -> Result<Vec<Scope>, FieldErrorKind> {
    let mut scopes = Vec::new();
    for text in texts {
        let scope = Scope::parse(text.as_ref())?;
        if !scopes.contains(&scope) {
            scopes.push(scope);
        }
    }
    if scopes.is_empty() {
        return Err(FieldErrorKind::Missing);
    }
    Ok(scopes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_hold_each_value_once_in_order() {
        let departments = parse_departments(&["Billing", " Field ", "Billing"]).unwrap();
        assert_eq!(
            departments.iter().map(Department::as_str).collect::<Vec<_>>(),
            ["Billing", "Field"]
        );
        assert_eq!(parse_scopes(&["write", "read", "write"]), Ok(vec![Scope::Write, Scope::Read]));
    }

    #[test]
    fn a_token_needs_a_scope_that_exists() {
        assert_eq!(parse_scopes::<&str>(&[]), Err(FieldErrorKind::Missing));
        assert!(matches!(parse_scopes(&["root"]), Err(FieldErrorKind::NotOneOf { .. })));
    }

    #[test]
    fn a_name_may_be_empty_and_no_department_list_is_endless() {
        assert_eq!(parse_full_name("").unwrap().as_str(), "");
        let many: Vec<_> = (0..51).map(|n| n.to_string()).collect();
        assert_eq!(parse_departments(&many), Err(FieldErrorKind::TooMany { max: 50 }));
    }
}
