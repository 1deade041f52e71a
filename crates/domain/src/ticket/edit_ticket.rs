//! Changing several fields of a ticket in one go.

use serde_json::Value;

use super::categorise_ticket::CategoriseTicket;
use super::change::Change;
use super::change_customer::ChangeCustomer;
use super::change_data::ChangeData;
use super::change_department::ChangeDepartment;
use super::change_description::ChangeDescription;
use super::change_external_id::ChangeExternalId;
use super::change_priority::ChangePriority;
use super::change_source::ChangeSource;
use super::change_status::ChangeStatus;
use super::change_subject::ChangeSubject;
use super::command::TicketCommand;
use super::fields::{
    parse_category, parse_customer_id, parse_customer_name, parse_data, parse_description,
    parse_device, parse_subject, parse_tags,
};
use super::set_tags::SetTags;
use super::values::{Priority, Source, Status};
use crate::email::EmailAddress;
use crate::field::{FieldError, FieldErrorKind, FieldErrors};
use crate::ids::ExternalId;
use crate::settings::Settings;
use crate::text::Text;
use crate::vocabulary::{Department, Subcategory, TypeName};

/// A partial change as a client gave it: what was left out is kept, what was null is cleared.
/// The assignee is not among the fields, as it names a user who has to be looked up.
#[derive(Debug, Clone, Default)]
#[expect(missing_docs, reason = "each is the field of `Ticket` by the same name")]
pub struct EditTicketInput {
    pub subject: Change<String>,
    pub description: Change<String>,
    pub category: Change<String>,
    pub subcategory: Change<String>,
    pub department: Change<String>,
    pub priority: Change<String>,
    pub status: Change<String>,
    pub external_id: Change<String>,
    pub ticket_type: Change<String>,
    pub data: Change<Value>,
    pub customer_id: Change<String>,
    pub customer_email: Change<String>,
    pub customer_name: Change<String>,
    pub tags: Change<Vec<String>>,
    pub source: Change<String>,
    pub browser: Change<String>,
    pub device_type: Change<String>,
}

impl EditTicketInput {
    /// Parses every field given and makes one command of each change, in a fixed order. Clearing
    /// the description empties it, clearing the priority makes it medium, clearing the tags removes
    /// them all; subject and status cannot be cleared, nor can the customer where one is required.
    ///
    /// # Errors
    /// One entry per bad field, in the order of the fields.
    pub fn parse(self, settings: &Settings) -> Result<Vec<TicketCommand>, Vec<FieldError>> {
        let mut errors = FieldErrors::new();
        let mut commands = Vec::new();
        self.parse_into(settings, &mut errors, &mut commands);
        if errors.is_empty() { Ok(commands) } else { Err(errors.into_vec()) }
    }

    fn parse_into(
        self,
        settings: &Settings,
        errors: &mut FieldErrors,
        commands: &mut Vec<TicketCommand>,
    ) {
        let limits = &settings.limits;
        let subject = self.subject.parse_required("subject", errors, |t| parse_subject(t, limits));
        if let Some(subject) = subject {
            commands.push(TicketCommand::ChangeSubject(ChangeSubject { subject }));
        }
        let description = match self.description {
            Change::Clear => Change::Set(String::new()),
            Change::Keep | Change::Set(_) => self.description,
        };
        let description =
            description.parse_required("description", errors, |t| parse_description(t, limits));
        if let Some(description) = description {
            commands.push(TicketCommand::ChangeDescription(ChangeDescription { description }));
        }
        let category = self.category.parse("category", errors, |t| parse_category(t, settings));
        let subcategory = self.subcategory.parse("subcategory", errors, Subcategory::parse);
        if !(category.is_keep() && subcategory.is_keep()) {
            let command = CategoriseTicket { category, subcategory };
            commands.push(TicketCommand::Categorise(command));
        }
        let department = self.department.parse("department", errors, Department::parse);
        if !department.is_keep() {
            let department = department.applied_to(None);
            commands.push(TicketCommand::ChangeDepartment(ChangeDepartment { department }));
        }
        let priority = self.priority.parse("priority", errors, Priority::parse);
        if !priority.is_keep() {
            let priority = priority.applied_to(None).unwrap_or_default();
            commands.push(TicketCommand::ChangePriority(ChangePriority { priority }));
        }
        if let Some(status) = self.status.parse_required("status", errors, Status::parse) {
            commands.push(TicketCommand::ChangeStatus(ChangeStatus { status, reason: None }));
        }
        let external_id = self.external_id.parse("external_id", errors, ExternalId::parse);
        if !external_id.is_keep() {
            let external_id = external_id.applied_to(None);
            commands.push(TicketCommand::ChangeExternalId(ChangeExternalId { external_id }));
        }
        let ticket_type = self.ticket_type.parse("ticket_type", errors, TypeName::parse);
        let data = match self.data {
            Change::Keep => Change::Keep,
            Change::Clear => Change::Clear,
            Change::Set(value) => {
                errors.take("data", parse_data(value)).map_or(Change::Keep, Change::Set)
            }
        };
        if !(ticket_type.is_keep() && data.is_keep()) {
            commands.push(TicketCommand::ChangeData(ChangeData { ticket_type, data, form: None }));
        }
        if limits.customer_required {
            refuse_clearing("customer.id", &self.customer_id, errors);
            refuse_clearing("customer.email", &self.customer_email, errors);
            refuse_clearing("customer.name", &self.customer_name, errors);
        }
        let customer = ChangeCustomer {
            id: self.customer_id.parse("customer.id", errors, parse_customer_id),
            email: self.customer_email.parse("customer.email", errors, EmailAddress::parse),
            name: self.customer_name.parse("customer.name", errors, parse_customer_name),
        };
        if customer != ChangeCustomer::default() {
            commands.push(TicketCommand::ChangeCustomer(customer));
        }
        if !self.tags.is_keep() {
            let tags = self.tags.applied_to(None).unwrap_or_default();
            let tags = errors.take("tags", parse_tags(&tags)).unwrap_or_default();
            commands.push(TicketCommand::SetTags(SetTags { tags }));
        }
        let source = ChangeSource {
            source: self.source.parse("source", errors, Source::parse),
            browser: self.browser.parse("browser", errors, parse_device),
            device_type: self.device_type.parse("device_type", errors, parse_device),
        };
        if source != ChangeSource::default() {
            commands.push(TicketCommand::ChangeSource(source));
        }
    }
}

