//! Reading a ticket type from a request: everything that is wrong is named at once.

use domain::FieldErrorKind;
use domain::ticket_type::{
    ConditionForm, FieldForm, LocalForm, OptionForm, SectionForm, TicketTypeForm, TypeProblemKind,
};

use crate::conventions::{FieldProblem, Fields, Problem, forms};

/// Takes the fields of a ticket type. What is missing or of a wrong type is noted, and stands empty in the form, so that
/// the places of the others stay what they are.
pub(super) fn read_form(fields: &mut Fields) -> TicketTypeForm {
    TicketTypeForm {
        name: required(fields, "name"),
        title: local(fields, "title"),
        description: local(fields, "description"),
        sections: list(fields, "sections", section).unwrap_or_default(),
        fields: list(fields, "fields", field).unwrap_or_default(),
    }
}

/// Ends the reading of a form: what its own fields have to be is told together with what the ticket type has to be.
pub(super) fn finish(fields: Fields, form: &TicketTypeForm) -> Result<(), Problem> {
    let Err(problem) = fields.finish() else { return Ok(()) };
    Err(Problem::invalid(with_those_of_the_type(problem.errors, form)))
}

/// What is wrong with a form some of whose fields could not be read.
pub(super) fn with_those_of_the_type(
    mut errors: Vec<FieldProblem>,
    form: &TicketTypeForm,
) -> Vec<FieldProblem> {
    let found = form.parse().err().unwrap_or_default();
    for problem in found.iter().filter(|problem| stands_alone(&problem.kind)) {
        let more = FieldProblem::of_ticket_type(problem);
        if !errors.iter().any(|error| more.is_within(error)) {
            errors.push(more);
        }
    }
    errors
}

/// Whether a problem is none that merely follows from a part which could not be read.
fn stands_alone(kind: &TypeProblemKind) -> bool {
    match kind {
        TypeProblemKind::Field(_)
        | TypeProblemKind::DuplicateId
        | TypeProblemKind::DuplicateOption
        | TypeProblemKind::NotOfThisKind
        | TypeProblemKind::EmptyRange
        | TypeProblemKind::AlwaysPersonal
        | TypeProblemKind::FilterablePersonal
        | TypeProblemKind::NotComparable
        | TypeProblemKind::ConditionTooDeep { .. }
        | TypeProblemKind::ConditionCycle
        | TypeProblemKind::FormTooLarge { .. } => true,
        TypeProblemKind::NoOptions
        | TypeProblemKind::UnknownSection
        | TypeProblemKind::UnknownField
        | TypeProblemKind::NotAValueOfTheField
        | TypeProblemKind::NotACondition => false,
    }
}

fn required(fields: &mut Fields, name: &'static str) -> String {
    let text = fields.text(&[name]);
    fields.required(name, text).unwrap_or_default()
}

fn optional(fields: &mut Fields, name: &'static str) -> Option<String> {
    fields.text(&[name]).value()
}

fn flag(fields: &mut Fields, name: &'static str) -> bool {
    fields.boolean(&[name]).value().unwrap_or_default()
}

fn number(fields: &mut Fields, name: &'static str) -> Option<u32> {
    let number = fields.integer(&[name]).value()?;
    let range = FieldErrorKind::OutOfRange { min: 0, max: i64::from(u32::MAX) };
    fields.parse(name, u32::try_from(number).map_err(|_| range))
}

fn list<T>(
    fields: &mut Fields,
    name: &'static str,
    read: impl Fn(&mut Fields) -> T,
) -> Option<Vec<T>> {
    let given = fields.list(&[name]).value()?;
    Some(forms(fields, name, given, read))
}

fn local(fields: &mut Fields, name: &'static str) -> Option<LocalForm> {
    fields.within(&[name], texts).value()
}

fn texts(fields: &mut Fields) -> LocalForm {
    LocalForm { en: optional(fields, "en"), zh: optional(fields, "zh") }
}

fn label(fields: &mut Fields) -> LocalForm {
    let given = fields.within(&["label"], texts);
    fields.required("label", given).unwrap_or_default()
}

fn section(fields: &mut Fields) -> SectionForm {
    SectionForm { id: required(fields, "id"), label: label(fields) }
}

