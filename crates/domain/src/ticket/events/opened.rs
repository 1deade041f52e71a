//! What a ticket begins with.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::ids::{ExternalId, TicketNumber, TicketTypeId, UserId};
use crate::personal::Personal;
use crate::ticket::values::{Priority, Source};
use crate::ticket_type::DeclaredData;
use crate::vocabulary::{Category, Department, Subcategory, Tag, TypeName};

/// The form of a ticket type that data was judged by, and the part of the data that the form
/// declares not personal. Where there is one, the member `data` beside it holds the rest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FilledForm {
    /// The ticket type.
    pub ticket_type_id: TicketTypeId,
    /// The version of its form, from 1.
    pub version: u32,
    /// Values that stay when a person is erased.
    #[serde(default, skip_serializing_if = "DeclaredData::is_empty")]
    pub declared: DeclaredData,
}

/// What is known of the customer. A new value replaces the whole.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Customer {
    /// The customer's id in the organisation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Personal<String>>,
    /// The customer's e-mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<Personal<String>>,
    /// The customer's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Personal<String>>,
}

impl Customer {
    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.id.is_none() && self.email.is_none() && self.name.is_none()
    }
}

/// Data of `ticket.opened`. The status is open.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TicketOpened {
    /// The number people call it by.
    pub number: TicketNumber,
    /// Its subject.
    pub subject: Personal<String>,
    /// Its description, perhaps empty.
    pub description: Personal<String>,
    /// Its category, if one was chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<Category>,
    /// Its subcategory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subcategory: Option<Subcategory>,
    /// The department in charge.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub department: Option<Department>,
    /// Its priority.
    pub priority: Priority,
    /// Its id in another system.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_id: Option<ExternalId>,
    /// The name of its type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket_type: Option<TypeName>,
    /// Its form data; with a form, the personal part of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<Personal<Map<String, Value>>>,
    /// The form its data was judged by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub form: Option<FilledForm>,
    /// Its customer.
    #[serde(default, skip_serializing_if = "Customer::is_empty")]
    pub customer: Customer,
    /// Its tags, each once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<Tag>,
    /// The way it came in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
    /// The browser it was written with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub browser: Option<Personal<String>>,
    /// The kind of device it was written on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_type: Option<Personal<String>>,
    /// The user who opened it; absent when it came without a sign-in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opened_by: Option<UserId>,
}
