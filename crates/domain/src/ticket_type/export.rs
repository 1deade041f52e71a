//! From a ticket type back to its form.

use serde_json::{Value, json};

use super::condition::Condition;
use super::definition::{Choice, Field, Labels, NumberRules, Rules, Texts};
use super::fixed::FixedValue;
use super::form::{ConditionForm, FieldForm, LocalForm, OptionForm, SectionForm, TicketTypeForm};
use super::normalise::{MAX_INTEGER, moment_text};
use super::parse::TicketTypeDraft;
use super::parse_rules::MAX_DECIMAL;
use super::values::Privacy;
use crate::personal::Personal;

impl TicketTypeForm {
    /// The form of a ticket type. Erased texts are left out.
    pub fn of(draft: &TicketTypeDraft) -> Self {
        let definition = &draft.definition;
        Self {
            name: draft.name.to_string(),
            title: draft.title.as_ref().map(labels_form),
            description: texts_form(draft.description.as_ref()),
            sections: definition
                .sections
                .iter()
                .map(|section| SectionForm {
                    id: section.id.to_string(),
                    label: labels_form(&section.label),
                })
                .collect(),
            fields: definition.fields.iter().map(field_form).collect(),
        }
    }
}

fn labels_form(labels: &Labels) -> LocalForm {
    LocalForm {
        en: labels.en.as_ref().map(ToString::to_string),
        zh: labels.zh.as_ref().map(ToString::to_string),
    }
}

fn texts_form(texts: Option<&Personal<Texts>>) -> Option<LocalForm> {
    let texts = texts?.known()?;
    Some(LocalForm { en: texts.en.clone(), zh: texts.zh.clone() })
}

fn field_form(field: &Field) -> FieldForm {
    let bare = FieldForm {
        id: field.id.to_string(),
        kind: field.kind().to_string(),
        label: labels_form(&field.label),
        help: texts_form(field.help.as_ref()),
        required: field.required,
        personal: (field.privacy == Privacy::Declared).then_some(false),
        filterable: field.privacy == Privacy::Filterable,
        default: field.default.as_ref().map(|FixedValue(value)| value.clone()),
        section: field.section.as_ref().map(ToString::to_string),
        visible_if: field.visible_if.as_ref().map(condition_form),
        ..FieldForm::default()
    };
    match &field.rules {
        Rules::Text { min_length, max_length, pattern } => FieldForm {
            min_length: Some(*min_length).filter(|min| *min > 0),
            max_length: Some(*max_length),
            pattern: pattern.as_ref().map(ToString::to_string),
            ..bare
        },
        Rules::LongText { min_length, max_length } => FieldForm {
            min_length: Some(*min_length).filter(|min| *min > 0),
            max_length: Some(*max_length),
            ..bare
        },
        Rules::Integer(rules) => number_form(bare, rules, MAX_INTEGER),
        #[expect(clippy::cast_precision_loss, reason = "the constant is exact")]
        Rules::Decimal(rules) => number_form(bare, rules, MAX_DECIMAL as f64),
        Rules::Date(span) => FieldForm {
            min: span.min.map(|day| json!(day)),
            max: span.max.map(|day| json!(day)),
            ..bare
        },
        Rules::DateTime(span) => FieldForm {
            min: span.min.map(|moment| Value::String(moment_text(&moment))),
            max: span.max.map(|moment| Value::String(moment_text(&moment))),
            ..bare
        },
        Rules::Select { options } => FieldForm { options: Some(options_form(options)), ..bare },
        Rules::MultiSelect { options, max_count } => {
            FieldForm { options: Some(options_form(options)), max_count: Some(*max_count), ..bare }
        }
        Rules::File { max_count, media_types } => FieldForm {
            max_count: Some(*max_count),
            media_types: Some(media_types.iter().map(ToString::to_string).collect())
                .filter(|types: &Vec<_>| !types.is_empty()),
            ..bare
        },
        Rules::Boolean | Rules::User | Rules::Url | Rules::Email | Rules::Phone => bare,
    }
}

fn number_form<T>(bare: FieldForm, rules: &NumberRules<T>, greatest: T) -> FieldForm
where
    T: serde::Serialize + PartialEq + Copy + std::ops::Neg<Output = T>,
{
    FieldForm {
        min: (rules.min != -greatest).then(|| json!(rules.min)),
        max: (rules.max != greatest).then(|| json!(rules.max)),
        step: rules.step.map(|step| json!(step)),
        unit: rules.unit.as_ref().map(ToString::to_string),
        ..bare
    }
}

fn options_form(options: &[Choice]) -> Vec<OptionForm> {
    options
        .iter()
        .map(|option| OptionForm {
            value: option.value.to_string(),
            label: labels_form(&option.label),
            retired: option.retired,
        })
        .collect()
}

fn condition_form(condition: &Condition) -> ConditionForm {
    let bare = ConditionForm::default();
    let forms = |parts: &[Condition]| Some(parts.iter().map(condition_form).collect());
    match condition {
        Condition::Equals { field, value } => {
            ConditionForm { field: Some(field.to_string()), equals: Some(value.0.clone()), ..bare }
        }
        Condition::In { field, values } => ConditionForm {
            field: Some(field.to_string()),
            r#in: Some(values.iter().map(|value| value.0.clone()).collect()),
            ..bare
        },
        Condition::IsSet(field) => {
            ConditionForm { field: Some(field.to_string()), is_set: Some(true), ..bare }
        }
        Condition::IsNotSet(field) => {
            ConditionForm { field: Some(field.to_string()), is_set: Some(false), ..bare }
        }
        Condition::All(parts) => ConditionForm { all: forms(parts), ..bare },
        Condition::Any(parts) => ConditionForm { any: forms(parts), ..bare },
    }
}
