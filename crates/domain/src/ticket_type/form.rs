//! A ticket type as people write it down: the JSON form of the API and of exports.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::values::FieldKind;

/// A ticket type in words. [`TicketTypeForm::parse`] makes a
/// [`TicketTypeDraft`](super::TicketTypeDraft) of it, or says everything that is wrong;
/// [`TicketTypeForm::of`] goes the other way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TicketTypeForm {
    /// What tickets and filters call it: 1–100 characters.
    pub name: String,
    /// What people read instead of the name: 1–100 characters in each language.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<LocalForm>,
    /// What it is for: at most 2,000 characters in each language.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<LocalForm>,
    /// The headings of the form: at most 20.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sections: Vec<SectionForm>,
    /// The fields of the form, in the order people see them in: at most 100.
    #[serde(default)]
    pub fields: Vec<FieldForm>,
}

/// Text in one language or both.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LocalForm {
    /// In English.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub en: Option<String>,
    /// In Chinese.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zh: Option<String>,
}

/// A heading.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SectionForm {
    /// Its id within the form: 1–40 of `a-z`, `0-9` and `_`, a letter first.
    pub id: String,
    /// What people read: 1–100 characters in each language.
    pub label: LocalForm,
}

/// A field.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FieldForm {
    /// Its id within the form, the name of its value in the data: 1–40 of `a-z`, `0-9` and `_`, a
    /// letter first.
    pub id: String,
    /// What it asks for.
    #[schemars(with = "FieldKind")]
    pub kind: String,
    /// What people read: 1–100 characters in each language.
    pub label: LocalForm,
    /// What helps to fill it in: at most 1,000 characters in each language.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<LocalForm>,
    /// Whether it has to be filled in where it is visible.
    #[serde(default, skip_serializing_if = "is_false")]
    pub required: bool,
    /// Whether its value is sealed in the log and goes when its person is erased: so, if left out,
    /// unless the field is filterable.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub personal: Option<bool>,
    /// Whether tickets can be filtered and sorted by it, as `data.site_id=…`; it is not personal
    /// then.
    #[serde(default, skip_serializing_if = "is_false")]
    pub filterable: bool,
    /// What a new ticket gets if nothing is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<Value>,
    /// The id of the section it stands in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub section: Option<String>,
    /// When it is visible; always, if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visible_if: Option<ConditionForm>,
    /// Of text: the least number of characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_length: Option<u32>,
    /// Of text: the greatest number of characters, up to 200 of `text` (so many, if left out) and up
    /// to 10,000 of `long_text`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_length: Option<u32>,
    /// Of `text`: a regular expression that the whole of it has to match, at most 200 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
    /// Of numbers: the least. Of dates and moments: the earliest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<Value>,
    /// Of numbers: the greatest. Of dates and moments: the latest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<Value>,
    /// Of numbers: what it has to be a multiple of; at most 6 decimal places.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<Value>,
    /// Of numbers: the unit people read behind it, 1–20 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// Of `select` and `multi_select`: the list, 1–200 and at least one that is not retired.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub options: Option<Vec<OptionForm>>,
    /// Of `multi_select` and `file`: the greatest number; all options, if left out, and 10 files of
    /// at most 50.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_count: Option<u32>,
    /// Of `file`: what may be given, such as `image/png` or `image/*`; anything, if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media_types: Option<Vec<String>>,
}

/// An option of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OptionForm {
    /// What stands in the data and in filters: 1–60 characters.
    pub value: String,
    /// What people read: 1–100 characters in each language.
    pub label: LocalForm,
    /// Whether it can be chosen no more.
    #[serde(default, skip_serializing_if = "is_false")]
    pub retired: bool,
}

/// A condition: a field with one of `equals`, `in` and `is_set`, or a list of conditions of which
/// `all` hold or `any` does. `{"field": "severity", "in": ["critical", "major"]}`
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ConditionForm {
    /// The id of the field that it asks about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// The value that it has, or that is among those chosen of a multi-select.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub equals: Option<Value>,
    /// The values of which it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub r#in: Option<Vec<Value>>,
    /// Whether it has a value at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_set: Option<bool>,
    /// Conditions that all have to hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub all: Option<Vec<ConditionForm>>,
    /// Conditions of which one has to hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub any: Option<Vec<ConditionForm>>,
}

fn is_false(value: &bool) -> bool {
    !value
}
