//! Sample ticket types, data and events for tests.

use serde_json::{Map, Value, json};

use super::events::{
    TicketTypeDefined, TicketTypeDescribed, TicketTypeEvent, TicketTypeReinstated,
    TicketTypeRenamed, TicketTypeRetired, TicketTypeRevised,
};
use super::*;
pub(crate) use crate::ticket::samples::at;
use crate::vocabulary::TypeName;

/// A fault at a 5G site: a text with a pattern, lists, a number, conditions of two levels.
pub(crate) fn form_json() -> Value {
    let label = |en: &str, zh: &str| json!({ "en": en, "zh": zh });
    let option = |value: &str, en: &str| json!({ "value": value, "label": { "en": en } });
    json!({
        "name": "5g_site_fault",
        "title": label("5G site fault", "5G站点故障"),
        "description": { "en": "What a field engineer reports.\nWith pictures." },
        "sections": [
            { "id": "site", "label": label("Site", "站点") },
            { "id": "fault", "label": label("Fault", "故障") },
        ],
        "fields": [
            { "id": "site_id", "kind": "text", "label": label("Site", "站点编号"),
              "required": true, "filterable": true, "section": "site", "max_length": 20,
              "pattern": "[A-Z]{2}-\\d{4}", "help": { "en": "As on the cabinet door." } },
            { "id": "bands", "kind": "multi_select", "label": label("Bands", "频段"),
              "filterable": true, "section": "site", "max_count": 2,
              "options": [option("n1", "n1"), option("n28", "n28"), option("n78", "n78")] },
            { "id": "severity", "kind": "select", "label": label("Severity", "严重程度"),
              "required": true, "filterable": true, "section": "fault", "default": "major",
              "options": [option("critical", "Critical"), option("major", "Major"),
                          option("minor", "Minor")] },
            { "id": "alarm_code", "kind": "integer", "label": label("Alarm", "告警码"),
              "personal": false, "section": "fault", "min": 1000, "max": 9999 },
            { "id": "rsrp", "kind": "decimal", "label": { "en": "RSRP" }, "section": "fault",
              "min": -156.5, "max": -31.0, "step": 0.5, "unit": "dBm",
              "visible_if": { "any": [
                  { "field": "bands", "in": ["n28", "n78"] },
                  { "all": [{ "field": "severity", "equals": "minor" },
                            { "field": "alarm_code", "is_set": false }] },
              ] } },
            { "id": "began_at", "kind": "date_time", "label": { "zh": "开始时间" },
              "section": "fault", "min": "2020-01-01T00:00:00Z" },
            { "id": "what_happened", "kind": "long_text", "label": { "en": "What happened" },
              "section": "fault", "required": true, "min_length": 5, "max_length": 2000,
              "visible_if": { "field": "severity", "equals": "critical" } },
        ],
    })
}

pub(crate) fn form() -> TicketTypeForm {
    serde_json::from_value(form_json()).unwrap()
}

pub(crate) fn site_fault() -> TicketTypeDraft {
    form().parse().unwrap()
}

/// Data that fits [`site_fault`] as it is spelled.
pub(crate) fn good() -> Value {
    json!({
        "site_id": "BJ-0042",
        "bands": ["n78"],
        "severity": "critical",
        "alarm_code": 2107,
        "rsrp": -101.5,
        "began_at": "2026-03-01T08:30:00Z",
        "what_happened": "基站断电\nNo power",
    })
}

/// The same, but nothing is critical any more.
pub(crate) fn other_definition() -> Definition {
    let mut form = form();
    form.fields[2].options.as_mut().unwrap()[0].retired = true;
    form.fields.pop();
    form.parse().unwrap().definition
}

/// The definition with these fields.
pub(crate) fn parsed(fields: Value) -> Definition {
    let mut form = json!({ "name": "sample" });
    form["fields"] = fields;
    let form: TicketTypeForm = serde_json::from_value(form).unwrap();
    form.parse().unwrap().definition
}

pub(crate) fn map(value: Value) -> Map<String, Value> {
    let Value::Object(map) = value else { panic!("not an object") };
    map
}

/// The state after these events, a minute later.
pub(crate) fn evolved(state: TicketTypeState, events: &[TicketTypeEvent]) -> TicketTypeState {
    events.iter().fold(state, |state, event| evolve(state, event, at(60)))
}

pub(crate) fn defined() -> TicketTypeState {
    evolve(TicketTypeState::Undefined, &every_event()[0], at(0))
}

pub(crate) fn retired() -> TicketTypeState {
    evolved(defined(), &[TicketTypeEvent::Retired(TicketTypeRetired {})])
}

/// The ticket type after the events that a decision returned, a minute later.
pub(crate) fn then(
    state: &TicketTypeState,
    decided: Result<Vec<TicketTypeEvent>, TicketTypeRefusal>,
) -> TicketType {
    evolved(state.clone(), &decided.unwrap()).ticket_type().unwrap().clone()
}

/// Events of every type, in an order that could be; the type is active at the end.
pub(crate) fn every_event() -> Vec<TicketTypeEvent> {
    let draft = site_fault();
    vec![
        TicketTypeEvent::Defined(Box::new(TicketTypeDefined {
            name: draft.name,
            title: draft.title,
            description: draft.description.clone(),
            definition: draft.definition,
        })),
        TicketTypeEvent::Revised(Box::new(TicketTypeRevised {
            version: 2,
            definition: other_definition(),
        })),
        TicketTypeEvent::Renamed(TicketTypeRenamed { name: TypeName::parse("fault").unwrap() }),
        TicketTypeEvent::Described(TicketTypeDescribed {
            title: None,
            description: draft.description,
        }),
        TicketTypeEvent::Retired(TicketTypeRetired {}),
        TicketTypeEvent::Reinstated(TicketTypeReinstated {}),
    ]
}

#[test]
fn events_go_to_json_and_back_and_hold_no_undeclared_text() {
    crate::event_test::check(&every_event());
    for schema in crate::schema::schemas_of::<TicketTypeEvent>() {
        let offences = crate::schema_test::offences(schema.schema.as_value());
        assert_eq!(offences, [""; 0], "{}", schema.event_type);
        assert_eq!(schema.schema.as_value()["type"], "object", "{}", schema.event_type);
    }
}

#[test]
fn events_fit_their_schemas() {
    use crate::event::DomainEvent;
    let schemas = crate::schema::schemas_of::<TicketTypeEvent>();
    for event in every_event() {
        let schema = schemas.iter().find(|s| s.event_type == event.event_type()).unwrap();
        let validator = jsonschema::validator_for(schema.schema.as_value()).unwrap();
        let errors: Vec<_> =
            validator.iter_errors(&event.to_data()).map(|error| error.to_string()).collect();
        assert_eq!(errors, [""; 0], "{}", event.event_type());
    }
}
