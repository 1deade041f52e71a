//! Form data as a file has it: texts become values of the kinds that the form asks for.

use std::collections::{BTreeSet, HashMap};

use chrono::SecondsFormat;
use domain::ticket::TicketForm;
use domain::ticket_type::{Definition, Field, References, Rules, TicketTypeStatus, references};
use domain::vocabulary::TypeName;
use domain::{FieldError, FieldErrorKind, UserId};
use serde_json::{Map, Number, Value};

use super::moment::parse_moment;
use crate::CommandError;
use crate::core::Commands;
use crate::ticket::form::Form;

/// What the name of a column of form data begins with.
pub(crate) const PREFIX: &str = "data.";

/// The ticket types as they were when the import began.
#[derive(Debug, Default)]
pub(crate) struct Types {
    /// By name in lower case, and by id; retired ones have no form.
    known: HashMap<String, Option<Form>>,
}

impl Commands {
    /// The ticket types as they are now.
    pub(crate) async fn types_of_import(&self) -> Result<Types, CommandError> {
        let mut known = HashMap::new();
        for (id, loaded) in self.all_ticket_types().await? {
            let Some(ticket_type) = loaded.state.ticket_type() else { continue };
            let form = match ticket_type.status {
                TicketTypeStatus::Active => {
                    let form = TicketForm { type_id: id, version: ticket_type.version };
                    let definition = self.ticket_type_definition(id, form.version).await?;
                    Some(Form { name: ticket_type.name.clone(), form, definition })
                }
                TicketTypeStatus::Retired => None,
            };
            known.insert(id.to_string(), form.clone());
            known.insert(ticket_type.name.as_str().to_lowercase(), form);
        }
        Ok(Types { known })
    }
}

impl Types {
    /// The form that goes by a name or an id; none, if that is a name and no more.
    ///
    /// # Errors
    /// The type is retired; or there is none, where that is refused.
    pub(crate) fn form(
        &self,
        name: &TypeName,
        unknown: UnknownTypes,
    ) -> Result<Option<&Form>, FieldError> {
        let not_one = || {
            let forms = self.known.values().flatten();
            let names: BTreeSet<String> = forms.map(|form| form.name.to_string()).collect();
            let kind = FieldErrorKind::NotOneOf { allowed: names.into_iter().collect() };
            FieldError::new("ticket_type", kind)
        };
        match (self.known.get(&name.as_str().to_lowercase()), unknown) {
            (Some(Some(form)), _) => Ok(Some(form)),
            (None, UnknownTypes::Free) => Ok(None),
            (Some(None), _) | (None, UnknownTypes::Refused) => Err(not_one()),
        }
    }
}

/// What becomes of a type that nobody defined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum UnknownTypes {
    /// It is a name and no more.
    Free,
    /// Its row is bad.
    Refused,
}

impl UnknownTypes {
    pub(crate) fn under(settings: &domain::Settings) -> Self {
        if settings.strict_ticket_types { Self::Refused } else { Self::Free }
    }
}

/// Who is named by data, and in which field: to be looked up on the side that may.
pub(crate) fn named_users(definition: &Definition, data: &Map<String, Value>) -> Vec<NamedUser> {
    let mut named = Vec::new();
    for field in &definition.fields {
        if matches!(field.rules, Rules::User)
            && let Some(value) = data.get(field.id.as_str())
            && let Some(id) = value.as_str().and_then(|text| text.trim().parse().ok())
        {
            named.push(NamedUser { column: format!("{PREFIX}{}", field.id), id });
        }
    }
    named
}

/// A user in a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NamedUser {
    /// The column.
    pub(crate) column: String,
    /// The user.
    pub(crate) id: UserId,
}

/// What data refers to as far as it counts as known on the side that reads: users are looked up
/// later, and a new ticket has no files.
pub(crate) fn taken_as_known(definition: &Definition, data: &Map<String, Value>) -> References {
    References { files: BTreeSet::new(), ..references(definition, data) }
}

