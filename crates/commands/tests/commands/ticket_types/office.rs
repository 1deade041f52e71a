//! Ticket types and tickets for the tests.

use commands::{CommandError, Commands, Committed};
use domain::ticket::{Change, EditTicketInput, OpenTicketInput, Ticket, TicketState};
use domain::ticket_type::TicketTypeForm;
use domain::{Personal, TicketId, TicketTypeId};
use serde_json::{Value, json};

use crate::support::*;

/// A fault at a site: who looks after it, what was broken if it is critical.
pub fn fault(name: &str) -> TicketTypeForm {
    let label = |text: &str| json!({ "en": text });
    let option = |value: &str| json!({ "value": value, "label": { "en": value } });
    let form = json!({
        "name": name,
        "fields": [
            { "id": "site_id", "kind": "text", "label": label("Site"), "required": true,
              "filterable": true, "max_length": 10 },
            { "id": "severity", "kind": "select", "label": label("Severity"), "filterable": true,
              "default": "major", "options": [option("critical"), option("major")] },
            { "id": "level", "kind": "integer", "label": label("Level"), "personal": false,
              "min": 1, "max": 9 },
            { "id": "cause", "kind": "long_text", "label": label("Cause"), "required": true,
              "visible_if": { "field": "severity", "equals": "critical" } },
            { "id": "owner", "kind": "user", "label": label("Owner") },
            { "id": "photos", "kind": "file", "label": label("Photos"), "max_count": 2,
              "media_types": ["image/*"] },
            { "id": "seen_at", "kind": "date_time", "label": label("Seen") },
            { "id": "bands", "kind": "multi_select", "label": label("Bands"),
              "options": [option("n1"), option("n78")] },
        ],
    });
    serde_json::from_value(form).unwrap()
}

/// The same without severity and cause, and with a serial number that has to be given.
pub fn newer_fault(name: &str) -> TicketTypeForm {
    let mut form = fault(name);
    form.fields.retain(|field| field.id != "severity" && field.id != "cause");
    let serial = json!({
        "id": "serial", "kind": "text", "label": { "en": "Serial" }, "required": true,
    });
    form.fields.push(serde_json::from_value(serial).unwrap());
    form
}

pub async fn define(commands: &Commands, form: &TicketTypeForm) -> TicketTypeId {
    TicketTypeId(commands.define_ticket_type(&ctx(commands), form).await.unwrap().id)
}

pub fn typed(name: &str, data: Value) -> OpenTicketInput {
    OpenTicketInput { ticket_type: Some(name.into()), data: Some(data), ..input("fault") }
}

pub async fn open_typed(commands: &Commands, name: &str, data: Value) -> TicketId {
    let opened = commands.open_ticket(&ctx(commands), typed(name, data), vec![]).await.unwrap();
    TicketId(opened.id)
}

pub fn data_edit(data: Value) -> EditTicketInput {
    EditTicketInput { data: Change::Set(data), ..EditTicketInput::default() }
}

pub fn type_edit(name: &str, data: Change<Value>) -> EditTicketInput {
    let ticket_type = Change::Set(name.to_owned());
    EditTicketInput { ticket_type, data, ..EditTicketInput::default() }
}

pub async fn edit(
    commands: &Commands,
    ticket: TicketId,
    input: EditTicketInput,
) -> Result<Committed<TicketState>, CommandError> {
    commands.edit_ticket(&ctx(commands), ticket, input, Change::Keep).await
}

pub async fn current(commands: &Commands, ticket: TicketId) -> Ticket {
    commands.ticket_state(ticket).await.unwrap().unwrap().state.ticket().unwrap().clone()
}

pub fn data(ticket: &Ticket) -> Value {
    match &ticket.data {
        Some(Personal::Known(data)) => Value::Object(data.clone()),
        Some(Personal::Erased) => json!("erased"),
        None => Value::Null,
    }
}

/// The pointers and codes of what is wrong with form data.
pub fn problems<T: std::fmt::Debug>(
    result: Result<T, CommandError>,
) -> Vec<(String, &'static str)> {
    match result {
        Err(CommandError::BadForm { problems, .. }) => {
            problems.into_iter().map(|p| (p.pointer, p.kind.code())).collect()
        }
        other => panic!("{other:?}"),
    }
}

pub fn at(pointer: &str, code: &'static str) -> (String, &'static str) {
    (pointer.to_owned(), code)
}
