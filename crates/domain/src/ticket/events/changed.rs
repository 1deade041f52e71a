//! What about a ticket became another.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Customer, FilledForm};
use crate::ids::ExternalId;
use crate::personal::Personal;
use crate::ticket::values::{Priority, Source, Status};
use crate::vocabulary::{Category, Department, Subcategory, Tag, TypeName};

/// Data of `ticket.subject_changed`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SubjectChanged {
    /// The new subject.
    pub subject: Personal<String>,
}

/// Data of `ticket.description_changed`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DescriptionChanged {
    /// The new description.
    pub description: Personal<String>,
}

/// Data of `ticket.categorised`: both new values, absent for none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Categorised {
    /// The new category.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<Category>,
    /// The new subcategory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subcategory: Option<Subcategory>,
}

/// Data of `ticket.department_changed`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DepartmentChanged {
    /// The new department, absent for none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub department: Option<Department>,
}

/// Data of `ticket.priority_changed`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PriorityChanged {
    /// The priority before.
    pub from: Priority,
    /// The priority from now on.
    pub to: Priority,
}

/// Data of `ticket.status_changed`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StatusChanged {
    /// The status before.
    pub from: Status,
    /// The status from now on.
    pub to: Status,
    /// Why, in a person's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Personal<String>>,
}

/// Data of `ticket.external_id_changed`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ExternalIdChanged {
    /// The new id, absent for none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_id: Option<ExternalId>,
}

/// Data of `ticket.data_changed`: all new values, absent for none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DataChanged {
    /// The name of the new type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket_type: Option<TypeName>,
    /// The new form data; with a form, the personal part of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<Personal<Map<String, Value>>>,
    /// The form it was judged by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub form: Option<FilledForm>,
}

/// Data of `ticket.customer_changed`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CustomerChanged {
    /// All that is known of the customer from now on.
    pub customer: Customer,
}

/// Data of `ticket.tags_added`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TagsAdded {
    /// The tags it did not have, in the order they were given.
    pub tags: Vec<Tag>,
}

/// Data of `ticket.tags_removed`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TagsRemoved {
    /// The tags it had.
    pub tags: Vec<Tag>,
}

/// Data of `ticket.source_changed`: all new values, absent for none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SourceChanged {
    /// The way it came in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
    /// The browser it was written with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub browser: Option<Personal<String>>,
    /// The kind of device it was written on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_type: Option<Personal<String>>,
}
