//! Accounts as clients describe them.

use chrono::{DateTime, Utc};
use commands::user::check_password;
use commands::{AwayInput, RegisterUserInput, UserEdit};
use domain::user::{Role, UserStatus, parse_departments, parse_full_name};
use domain::{EmailAddress, FieldErrorKind, RoleId, Timestamp};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::conventions::{Fields, Given, parse_time};

/// A new account.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body in the OpenAPI document; it is read field by field"
)]
pub(crate) struct RegisterUserBody {
    /// E-mail address to sign in with.
    #[schema(format = "email", max_length = 254)]
    email: String,
    /// Full name.
    #[schema(max_length = 200)]
    full_name: Option<String>,
    /// `viewer` when nothing is said, `publisher`, `handler` or `admin`.
    #[schema(nullable = false, example = "handler")]
    role: Option<String>,
    /// Departments.
    departments: Option<Vec<String>>,
    /// Ids of work roles.
    work_roles: Option<Vec<Uuid>>,
    /// Password; without one a good one is made up and shown in the answer.
    #[schema(format = Password, min_length = 8, max_length = 256)]
    password: Option<String>,
    /// May the user sign in?
    #[schema(nullable = false)]
    active: Option<bool>,
}

/// What is to change of an account; what is absent stays.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body in the OpenAPI document; it is read field by field"
)]
pub(crate) struct EditUserBody {
    /// Full name; null empties it.
    #[schema(max_length = 200)]
    full_name: Option<String>,
    /// E-mail address to sign in with.
    #[schema(nullable = false, format = "email", max_length = 254)]
    email: Option<String>,
    /// `admin`, `handler`, `publisher` or `viewer`.
    #[schema(nullable = false, example = "handler")]
    role: Option<String>,
    /// All departments; null for none.
    departments: Option<Vec<String>>,
    /// Ids of all work roles; null for none.
    work_roles: Option<Vec<Uuid>>,
    /// May the user sign in? Also taken as `status`: `active` or `deactivated`.
    #[schema(nullable = false)]
    active: Option<bool>,
    /// When the user is away; null: here again.
    away: Option<AwayFormBody>,
}

/// When a user is away: new tasks go to others then.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body in the OpenAPI document; it is read field by field"
)]
#[schema(example = json!({ "until": "2030-08-17T00:00:00Z", "hand_over": true }))]
pub(super) struct AwayFormBody {
    /// From when on; from now on when left out.
    from: Option<DateTime<Utc>>,
    /// Until when: a moment in the future, after `from`; until further notice when left out.
    until: Option<DateTime<Utc>>,
    /// Do the open tasks go to others, when it begins? Not so, if left out.
    hand_over: Option<bool>,
}

/// Reads a new account. Every bad field is noted; what comes of them is for naught then.
pub(super) fn read_registration(fields: &mut Fields) -> RegisterUserInput {
    let email = fields.text(&["email", "username"]);
    let email = fields.required("email", email);
    let password = fields.text(&["password"]).value();
    if let Some(password) = &password
        && let Err(error) = check_password("password", password, email.as_deref())
    {
        fields.error(error.field, &error.kind);
    }
    let email = email.map(Given::Value).unwrap_or(Given::Absent);
    RegisterUserInput {
        email: checked(fields, "email", email, EmailAddress::parse),
        full_name: full_name(fields),
        role: role(fields),
        departments: departments(fields).unwrap_or_default(),
        work_roles: work_roles(fields).unwrap_or_default(),
        password,
        status: status(fields).unwrap_or_default(),
    }
}

/// Reads the changes of an account.
pub(super) fn read_edit(fields: &mut Fields) -> UserEdit {
    let email = fields.text(&["email", "username"]);
    UserEdit {
        full_name: full_name(fields),
        email: checked(fields, "email", email, EmailAddress::parse),
        role: role(fields),
        departments: departments(fields),
        work_roles: work_roles(fields),
        status: status(fields),
        away: away(fields),
    }
}

/// When somebody is away; null is nobody's absence.
pub(super) fn away(fields: &mut Fields) -> Option<Option<AwayInput>> {
    let read = |inner: &mut Fields| AwayInput {
        from: time(inner, "from"),
        until: time(inner, "until"),
        hand_over: inner.boolean(&["hand_over"]).value().unwrap_or_default(),
    };
    fields.within(&["away"], read).patch()
}

fn time(fields: &mut Fields, name: &'static str) -> Option<Timestamp> {
    let text = fields.text(&[name]).value()?;
    fields.parse(name, parse_time(&text))
}

/// A name; null is the empty one.
pub(super) fn full_name(fields: &mut Fields) -> Option<String> {
    let name = fields.text(&["full_name", "name"]).patch()?.unwrap_or_default();
    checked(fields, "full_name", Given::Value(name), parse_full_name)
}

