//! Every event type goes to JSON and back.

use std::collections::BTreeMap;
use std::fmt::Debug;

use serde_json::{Value, json};

use crate::audit::{
    AuditEvent, Exported, FileFormat, ImportCompleted, LoggedOut, LoginRefusal, LoginRefused,
    LoginSucceeded, PermissionRefused, TokenReused,
};
use crate::event::{DecodeError, DomainEvent};
use crate::settings::{
    CategoriesSet, FeaturesSet, Limits, LimitsSet, SettingsEvent, StrictCategoriesSet,
    StrictTicketTypesSet,
};
use crate::ticket::TicketEvent;
use crate::vocabulary::{Capability, Category, FeatureName};

fn settings_events() -> Vec<SettingsEvent> {
    let feature = FeatureName::parse("ocr").unwrap();
    vec![
        SettingsEvent::CategoriesSet(CategoriesSet {
            categories: vec![Category::parse("other").unwrap()],
        }),
        SettingsEvent::StrictCategoriesSet(StrictCategoriesSet { strict_categories: true }),
        SettingsEvent::StrictTicketTypesSet(StrictTicketTypesSet { strict_ticket_types: true }),
        SettingsEvent::LimitsSet(LimitsSet { limits: Limits::default() }),
        SettingsEvent::FeaturesSet(FeaturesSet { features: BTreeMap::from([(feature, true)]) }),
    ]
}

fn audit_events() -> Vec<AuditEvent> {
    let capability = Capability::parse("assign_ticket").unwrap();
    let format = FileFormat::Csv;
    vec![
        AuditEvent::LoginSucceeded(LoginSucceeded {}),
        AuditEvent::LoginRefused(LoginRefused {
            reason: LoginRefusal::UnknownUser,
            attempted: Some("ada".into()),
        }),
        AuditEvent::LoginRefused(LoginRefused {
            reason: LoginRefusal::WrongPassword,
            attempted: None,
        }),
        AuditEvent::PermissionRefused(PermissionRefused { capability }),
        AuditEvent::TokenReused(TokenReused {}),
        AuditEvent::LoggedOut(LoggedOut {}),
        AuditEvent::ImportCompleted(ImportCompleted { format, total: 3, imported: 2, failed: 1 }),
        AuditEvent::Exported(Exported { format, total: 3 }),
    ]
}

/// The data as it comes back once the keys of its person are gone.
fn erased(mut data: Value) -> Value {
    fn walk(value: &mut Value) {
        match value {
            Value::Object(map) if map.len() == 1 && map.contains_key("$personal") => {
                map["$personal"] = Value::Null;
            }
            Value::Object(map) => map.values_mut().for_each(walk),
            Value::Array(items) => items.iter_mut().for_each(walk),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    walk(&mut data);
    data
}

pub(crate) fn check<E: DomainEvent + Debug + PartialEq>(samples: &[E]) {
    for (event_type, version) in E::TYPES {
        let is_there = samples.iter().any(|event| event.event_type() == *event_type);
        assert!(is_there, "no sample of {event_type}");
        assert!(event_type.starts_with(&format!("{}.", E::KIND)), "{event_type}");
        let newer = E::from_parts(event_type, version + 1, json!({}));
        assert!(matches!(newer, Err(DecodeError::UnknownVersion { .. })), "{event_type}");
        assert!(matches!(
            E::from_parts(event_type, 0, json!({})),
            Err(DecodeError::UnknownVersion { .. })
        ));
    }
    for event in samples {
        let event_type = event.event_type();
        assert_eq!(serde_json::to_value(event).unwrap()["type"], event_type);
        assert!(E::TYPES.contains(&(event_type, event.schema_version())), "{event_type}");

        let data = event.to_data();
        let bytes = serde_json::to_vec(&data).unwrap();
        let read = serde_json::from_slice(&bytes).unwrap();
        let back = E::from_parts(event_type, event.schema_version(), read).unwrap();
        assert_eq!(back, *event);
        assert_eq!(serde_json::to_vec(&back.to_data()).unwrap(), bytes, "{event_type}");

        let data = erased(data);
        let back = E::from_parts(event_type, event.schema_version(), data.clone()).unwrap();
        assert_eq!(back.to_data(), data, "{event_type} erased");
    }
}

#[test]
fn ticket_events_go_to_json_and_back() {
    check(&crate::ticket::samples::every_event());
}

#[test]
fn file_events_go_to_json_and_back() {
    check(&crate::file::samples::every_event());
}

#[test]
fn user_events_go_to_json_and_back() {
    check(&crate::user::samples::every_event());
}

#[test]
fn work_role_events_go_to_json_and_back() {
    check(&crate::work_role::tests::every_event());
}

#[test]
fn settings_events_go_to_json_and_back() {
    check(&settings_events());
}

#[test]
fn audit_events_go_to_json_and_back() {
    check(&audit_events());
}

#[test]
fn an_unknown_type_is_told_from_malformed_data() {
    let unknown = TicketEvent::from_parts("ticket.exploded", 1, json!({}));
    assert!(matches!(unknown, Err(DecodeError::UnknownType { .. })));
    for data in [json!({}), json!(null), json!({ "subject": "in clear" })] {
        let malformed = TicketEvent::from_parts("ticket.subject_changed", 1, data);
        assert!(matches!(malformed, Err(DecodeError::Malformed { .. })));
    }
}

#[test]
fn an_error_shows_no_personal_value() {
    let data = json!({ "subject": { "$personal": { "secret": "Ada" } } });
    let error = TicketEvent::from_parts("ticket.subject_changed", 1, data).unwrap_err();
    let source = std::error::Error::source(&error).unwrap().to_string();
    assert!(!format!("{error} {source}").contains("Ada"));
}