/// The value that a text stands for. One that stands for none is the text itself, and judged as that.
pub(crate) fn from_text(field: &Field, text: &str) -> Value {
    let trimmed = text.trim();
    let as_it_is = || Value::String(text.to_owned());
    match &field.rules {
        Rules::Integer(_) => match trimmed.parse::<i64>() {
            Ok(whole) => whole.into(),
            Err(_) => decimal(trimmed).unwrap_or_else(as_it_is),
        },
        Rules::Decimal(_) => decimal(trimmed).unwrap_or_else(as_it_is),
        Rules::Boolean => match trimmed.to_lowercase().as_str() {
            "true" | "yes" | "y" | "1" | "是" => true.into(),
            "false" | "no" | "n" | "0" | "否" => false.into(),
            _ => as_it_is(),
        },
        Rules::DateTime(_) => match parse_moment(trimmed) {
            Some(moment) => moment.to_rfc3339_opts(SecondsFormat::AutoSi, true).into(),
            None => as_it_is(),
        },
        Rules::MultiSelect { options, .. } => {
            if options.iter().any(|option| option.value.as_str() == trimmed) {
                return vec![trimmed].into();
            }
            items(trimmed)
        }
        Rules::File { .. } => items(trimmed),
        Rules::Text { .. }
        | Rules::LongText { .. }
        | Rules::Date(_)
        | Rules::Select { .. }
        | Rules::User
        | Rules::Url
        | Rules::Email
        | Rules::Phone => as_it_is(),
    }
}

fn decimal(text: &str) -> Option<Value> {
    text.parse::<f64>().ok().and_then(Number::from_f64).map(Value::Number)
}

/// A list in JSON, or items with `,`, `;` or `|` between them.
fn items(text: &str) -> Value {
    if let Ok(list @ Value::Array(_)) = serde_json::from_str(text) {
        return list;
    }
    super::fields::split(text).collect::<Vec<_>>().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::ticket_type::TicketTypeForm;
    use serde_json::json;

    fn field(kind: &str) -> Field {
        let mut field = json!({ "id": "x", "kind": kind, "label": { "en": "X" } });
        if kind.ends_with("select") {
            field["options"] = json!([
                { "value": "a, b", "label": { "en": "A and B" } },
                { "value": "c", "label": { "en": "C" } },
            ]);
        }
        let form = json!({ "name": "sample", "fields": [field] });
        let form: TicketTypeForm = serde_json::from_value(form).unwrap();
        form.parse().unwrap().definition.fields[0].clone()
    }

    #[test]
    fn texts_become_what_the_field_asks_for() {
        let table = [
            ("integer", " 7 ", json!(7)),
            ("integer", "7.5", json!(7.5)),
            ("decimal", "-101.5", json!(-101.5)),
            ("boolean", "Yes", json!(true)),
            ("boolean", "否", json!(false)),
            ("date_time", "2026-03-01 08:30", json!("2026-03-01T08:30:00Z")),
            ("multi_select", "c", json!(["c"])),
            ("multi_select", "a, b", json!(["a, b"])),
            ("multi_select", "c;d", json!(["c", "d"])),
            ("multi_select", "[\"a, b\", \"c\"]", json!(["a, b", "c"])),
            ("text", "007", json!("007")),
            ("phone", "110", json!("110")),
            ("date", "2026-03-01", json!("2026-03-01")),
            ("select", "c", json!("c")),
        ];
        for (kind, text, value) in table {
            assert_eq!(from_text(&field(kind), text), value, "{kind} {text:?}");
        }
    }

    #[test]
    fn what_stands_for_no_value_stays_a_text() {
        for (kind, text) in [
            ("integer", "seven"),
            ("integer", "NaN"),
            ("decimal", "inf"),
            ("decimal", "1,5"),
            ("boolean", "perhaps"),
            ("date_time", "yesterday"),
        ] {
            assert_eq!(from_text(&field(kind), text), json!(text), "{kind} {text:?}");
        }
    }
}