fn role(fields: &mut Fields) -> Option<String> {
    let role = fields.text(&["role"]);
    checked(fields, "role", role, Role::parse)
}

fn departments(fields: &mut Fields) -> Option<Vec<String>> {
    let names = fields.texts(&["departments"]).patch()?.unwrap_or_default();
    fields.parse("departments", parse_departments(&names)).map(|_| names)
}

fn work_roles(fields: &mut Fields) -> Option<Vec<RoleId>> {
    let ids = fields.texts(&["work_roles"]).patch()?.unwrap_or_default();
    let ids = ids.iter().map(|id| id.parse()).collect();
    fields.parse("work_roles", ids)
}

fn status(fields: &mut Fields) -> Option<UserStatus> {
    let active = fields.boolean(&["active"]);
    let active = fields.not_null("active", active);
    let status = fields.text(&["status"]);
    let status = fields.not_null("status", status);
    let status = status.and_then(|text| fields.parse("status", UserStatus::parse(&text)));
    let spelt =
        active.map(|active| if active { UserStatus::Active } else { UserStatus::Deactivated });
    if let (Some(spelt), Some(status)) = (spelt, status)
        && spelt != status
    {
        let expected = "what `active` says";
        fields.error("status", &FieldErrorKind::Malformed { expected });
    }
    spelt.or(status)
}

/// The text, if it is one that can be parsed; null cannot.
fn checked<T>(
    fields: &mut Fields,
    name: &'static str,
    given: Given<String>,
    parse: impl Fn(&str) -> Result<T, FieldErrorKind>,
) -> Option<String> {
    let text = fields.not_null(name, given)?;
    fields.parse(name, parse(&text)).map(|_| text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conventions::{Ignored, Shape};
    use serde_json::{Value, json};

    fn fields(body: Value) -> Fields {
        let map = serde_json::from_value(body).unwrap();
        Fields::new(map, Shape::V1, Ignored::default())
    }

    fn bad(fields: Fields) -> Vec<String> {
        let errors = fields.finish().map_err(|problem| problem.errors).err().unwrap_or_default();
        errors.into_iter().map(|error| error.field).collect()
    }

    #[test]
    fn every_bad_field_of_a_new_account_is_named() {
        let mut given = fields(json!({
            "email": "no", "role": "king", "password": "short", "departments": [1],
            "work_roles": ["x"], "active": "yes", "shoe": 1,
        }));
        read_registration(&mut given);
        let mut names = bad(given);
        names.sort();
        let all = ["active", "departments", "email", "password", "role", "shoe", "work_roles"];
        assert_eq!(names, all);
        let mut empty = fields(json!({}));
        read_registration(&mut empty);
        assert_eq!(bad(empty), ["email"]);
    }

    #[test]
    fn null_empties_what_can_be_empty() {
        let mut given =
            fields(json!({ "full_name": null, "departments": null, "work_roles": null }));
        let edit = read_edit(&mut given);
        assert!(given.finish().is_ok());
        assert_eq!(edit.full_name.as_deref(), Some(""));
        assert_eq!((edit.departments, edit.work_roles), (Some(vec![]), Some(vec![])));
        assert_eq!((edit.email, edit.role, edit.status), (None, None, None));
    }

    #[test]
    fn null_is_no_address_and_no_role() {
        let mut given = fields(json!({ "email": null, "role": null, "active": null }));
        read_edit(&mut given);
        assert_eq!(bad(given), ["email", "role", "active"]);
    }

    #[test]
    fn an_absence_is_read_and_its_bad_fields_are_named() {
        let mut given = fields(json!({ "away": { "until": "2030-08-17", "hand_over": true } }));
        let until = parse_time("2030-08-17T00:00:00Z").ok();
        let away = AwayInput { from: None, until, hand_over: true };
        assert_eq!(read_edit(&mut given).away, Some(Some(away)));
        assert_eq!(read_edit(&mut fields(json!({ "away": null }))).away, Some(None));
        assert_eq!(read_edit(&mut fields(json!({}))).away, None);
        let mut given =
            fields(json!({ "away": { "from": "soon", "until": 7, "hand_over": 1, "why": "" } }));
        read_edit(&mut given);
        let mut names = bad(given);
        names.sort();
        assert_eq!(names, ["away.from", "away.hand_over", "away.until", "away.why"]);
    }

    #[test]
    fn activity_has_two_spellings_that_may_not_differ() {
        let mut given = fields(json!({ "status": "deactivated", "active": false }));
        assert_eq!(read_edit(&mut given).status, Some(UserStatus::Deactivated));
        assert!(given.finish().is_ok());
        let mut given = fields(json!({ "status": "active", "active": false }));
        read_edit(&mut given);
        assert_eq!(bad(given), ["status"]);
    }
}