fn refuse_clearing(field: &'static str, change: &Change<String>, errors: &mut FieldErrors) {
    if *change == Change::Clear {
        errors.take::<Text>(field, Err(FieldErrorKind::Missing));
    }
}

impl Change<String> {
    /// Parses the value to be set; a bad one becomes an error and is kept.
    fn parse<T>(
        self,
        field: &'static str,
        errors: &mut FieldErrors,
        parse: impl FnOnce(&str) -> Result<T, FieldErrorKind>,
    ) -> Change<T> {
        match self {
            Self::Keep => Change::Keep,
            Self::Clear => Change::Clear,
            Self::Set(text) => errors.take(field, parse(&text)).map_or(Change::Keep, Change::Set),
        }
    }

    /// Parses the value to be set of a field that cannot be cleared.
    fn parse_required<T>(
        self,
        field: &'static str,
        errors: &mut FieldErrors,
        parse: impl FnOnce(&str) -> Result<T, FieldErrorKind>,
    ) -> Option<T> {
        match self {
            Self::Keep => None,
            Self::Clear => errors.take(field, Err(FieldErrorKind::Missing)),
            Self::Set(text) => errors.take(field, parse(&text)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    use crate::settings::Limits;
    use crate::ticket::samples::text;

    fn set(text: &str) -> Change<String> {
        Change::Set(text.to_owned())
    }

    #[test]
    fn given_nothing_then_there_are_no_commands() {
        assert_eq!(EditTicketInput::default().parse(&Settings::default()), Ok(vec![]));
    }

    #[test]
    fn given_every_field_then_each_change_is_a_command_of_its_own() {
        let input = EditTicketInput {
            subject: set("Weak signal"),
            description: set("Since noon"),
            category: set("other"),
            subcategory: Change::Clear,
            department: set("Field"),
            priority: set("critical"),
            status: set("in progress"),
            external_id: Change::Clear,
            ticket_type: set("outage"),
            data: Change::Clear,
            customer_id: set("C-1"),
            customer_email: set("ada@example.com"),
            customer_name: Change::Clear,
            tags: Change::Set(vec!["vip".to_owned()]),
            source: set("chat"),
            browser: set("Firefox"),
            device_type: Change::Clear,
        };
        let commands = input.parse(&Settings::default()).unwrap();
        let names: Vec<_> = commands.iter().map(TicketCommand::capability).collect();
        let expected = [
            "change_subject",
            "change_description",
            "categorise_ticket",
            "change_department",
            "change_priority",
            "change_status",
            "change_external_id",
            "change_data",
            "change_customer",
            "set_tags",
            "change_source",
        ];
        assert_eq!(names, expected);
    }

    #[test]
    fn given_null_where_there_is_a_default_then_the_default_is_set() {
        let input = EditTicketInput {
            description: Change::Clear,
            priority: Change::Clear,
            tags: Change::Clear,
            ..Default::default()
        };
        let commands = input.parse(&Settings::default()).unwrap();
        let expected = vec![
            TicketCommand::ChangeDescription(ChangeDescription { description: text("") }),
            TicketCommand::ChangePriority(ChangePriority { priority: Priority::Medium }),
            TicketCommand::SetTags(SetTags { tags: vec![] }),
        ];
        assert_eq!(commands, expected);
    }

    #[test]
    fn given_bad_fields_then_each_is_named_and_no_command_is_made() {
        let input = EditTicketInput {
            subject: Change::Clear,
            description: set("fine"),
            status: set("lost"),
            data: Change::Set(json!(7)),
            browser: set(""),
            ..Default::default()
        };
        let errors = input.parse(&Settings::default()).unwrap_err();
        let fields: Vec<_> = errors.iter().map(|error| error.field).collect();
        assert_eq!(fields, ["subject", "status", "data", "browser"]);
        assert_eq!(errors[0].kind, FieldErrorKind::Missing);
    }

    #[test]
    fn given_a_customer_is_required_then_it_cannot_be_cleared() {
        let settings = Settings { limits: Limits::customer_support(), ..Settings::default() };
        let input = || EditTicketInput { customer_name: Change::Clear, ..Default::default() };
        assert!(input().parse(&Settings::default()).is_ok());
        let missing = FieldError::new("customer.name", FieldErrorKind::Missing);
        assert_eq!(input().parse(&settings), Err(vec![missing]));
    }
}
