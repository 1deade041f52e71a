//! Changing the form of a ticket type.

use super::definition::Definition;
use super::events::{TicketTypeEvent, TicketTypeRevised};
use super::refusal::TicketTypeRefusal;
use super::state::TicketTypeState;

/// Gives a ticket type another form, its next version; the same one is no change. Whatever differs
/// makes a version, wording as well: a ticket keeps the form it was filled in with, and its data is
/// validated against that.
///
/// # Errors
/// The ticket type is unknown or retired, or a field was of another kind in some version.
pub fn revise_ticket_type(
    state: &TicketTypeState,
    definition: Definition,
) -> Result<Vec<TicketTypeEvent>, TicketTypeRefusal> {
    let known = state.active()?;
    if known.definition == definition {
        return Ok(vec![]);
    }
    for field in &definition.fields {
        if let Some(kind) = known.kinds.get(&field.id).filter(|kind| **kind != field.kind()) {
            let field = field.id.clone();
            return Err(TicketTypeRefusal::FieldKindChanged { field, kind: *kind });
        }
    }
    let version = known.version.saturating_add(1);
    Ok(vec![TicketTypeEvent::Revised(Box::new(TicketTypeRevised { version, definition }))])
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::ticket_type::samples::{
        defined, every_event, evolved, good, map, other_definition, parsed, retired, site_fault,
        then,
    };
    use crate::ticket_type::{FieldKind, FormFacts, TicketTypeState, form_of_version, validate};

    #[test]
    fn given_a_type_then_another_form_is_the_next_version() {
        let known = then(&defined(), revise_ticket_type(&defined(), other_definition()));
        assert_eq!((known.version, known.definition), (2, other_definition()));
        let same = revise_ticket_type(&defined(), site_fault().definition);
        assert_eq!(same, Ok(vec![]));
    }

    #[test]
    fn given_a_field_of_some_version_then_it_keeps_its_kind() {
        let number =
            parsed(json!([{ "id": "site_id", "kind": "integer", "label": { "en": "Site" } }]));
        let without = parsed(json!([]));
        let state = evolved(defined(), &revise_ticket_type(&defined(), without).unwrap());
        let Err(TicketTypeRefusal::FieldKindChanged { field, kind }) =
            revise_ticket_type(&state, number)
        else {
            panic!("not refused")
        };
        assert_eq!((field.as_str(), kind), ("site_id", FieldKind::Text));
    }

    #[test]
    fn given_a_retired_type_or_none_then_it_is_refused() {
        let refused = revise_ticket_type(&retired(), other_definition());
        assert_eq!(refused, Err(TicketTypeRefusal::Retired));
        let refused = revise_ticket_type(&TicketTypeState::Undefined, other_definition());
        assert_eq!(refused, Err(TicketTypeRefusal::Unknown));
    }

    #[test]
    fn data_is_judged_by_the_version_it_was_filled_in_with() {
        let events = every_event();
        let judge = |version, data| {
            validate(form_of_version(&events, version).unwrap(), &map(data), &FormFacts::default())
        };
        assert!(judge(1, good()).is_ok());
        let problems = judge(2, good()).unwrap_err();
        assert_eq!(problems[0].pointer, "/severity", "retired in version 2");
        assert_eq!(problems[0].kind.code(), "option_retired");
        for none in [0, 3] {
            assert_eq!(form_of_version(&events, none), None);
        }
    }
}
