//! A ticket type as people write it down, for the OpenAPI document: it is read field by field.
#![expect(dead_code, reason = "describes bodies in the OpenAPI document")]

use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

/// A ticket type as people write it down: what is defined, exported and imported.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(example = json!({
    "name": "5g_site_fault",
    "title": { "en": "5G site fault", "zh": "5G站点故障" },
    "fields": [
        { "id": "site_id", "kind": "text", "label": { "en": "Site" }, "required": true, "filterable": true,
          "pattern": "[A-Z]{2}-\\d{4}" },
        { "id": "severity", "kind": "select", "label": { "en": "Severity" }, "filterable": true, "default": "major",
          "options": [{ "value": "critical", "label": { "en": "Critical" } },
                      { "value": "major", "label": { "en": "Major" } }] },
        { "id": "what_happened", "kind": "long_text", "label": { "en": "What happened" }, "required": true,
          "visible_if": { "field": "severity", "equals": "critical" } },
    ],
}))]
pub(crate) struct TicketTypeFormBody {
    /// What tickets and filters call it; no other ticket type has this name, upper or lower case.
    #[schema(min_length = 1, max_length = 100)]
    name: String,
    /// What people read instead of the name.
    title: Option<LocalFormBody>,
    /// What it is for: up to 2,000 characters in each language.
    description: Option<LocalFormBody>,
    /// The headings of the form, in their order.
    #[schema(nullable = false, max_items = 20)]
    sections: Option<Vec<SectionFormBody>>,
    /// The fields of the form, in their order.
    #[schema(nullable = false, max_items = 100)]
    fields: Option<Vec<FieldFormBody>>,
}

/// What is to change of a ticket type: a merge patch over its form. Lists are replaced as wholes.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(example = json!({ "status": "retired" }))]
pub(crate) struct EditTicketTypeBody {
    /// What tickets and filters call it.
    #[schema(nullable = false, min_length = 1, max_length = 100)]
    name: Option<String>,
    /// What people read instead of the name; null for nothing.
    title: Option<LocalFormBody>,
    /// What it is for; null for nothing.
    description: Option<LocalFormBody>,
    /// The headings, all of them.
    #[schema(max_items = 20)]
    sections: Option<Vec<SectionFormBody>>,
    /// The fields, all of them.
    #[schema(max_items = 100)]
    fields: Option<Vec<FieldFormBody>>,
    /// `active`, or `retired`: new tickets cannot have it, and those that have it keep it.
    #[schema(nullable = false)]
    status: Option<String>,
}

/// Text in one language or both.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(example = json!({ "en": "Site", "zh": "站点" }))]
pub(crate) struct LocalFormBody {
    /// In English.
    en: Option<String>,
    /// In Chinese.
    zh: Option<String>,
}

/// A heading of a form.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct SectionFormBody {
    /// Its id within the form: 1–40 of `a-z`, `0-9` and `_`, a letter first.
    #[schema(min_length = 1, max_length = 40, pattern = "^[a-z][a-z0-9_]*$")]
    id: String,
    /// What people read: 1–100 characters in each language.
    label: LocalFormBody,
}

/// A field of a form.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(example = json!({ "id": "site_id", "kind": "text", "label": { "en": "Site" }, "required": true }))]
pub(crate) struct FieldFormBody {
    /// Its id within the form, the name of its value in the data: 1–40 of `a-z`, `0-9` and `_`, a letter first. It keeps
    /// its kind in all versions.
    #[schema(min_length = 1, max_length = 40, pattern = "^[a-z][a-z0-9_]*$")]
    id: String,
    /// What it asks for: `text`, `long_text`, `integer`, `decimal`, `boolean`, `date`, `date_time`, `select`,
    /// `multi_select`, `user`, `file`, `url`, `email` or `phone`.
    #[schema(example = "text")]
    kind: String,
    /// What people read: 1–100 characters in each language.
    label: LocalFormBody,
    /// What helps to fill it in: up to 1,000 characters in each language.
    help: Option<LocalFormBody>,
    /// Has it to be filled in where it is visible? Not so, if left out.
    required: Option<bool>,
    /// Is its value sealed in the log, and goes when its person is erased? So, if left out, unless it is filterable.
    personal: Option<bool>,
    /// Can tickets be filtered and sorted by it, as `data.site_id=…`? Not so, if left out.
    filterable: Option<bool>,
    /// What a new ticket gets if nothing is given.
    default: Option<Value>,
    /// The id of the section it stands in.
    section: Option<String>,
    /// When it is visible; always, if left out.
    visible_if: Option<ConditionFormBody>,
    /// Of text: the least number of characters.
    min_length: Option<u32>,
    /// Of text: the greatest number of characters, up to 200 of `text` (so many, if left out) and up to 10,000 of
    /// `long_text`.
    max_length: Option<u32>,
    /// Of `text`: a regular expression that the whole of it has to match.
    #[schema(max_length = 200)]
    pattern: Option<String>,
    /// Of numbers: the least. Of dates and moments: the earliest.
    min: Option<Value>,
    /// Of numbers: the greatest. Of dates and moments: the latest.
    max: Option<Value>,
    /// Of numbers: what it has to be a multiple of; at most 6 decimal places.
    step: Option<f64>,
    /// Of numbers: the unit people read behind it.
    #[schema(min_length = 1, max_length = 20)]
    unit: Option<String>,
    /// Of `select` and `multi_select`: the list, at least one of it not retired.
    #[schema(min_items = 1, max_items = 200)]
    options: Option<Vec<OptionFormBody>>,
    /// Of `multi_select` and `file`: the greatest number; all options, if left out, and 10 files of at most 50.
    #[schema(minimum = 1)]
    max_count: Option<u32>,
    /// Of `file`: what may be given, such as `image/png` or `image/*`; anything, if left out.
    media_types: Option<Vec<String>>,
}

/// An option of a list.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct OptionFormBody {
    /// What stands in the data and in filters.
    #[schema(min_length = 1, max_length = 60)]
    value: String,
    /// What people read: 1–100 characters in each language.
    label: LocalFormBody,
    /// Can it be chosen no more? Not so, if left out.
    retired: Option<bool>,
}

/// A condition: `field` with one of `equals`, `in` and `is_set`, or one of `all` and `any`. Nested at most 3 levels deep.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(example = json!({ "field": "severity", "in": ["critical", "major"] }))]
pub(crate) struct ConditionFormBody {
    /// The id of the field that it asks about.
    field: Option<String>,
    /// The value that it has, or that is among those chosen of a multi-select.
    equals: Option<Value>,
    /// The values of which it has one.
    r#in: Option<Vec<Value>>,
    /// Whether it has a value at all.
    is_set: Option<bool>,
    /// Conditions that all have to hold.
    #[schema(no_recursion)]
    all: Option<Vec<ConditionFormBody>>,
    /// Conditions of which one has to hold.
    #[schema(no_recursion)]
    any: Option<Vec<ConditionFormBody>>,
}
