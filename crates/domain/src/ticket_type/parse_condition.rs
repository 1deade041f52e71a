//! Conditions: what they ask about exists, and they go in no circle.

use std::collections::BTreeSet;

use serde_json::Value;

use super::condition::{Condition, MAX_CONDITION_DEPTH};
use super::definition::{Definition, Field};
use super::fixed::FixedValue;
use super::form::{ConditionForm, TicketTypeForm};
use super::key::FieldId;
use super::normalise::normalise_value;
use super::parse::{Parser, is_comparable, nth};
use super::problem::TypeProblemKind;
use super::value_check::fits;
use crate::field::FieldErrorKind;
use crate::workflow::Place;

/// The greatest number of values or of parts of a condition.
pub const MAX_CONDITION_PARTS: usize = 50;

impl Parser {
    /// Reads the conditions into the fields that came out of the form.
    pub(super) fn conditions(&mut self, form: &TicketTypeForm, definition: &mut Definition) {
        let mut read = Vec::new();
        for (index, field) in form.fields.iter().enumerate() {
            let Some(condition) = &field.visible_if else { continue };
            let at = Place::item("fields", index).then("visible_if");
            if let Some(condition) = self.condition(&at, condition, 1, form, definition) {
                read.push((index, field.id.as_str(), condition));
            }
        }
        for (index, id, condition) in &read {
            if leads_back(id, condition, &read) {
                let at = Place::item("fields", *index).then("visible_if");
                self.problem(at, TypeProblemKind::ConditionCycle);
            }
        }
        for (_, id, condition) in read {
            let field = definition.fields.iter_mut().find(|field| field.id.as_str() == id);
            if let Some(field) = field {
                field.visible_if = Some(condition);
            }
        }
    }

    fn condition(
        &mut self,
        at: &Place,
        form: &ConditionForm,
        depth: usize,
        all: &TicketTypeForm,
        definition: &Definition,
    ) -> Option<Condition> {
        if depth > MAX_CONDITION_DEPTH {
            let max = MAX_CONDITION_DEPTH;
            self.problem(at.clone(), TypeProblemKind::ConditionTooDeep { max });
            return None;
        }
        match form {
            ConditionForm { field: None, equals: None, r#in: None, is_set: None, all: a, any } => {
                let (name, parts) = match (a, any) {
                    (Some(parts), None) => ("all", parts),
                    (None, Some(parts)) => ("any", parts),
                    (Some(_), Some(_)) | (None, None) => return self.no_condition(at),
                };
                let at = at.then(name);
                self.some_parts(&at, parts.len())?;
                let read: Vec<_> = parts
                    .iter()
                    .enumerate()
                    .map(|(i, part)| self.condition(&nth(&at, i), part, depth + 1, all, definition))
                    .collect();
                let read = read.into_iter().collect::<Option<_>>()?;
                Some(if a.is_some() { Condition::All(read) } else { Condition::Any(read) })
            }
            ConditionForm { field: Some(id), equals, r#in, is_set, all: None, any: None } => {
                if !all.fields.iter().any(|known| known.id == *id) {
                    self.problem(at.then("field"), TypeProblemKind::UnknownField);
                    return None;
                }
                // A field that is there and did not come out has a problem of its own.
                let field = definition.field(id)?;
                let id = field.id.clone();
                match (equals, r#in, is_set) {
                    (Some(value), None, None) => self.equals(&at.then("equals"), id, field, value),
                    (None, Some(values), None) => self.is_in(&at.then("in"), id, field, values),
                    (None, None, Some(true)) => Some(Condition::IsSet(id)),
                    (None, None, Some(false)) => Some(Condition::IsNotSet(id)),
                    _ => self.no_condition(at),
                }
            }
            ConditionForm { .. } => self.no_condition(at),
        }
    }

    fn no_condition(&mut self, at: &Place) -> Option<Condition> {
        self.problem(at.clone(), TypeProblemKind::NotACondition);
        None
    }

    fn some_parts(&mut self, at: &Place, count: usize) -> Option<()> {
        match count {
            0 => self.problem(at.clone(), FieldErrorKind::Missing),
            1..=MAX_CONDITION_PARTS => return Some(()),
            _ => self.at_most(at.clone(), count, MAX_CONDITION_PARTS),
        }
        None
    }

    fn equals(
        &mut self,
        at: &Place,
        id: FieldId,
        field: &Field,
        value: &Value,
    ) -> Option<Condition> {
        let value = self.compared(at.clone(), field, value)?;
        Some(Condition::Equals { field: id, value })
    }

    fn is_in(
        &mut self,
        at: &Place,
        id: FieldId,
        field: &Field,
        values: &[Value],
    ) -> Option<Condition> {
        self.some_parts(at, values.len())?;
        let values: Vec<_> = values
            .iter()
            .enumerate()
            .map(|(index, value)| self.compared(nth(at, index), field, value))
            .collect();
        Some(Condition::In { field: id, values: values.into_iter().collect::<Option<_>>()? })
    }

    /// A value that the field can have, or that can be among those chosen.
    fn compared(&mut self, at: Place, field: &Field, value: &Value) -> Option<FixedValue> {
        if !is_comparable(field) {
            self.problem(at, TypeProblemKind::NotComparable);
            return None;
        }
        // Of a multi-select, one option is compared, which fits as a list of it alone.
        if let Some(Value::Array(mut one)) =
            normalise_value(field, &Value::Array(vec![value.clone()]))
            && fits(field, &Value::Array(one.clone()))
        {
            return one.pop().map(FixedValue);
        }
        if value.is_array() {
            self.problem(at, TypeProblemKind::NotAValueOfTheField);
            return None;
        }
        self.fixed(at, field, value)
    }
}

/// Whether the condition of field `id` asks, perhaps by way of others, about the field itself.
fn leads_back(id: &str, condition: &Condition, all: &[(usize, &str, Condition)]) -> bool {
    let mut seen = BTreeSet::new();
    let mut open = condition.fields();
    while let Some(next) = open.pop() {
        if next.as_str() == id {
            return true;
        }
        if seen.insert(next) {
            let conditions = all.iter().filter(|(_, other, _)| *other == next.as_str());
            open.extend(conditions.flat_map(|(_, _, condition)| condition.fields()));
        }
    }
    false
}
