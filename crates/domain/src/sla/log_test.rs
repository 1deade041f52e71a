//! Events of calendars, policies and clocks in the log.

use super::{SlaEvent, SlaPolicyEvent, samples};
use crate::calendar::CalendarEvent;
use crate::event_test::check;
use crate::schema::schemas_of;
use crate::schema_test::offences;

#[test]
fn they_go_to_json_and_back() {
    check(&crate::calendar::samples::every_event());
    check(&samples::every_policy_event());
    check(&samples::every_event());
}

#[test]
fn they_hold_no_undeclared_text() {
    let mut schemas = schemas_of::<CalendarEvent>();
    schemas.extend(schemas_of::<SlaPolicyEvent>());
    schemas.extend(schemas_of::<SlaEvent>());
    assert_eq!(schemas.len(), 3 + 3 + 9);
    for schema in schemas {
        assert_eq!(schema.schema.as_value()["type"], "object", "{}", schema.event_type);
        assert_eq!(offences(schema.schema.as_value()), [""; 0], "{}", schema.event_type);
    }
}
