//! What an external help desk says of a ticket.

use std::borrow::Cow;

use domain::Timestamp;
use domain::ticket::OpenTicketInput;
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;
use serde_json::{Map, Value, json};

/// What fields are called as well, and what they are called here.
pub(super) const ALIASES: [(&str, &str); 6] = [
    ("ticket_id", "external_id"),
    ("ticket_number", "external_id"),
    ("title", "subject"),
    ("sub_category", "subcategory"),
    ("employee", "customer"),
    ("occurred_at", "created_at"),
];

/// The customer's fields where they do not stand in an object, and where they belong.
pub(super) const FLAT: [(&str, &str); 3] =
    [("customer_id", "id"), ("customer_email", "email"), ("customer_name", "name")];

/// Fields that may also stand in an object `metadata`.
pub(super) const METADATA: [&str; 3] = ["source", "browser", "device_type"];

/// A ticket of an external help desk. What is left out or null is absent.
///
/// Lengths, categories and what is required follow the settings, so the schema does not name them.
#[derive(Clone, Default, PartialEq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields, title = "inbound.ticket")]
pub struct InboundTicket {
    /// The ticket's id at the help desk: unique, and the reason why a repeat opens no second
    /// ticket. Also `ticket_id` or `ticket_number`.
    #[schemars(with = "Option<TextOrNumber>")]
    pub external_id: Option<String>,
    /// What it is about, in a line. Also `title`.
    pub subject: Option<String>,
    /// The whole story.
    pub description: Option<String>,
    /// Category.
    pub category: Option<String>,
    /// Subcategory. Also `sub_category`.
    pub subcategory: Option<String>,
    /// Department.
    pub department: Option<String>,
    /// `low`, `medium` (when nothing is said), `high` or `urgent` (also `critical`), in upper or
    /// lower case.
    pub priority: Option<String>,
    /// Name of the ticket's type.
    pub ticket_type: Option<String>,
    /// Form data.
    pub data: Option<Map<String, Value>>,
    /// Who asks. Also `employee`; or flat: `customer_id`, `customer_email`, `customer_name`.
    pub customer: Option<InboundCustomer>,
    /// Tags.
    pub tags: Option<Vec<String>>,
    /// `web_form`, `email`, `api`, `chat` or `phone`. Also in `metadata`, as the next two.
    pub source: Option<String>,
    /// Browser.
    pub browser: Option<String>,
    /// Device type.
    pub device_type: Option<String>,
    /// When it was opened at the help desk: RFC 3339, or `YYYY-MM-DD HH:MM:SS` (UTC). Also
    /// `occurred_at`.
    #[schemars(with = "Option<String>")]
    pub created_at: Option<Timestamp>,
}

/// Who asks.
#[derive(Clone, Default, PartialEq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields, inline)]
pub struct InboundCustomer {
    /// Customer or personnel number.
    #[schemars(with = "Option<TextOrNumber>")]
    pub id: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
    /// Name.
    pub name: Option<String>,
}

impl std::fmt::Debug for InboundTicket {
    /// Shows nothing personal, so that a log line cannot give it away.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("InboundTicket")
            .field("external_id", &self.external_id)
            .finish_non_exhaustive()
    }
}

impl std::fmt::Debug for InboundCustomer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("InboundCustomer")
    }
}

impl InboundTicket {
    /// The name of its schema, with the version.
    pub const SCHEMA: &'static str = "inbound.ticket.v1";

    /// The JSON Schema (2020-12) of what is taken, all names included.
    pub fn schema() -> Schema {
        let settings = SchemaSettings::draft2020_12().with(|s| s.inline_subschemas = true);
        let mut schema = settings.into_generator().into_root_schema_for::<Self>();
        if let Some(Value::Object(properties)) = schema.get_mut("properties") {
            add_other_names(properties);
        }
        // The subject by one of its names.
        let names = ALIASES.iter().filter(|(_, name)| *name == "subject").map(|(alias, _)| *alias);
        let subjects: Vec<Value> = std::iter::once("subject")
            .chain(names)
            .map(|name| json!({ "required": [name] }))
            .collect();
        schema.insert("anyOf".to_owned(), Value::Array(subjects));
        schema.insert("$id".to_owned(), json!(format!("urn:docket:schema:{}", Self::SCHEMA)));
        schema
    }

    /// The same as one opens tickets here.
    pub(crate) fn input(&self) -> OpenTicketInput {
        let ticket = self.clone();
        let customer = ticket.customer.unwrap_or_default();
        OpenTicketInput {
            subject: ticket.subject,
            description: ticket.description,
            category: ticket.category,
            subcategory: ticket.subcategory,
            department: ticket.department,
            priority: ticket.priority,
            external_id: ticket.external_id,
            ticket_type: ticket.ticket_type,
            data: ticket.data.map(Value::Object),
            customer_id: customer.id,
            customer_email: customer.email,
            customer_name: customer.name,
            tags: ticket.tags.unwrap_or_default(),
            source: ticket.source,
            browser: ticket.browser,
            device_type: ticket.device_type,
        }
    }
}

fn add_other_names(properties: &mut Map<String, Value>) {
    for (alias, name) in ALIASES {
        let Some(mut schema) = properties.get(name).cloned() else { continue };
        schema["description"] = json!(format!("Another name of `{name}`."));
        properties.insert(alias.to_owned(), schema);
    }
    for (flat, name) in FLAT {
        let pointer = format!("/customer/properties/{name}");
        let within = Value::Object(properties.clone());
        // An optional object is `anyOf` an object and null.
        let schema = within.pointer(&pointer).or_else(|| {
            let forms = within.pointer("/customer/anyOf")?.as_array()?;
            forms.iter().find_map(|form| form.pointer(&format!("/properties/{name}")))
        });
        if let Some(schema) = schema {
            let mut schema = schema.clone();
            schema["description"] = json!(format!("Another name of `customer.{name}`."));
            properties.insert(flat.to_owned(), schema);
        }
    }
    let within: Map<String, Value> = METADATA
        .iter()
        .filter_map(|name| Some(((*name).to_owned(), properties.get(*name)?.clone())))
        .collect();
    properties.insert(
        "metadata".to_owned(),
        json!({
            "type": ["object", "null"],
            "description": "Another place for `source`, `browser` and `device_type`.",
            "properties": within,
            "additionalProperties": false,
        }),
    );
}

/// Ids that other systems keep as numbers.
struct TextOrNumber;

impl JsonSchema for TextOrNumber {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "TextOrNumber".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["string", "number"] })
    }
}