fn field(fields: &mut Fields) -> FieldForm {
    FieldForm {
        id: required(fields, "id"),
        kind: required(fields, "kind"),
        label: label(fields),
        help: local(fields, "help"),
        required: flag(fields, "required"),
        personal: fields.boolean(&["personal"]).value(),
        filterable: flag(fields, "filterable"),
        default: fields.json(&["default"]).value(),
        section: optional(fields, "section"),
        visible_if: fields.within(&["visible_if"], condition).value(),
        min_length: number(fields, "min_length"),
        max_length: number(fields, "max_length"),
        pattern: optional(fields, "pattern"),
        min: fields.json(&["min"]).value(),
        max: fields.json(&["max"]).value(),
        step: fields.json(&["step"]).value(),
        unit: optional(fields, "unit"),
        options: list(fields, "options", option),
        max_count: number(fields, "max_count"),
        media_types: fields.texts(&["media_types"]).value(),
    }
}

fn option(fields: &mut Fields) -> OptionForm {
    OptionForm {
        value: required(fields, "value"),
        label: label(fields),
        retired: flag(fields, "retired"),
    }
}

fn condition(fields: &mut Fields) -> ConditionForm {
    ConditionForm {
        field: optional(fields, "field"),
        equals: fields.json(&["equals"]).value(),
        r#in: fields.list(&["in"]).value(),
        is_set: fields.boolean(&["is_set"]).value(),
        all: list(fields, "all", condition),
        any: list(fields, "any", condition),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::conventions::{Ignored, Shape};

    fn read(body: Value) -> (TicketTypeForm, Vec<FieldProblem>) {
        let map = serde_json::from_value(body).unwrap();
        let mut fields = Fields::new(map, Shape::V1, Ignored::default());
        let form = read_form(&mut fields);
        (form, fields.finish().err().map(|problem| problem.errors).unwrap_or_default())
    }

    /// Every member that a form can have.
    fn complete() -> Value {
        let label = json!({ "en": "A", "zh": "甲" });
        json!({
            "name": "complete",
            "title": label, "description": label,
            "sections": [{ "id": "s", "label": label }],
            "fields": [
                { "id": "a", "kind": "text", "label": label, "help": label, "required": true,
                  "personal": false, "section": "s", "default": "x", "min_length": 1,
                  "max_length": 9, "pattern": "[a-z]+" },
                { "id": "b", "kind": "integer", "label": label, "filterable": true, "min": 0,
                  "max": 10, "step": 2, "unit": "dB" },
                { "id": "c", "kind": "multi_select", "label": label, "max_count": 1,
                  "options": [{ "value": "v", "label": label },
                              { "value": "w", "label": label, "retired": true }] },
                { "id": "d", "kind": "file", "label": label, "media_types": ["image/*"],
                  "visible_if": { "any": [
                      { "all": [{ "field": "a", "equals": "x" }, { "field": "b", "in": [1, 2] }] },
                      { "field": "c", "is_set": true },
                  ] } },
            ],
        })
    }

    #[test]
    fn a_form_is_read_as_it_is_written() {
        let (form, bad) = read(complete());
        assert_eq!(bad, []);
        assert_eq!(form, serde_json::from_value::<TicketTypeForm>(complete()).unwrap());
        assert_eq!(serde_json::to_value(&form).unwrap(), complete());
    }

    #[test]
    fn every_bad_field_is_named_and_the_places_of_the_others_stay() {
        let (form, errors) = read(json!({
            "title": { "fr": "Panne" },
            "sections": "none",
            "fields": [
                7,
                { "id": 1, "kind": "text", "label": "A", "required": "yes", "max_length": -1 },
                { "id": "b", "kind": "select", "label": { "en": "B" }, "options": [{ "value": 1 }],
                  "section": "s", "visible_if": { "field": "nowhere", "any": [{ "x": 1 }] } },
                { "id": "c", "kind": "colour", "label": { "en": "C" } },
            ],
        }));
        assert_eq!((form.fields.len(), form.fields[3].id.as_str()), (4, "c"));
        let all = with_those_of_the_type(errors, &form);
        let mut bad: Vec<_> = all.iter().map(|error| error.field.as_str()).collect();
        bad.sort_unstable();
        let expected = [
            "fields.0",
            "fields.1.id",
            "fields.1.label",
            "fields.1.max_length",
            "fields.1.required",
            "fields.2.options.0.label",
            "fields.2.options.0.value",
            "fields.2.visible_if.any.0.x",
            "fields.3.kind",
            "name",
            "sections",
            "title",
            "title.fr",
        ];
        assert_eq!(bad, expected);
    }
}
